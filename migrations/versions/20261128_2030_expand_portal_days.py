"""Keep the digest of each day of a portal, so that whoever compares copies does not have it made again each time.

Phase: expand.
Lock: units is locked for an instant (SHARE ROW EXCLUSIVE) by a foreign key.
Rows touched: none; days fill as their cases change, or by `lienthong publications rebuild`.
Reversal: downgrade(); digests are made for each request again.

Revision: 20261128_portal_days
Revises: 20261128_restores
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_portal_days"
down_revision: str | None = "20261128_restores"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.create_table(
        "portal_days",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "unit_id", "opened_on", name="pk_portal_days"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_portal_days_tenant_id_unit_id_units"
        ),
    )
    op.create_index(
        "ix_portal_days_changed",
        "portal_days",
        ["tenant_id", "opened_on"],
        postgresql_where=sa.text("kept IS DISTINCT FROM changes"),
    )
    op.execute(f"CREATE POLICY of_tenant ON portal_days USING ({_SAME})")
    op.execute("ALTER TABLE portal_days ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("portal_days")
