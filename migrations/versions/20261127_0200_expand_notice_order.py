"""Keep which message a notice is of by its position, and find whether an earlier one to the same reporter waits.

Phase: expand.
Lock: ACCESS EXCLUSIVE on notices for a moment (a column with a constant default); the index is built concurrently.
Rows touched: none. Notices from before have position 0 and go out first, by their ids.
Reversal: downgrade().

Revision: 20261127_notice_order
Revises: 20261127_identity_accounts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_notice_order"
down_revision: str | None = "20261127_identity_accounts"
branch_labels: str | None = None
depends_on: str | None = None

_ORDER = "ix_notices_order"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE notices ADD COLUMN IF NOT EXISTS position bigint DEFAULT 0 NOT NULL")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_ORDER}")
        op.create_index(
            _ORDER,
            "notices",
            ["tenant_id", "recipient_id", "channel", "position", "id"],
            postgresql_where=sa.text("state = 'waiting'"),
            postgresql_concurrently=True,
        )
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_index(_ORDER, "notices")
    op.drop_column("notices", "position")
