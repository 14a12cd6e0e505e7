"""Let the audit trail be asked for one action, and for a time.

Phase: expand.
Lock: none; the indexes are built beside the work.
Rows touched: none.
Reversal: downgrade(); such questions read the whole trail again.

Revision: 20261128_trail_index
Revises: 20261128_partners
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_trail_index"
down_revision: str | None = "20261128_partners"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_audit_entries_action")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_audit_entries_action ON audit_entries "
            "(tenant_id, action text_pattern_ops, position)"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_audit_entries_at")
        op.execute("CREATE INDEX CONCURRENTLY ix_audit_entries_at ON audit_entries (tenant_id, at)")
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index("ix_audit_entries_at", "audit_entries")
    op.drop_index("ix_audit_entries_action", "audit_entries")
