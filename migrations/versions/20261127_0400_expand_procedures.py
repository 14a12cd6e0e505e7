"""Keep procedures: every version, drafts too, with its form, documents, fees and steps.

Phase: expand.
Lock: SHARE ROW EXCLUSIVE on tenants, for an instant: a foreign key of a new table.
Rows touched: none.
Reversal: downgrade(); what provinces have written of procedures is gone.

Revision: 20261127_procedures
Revises: 20261127_staff_factors
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_procedures"
down_revision: str | None = "20261127_staff_factors"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.create_table(
        "procedures",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_procedures_version")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_procedures_validity")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_procedures_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name=op.f("pk_procedures")),
    )
    op.execute(f"CREATE POLICY of_tenant ON procedures USING ({_SAME})")
    op.execute("ALTER TABLE procedures ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("procedures")
