"""Drop the indexes that have been replaced, and the column that phrases were found by.

Phase: contract, at once and not a release later: there has been no release that reads them. Stop every process of the
code before this step: it answers searches with an error, and what its worker publishes is not found anew.
Lock: ACCESS EXCLUSIVE on publications for a moment, to drop the column; the indexes go CONCURRENTLY.
Rows touched: none.
Reversal: downgrade() makes the column anew, which rewrites publications under ACCESS EXCLUSIVE (10 million rows: about
twenty minutes).

Revision: 20261125_contract_search
Revises: 20261125_list_indexes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261125_contract_search"
down_revision: str | None = "20261125_list_indexes"
branch_labels: str | None = None
depends_on: str | None = None

_OPEN = "WHERE state NOT IN ('resolved', 'closed')"
_INDEXES = {
    "ix_cases_open": f"cases (tenant_id, due_at, id) {_OPEN}",
    "ix_cases_open_unit": f"cases (tenant_id, unit_id, due_at, id) {_OPEN}",
    "ix_publications_search": "publications USING gin (search) WHERE published",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("SET lock_timeout = 0")
        for name in _INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute("SET statement_timeout = '30s'")
        op.execute("SET lock_timeout = '3s'")
    op.execute("ALTER TABLE publications DROP COLUMN IF EXISTS search")


def downgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    words = sa.Computed("to_tsvector('simple'::regconfig, search_text)", persisted=True)
    op.add_column("publications", sa.Column("search", postgresql.TSVECTOR(), words, nullable=False))
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("SET lock_timeout = 0")
        for name, what in _INDEXES.items():
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")
        op.execute("SET statement_timeout = '30s'")
        op.execute("SET lock_timeout = '3s'")
