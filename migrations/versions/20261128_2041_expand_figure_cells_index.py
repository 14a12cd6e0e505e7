"""Find the publications that no figure counts yet.

Phase: expand.
Lock: SHARE UPDATE EXCLUSIVE on publications while the index is built beside the work; reading and writing go on.
Rows touched: none.
Reversal: downgrade(); the worker reads all publications to find those.

Revision: 20261128_figure_cells_index
Revises: 20261128_figure_cells
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_figure_cells_index"
down_revision: str | None = "20261128_figure_cells"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_publications_untallied")
        op.create_index(
            "ix_publications_untallied",
            "publications",
            ["tenant_id", "case_id"],
            postgresql_where=sa.text("published AND tallied IS NULL"),
            postgresql_concurrently=True,
        )
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index("ix_publications_untallied", "publications")
