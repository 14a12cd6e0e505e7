"""Find public cases by their spot on the map, and those that no map shows yet.

Phase: expand.
Lock: none; the indexes are built beside the work.
Rows touched: none.
Time on 10 M rows: minutes, beside the work.
Reversal: downgrade(); a tile then reads every publication to name the one case of a square.

Revision: 20261128_map_index
Revises: 20261128_map
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_map_index"
down_revision: str | None = "20261128_map"
branch_labels: str | None = None
depends_on: str | None = None

_INDEXES = {
    "ix_publications_spot": "(tenant_id, spot) WHERE spot IS NOT NULL",
    "ix_publications_uncounted": "(tenant_id, case_id) WHERE published AND lon IS NOT NULL AND spot IS NULL",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for name, of in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON publications {of}")
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    for name in reversed(_INDEXES):
        op.drop_index(name, "publications")
