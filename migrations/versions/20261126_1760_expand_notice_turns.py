"""Keep whether a notice has begun to go out, and find what is due on one channel, and a browser by its endpoint.

Phase: expand.
Lock: ACCESS EXCLUSIVE on notices for a moment (a column with a constant default); the indexes are built concurrently.
Rows touched: none. Notices that are under way count as not begun: at worst those of one moment go out twice.
Reversal: downgrade().

Revision: 20261126_notice_turns
Revises: 20261126_vault
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_notice_turns"
down_revision: str | None = "20261126_vault"
branch_labels: str | None = None
depends_on: str | None = None

_DUE, _ENDPOINT = "ix_notices_due_channel", "ix_citizen_push_subscriptions_endpoint"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE notices ADD COLUMN IF NOT EXISTS begun boolean DEFAULT false NOT NULL")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_DUE}")
        op.create_index(
            _DUE,
            "notices",
            ["tenant_id", "channel", "next_at"],
            postgresql_where=sa.text("state = 'waiting'"),
            postgresql_concurrently=True,
        )
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_ENDPOINT}")
        op.create_index(_ENDPOINT, "citizen_push_subscriptions", ["endpoint_hash"], postgresql_concurrently=True)
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index(_ENDPOINT, "citizen_push_subscriptions")
    op.drop_index(_DUE, "notices")
    op.drop_column("notices", "begun")
