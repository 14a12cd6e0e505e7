"""Keep whether a reporter asked not to be named, requests to open an identity, and how long things are kept.

Phase: expand.
Lock: ACCESS EXCLUSIVE on reporter_identities for a moment (a column with a constant default rewrites nothing).
Rows touched: none.
Reversal: downgrade(). Identities that were sealed by field since do not open for the release before: keep the release.

Revision: 20261126_vault
Revises: 20261126_policies
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_vault"
down_revision: str | None = "20261126_policies"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_TABLES = ("identity_openings", "retention_rules")


def upgrade() -> None:
    op.add_column(
        "reporter_identities", sa.Column("withheld", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("identity_readings", sa.Column("unit_id", sa.Uuid(), nullable=True))
    op.create_table(
        "identity_openings",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_code", sa.String(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("report_code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_name", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_name", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decision"),
        sa.ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_identity_openings_unit", "identity_openings", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_identity_openings_case", "identity_openings", ["tenant_id", "case_id", "id"])
    op.create_table(
        "retention_rules",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("legal_basis_vi", sa.String(), nullable=False),
        sa.Column("legal_basis_en", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("days BETWEEN 1 AND 36500", name="days"),
        sa.CheckConstraint("subject IN ('identity', 'files')", name="subject"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "subject", "version"),
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("identity_readings", "unit_id")
    op.drop_column("reporter_identities", "withheld")
