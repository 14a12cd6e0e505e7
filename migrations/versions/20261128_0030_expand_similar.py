"""Let open public cases near a place be found, however much has ended there.

Phase: expand.
Lock: none; the index is built beside the work.
Rows touched: none.
Reversal: downgrade(); similar reports are then looked for among all that ever was there.

Revision: 20261128_similar
Revises: 20261128_trail_index
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_similar"
down_revision: str | None = "20261128_trail_index"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_publications_open_place")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_publications_open_place ON publications USING gist (point(lon, lat)) "
            "WHERE published AND lon IS NOT NULL AND state NOT IN ('resolved', 'closed')"
        )
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index("ix_publications_open_place", "publications")
