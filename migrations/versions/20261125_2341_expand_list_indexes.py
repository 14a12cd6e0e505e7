"""Index what queues look at, so that they read it in the index, and the terms publications are found by.

Phase: expand; the indexes they replace stay until the next step.
Lock: none that writers wait for: the indexes are built CONCURRENTLY, outside a transaction. Each waits for transactions
that began before it, a backup's too, however long they last.
Rows touched: none (10 million cases of which 6 in 100 are open: about a minute each; the terms: about ten minutes).
Reversal: downgrade().

Revision: 20261125_list_indexes
Revises: 20261125_search_terms
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261125_list_indexes"
down_revision: str | None = "20261125_search_terms"
branch_labels: str | None = None
depends_on: str | None = None

_OPEN = "WHERE state NOT IN ('resolved', 'closed')"
_INDEXES = {
    "ix_cases_due": f"cases (tenant_id, due_at, id) INCLUDE (unit_id, state, category_code, assignee_id) {_OPEN}",
    "ix_cases_unit_due": f"cases (tenant_id, unit_id, due_at, id) INCLUDE (state, category_code, assignee_id) {_OPEN}",
    "ix_publications_terms": "publications USING gin (terms) WHERE published",
    "ix_publications_unindexed": "publications (tenant_id, case_id) WHERE published AND terms IS NULL",
}
_HALF_MADE = sa.text("SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)")


def _be_patient() -> None:
    op.execute("SET statement_timeout = 0")
    op.execute("SET lock_timeout = 0")


def _be_brief() -> None:
    op.execute("SET statement_timeout = '30s'")
    op.execute("SET lock_timeout = '3s'")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _be_patient()
        for name, what in _INDEXES.items():
            if op.get_bind().scalar(_HALF_MADE, {"name": name}):  # of a run that was cut short
                op.execute(f"DROP INDEX CONCURRENTLY {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")
        _be_brief()


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _be_patient()
        for name in _INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        _be_brief()
