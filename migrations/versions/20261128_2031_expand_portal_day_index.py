"""Let the cases of a portal's day be read page by page.

Phase: expand.
Lock: SHARE UPDATE EXCLUSIVE on unit_publications while the index is built beside the work; reading and writing go on.
Rows touched: none.
Reversal: downgrade(); a page of a day reads the whole day.

Revision: 20261128_portal_day_index
Revises: 20261128_portal_days
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_portal_day_index"
down_revision: str | None = "20261128_portal_days"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_unit_publications_day")
        op.create_index(
            "ix_unit_publications_day",
            "unit_publications",
            ["tenant_id", "unit_id", "opened_on", "case_id"],
            postgresql_where=sa.text("shown"),
            postgresql_concurrently=True,
        )
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index("ix_unit_publications_day", "unit_publications")
