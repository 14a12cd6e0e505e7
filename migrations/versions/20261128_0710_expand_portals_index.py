"""Find publications that no unit's portal shows as they are now: those of an earlier release, to be placed.

Phase: expand.
Lock: none; the index is built beside the work.
Rows touched: none.
Reversal: downgrade(); looking for them reads the whole table.

Revision: 20261128_portals_index
Revises: 20261128_portals
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_portals_index"
down_revision: str | None = "20261128_portals"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_publications_unplaced")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_publications_unplaced ON publications (tenant_id, case_id) "
            "WHERE placed IS DISTINCT FROM revision"
        )
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index("ix_publications_unplaced", "publications")
