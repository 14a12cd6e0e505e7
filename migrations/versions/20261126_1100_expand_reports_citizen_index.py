"""Index the reports of citizens with an account, so that somebody who listens for his own finds them at once.

Phase: expand.
Lock: none that writers wait for: the index is built CONCURRENTLY, outside a transaction. It waits for transactions that
began before it, a backup's too, however long they last.
Rows touched: none (10 million reports: about a minute).
Reversal: downgrade().

Revision: 20261126_reports_citizen
Revises: 20261126_notices
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_reports_citizen"
down_revision: str | None = "20261126_notices"
branch_labels: str | None = None
depends_on: str | None = None

_NAME = "ix_reports_citizen"
_WHAT = "reports (tenant_id, citizen_id, id) WHERE citizen_id IS NOT NULL"
_HALF_MADE = sa.text("SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("SET lock_timeout = 0")
        if op.get_bind().scalar(_HALF_MADE, {"name": _NAME}):  # of a run that was cut short
            op.execute(f"DROP INDEX CONCURRENTLY {_NAME}")
        op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {_NAME} ON {_WHAT}")
        op.execute("SET statement_timeout = '30s'")
        op.execute("SET lock_timeout = '3s'")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("SET lock_timeout = 0")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")
        op.execute("SET statement_timeout = '30s'")
        op.execute("SET lock_timeout = '3s'")
