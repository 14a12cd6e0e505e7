"""Let the audit trail be asked for one unit.

Phase: expand.
Lock: none; the index is built beside the work.
Rows touched: none.
Reversal: downgrade(); such questions read the whole trail again.

Revision: 20261128_trail_units
Revises: 20261128_upload_budgets
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_trail_units"
down_revision: str | None = "20261128_upload_budgets"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_audit_entries_unit")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_audit_entries_unit ON audit_entries (tenant_id, unit_id, position) "
            "WHERE unit_id IS NOT NULL"
        )
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index("ix_audit_entries_unit", "audit_entries")
