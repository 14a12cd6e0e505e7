"""Index what waits for a subscriber: in the order in which it is sent, its trials, and the oldest of it.

Phase: expand. `ix_deliveries_turn` begins as `ix_deliveries_due` does and takes its place for old code, too.
Lock: none that writers wait for: indexes are built and dropped CONCURRENTLY, outside a transaction. That waits for
transactions that began before it, a backup's too, however long they last.
Rows touched: none (10 million deliveries: about a minute).
Reversal: downgrade().

Revision: 20261126_delivery_indexes
Revises: 20261126_reports_citizen
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_delivery_indexes"
down_revision: str | None = "20261126_reports_citizen"
branch_labels: str | None = None
depends_on: str | None = None

_BEFORE = {"ix_deliveries_due": "(tenant_id, subscription_id, next_at) WHERE state = 'waiting'"}
_AFTER = {
    "ix_deliveries_turn": "(tenant_id, subscription_id, next_at, position) WHERE state = 'waiting'",
    "ix_deliveries_since": "(tenant_id, subscription_id, created_at) WHERE settled_at IS NULL",
    "ix_deliveries_trial": "(tenant_id, subscription_id) WHERE state = 'waiting' AND type = 'subscription.trial'",
}
_HALF_MADE = sa.text("SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)")


def _replace(old: dict[str, str], new: dict[str, str]) -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("SET lock_timeout = 0")
        for name, what in new.items():
            if op.get_bind().scalar(_HALF_MADE, {"name": name}):  # of a run that was cut short
                op.execute(f"DROP INDEX CONCURRENTLY {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON deliveries {what}")
        for name in old:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute("SET statement_timeout = '30s'")
        op.execute("SET lock_timeout = '3s'")


def upgrade() -> None:
    _replace(_BEFORE, _AFTER)


def downgrade() -> None:
    _replace(_AFTER, _BEFORE)
