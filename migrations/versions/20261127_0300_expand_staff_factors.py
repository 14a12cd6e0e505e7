"""Keep officers' second factors and their recovery codes.

Phase: expand.
Lock: SHARE ROW EXCLUSIVE on staff_accounts, for an instant: foreign keys of new tables.
Rows touched: none.
Reversal: downgrade(); officers sign in by their passwords alone.

Revision: 20261127_staff_factors
Revises: 20261126_redactions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_staff_factors"
down_revision: str | None = "20261126_redactions"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_ACCOUNT = ["staff_accounts.tenant_id", "staff_accounts.id"]


def upgrade() -> None:
    op.create_table(
        "staff_factors",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"], _ACCOUNT, name=op.f("fk_staff_factors_tenant_id_account_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_staff_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"], _ACCOUNT, name=op.f("fk_recovery_codes_tenant_id_account_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    for table in ("staff_factors", "recovery_codes"):
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("recovery_codes")
    op.drop_table("staff_factors")
