"""Bind a browser that takes push messages to the signing in as which it asked, so that only that one's end ends it.

Phase: expand.
Lock: ACCESS EXCLUSIVE on citizen_push_subscriptions for an instant (a column without a default).
Rows touched: none; a browser tells its signing in when its owner next opens the account there.
Reversal: downgrade(); ending one device ends the messages to all of them again.

Revision: 20261128_push_sessions
Revises: 20261128_figure_cells_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_push_sessions"
down_revision: str | None = "20261128_figure_cells_index"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("citizen_push_subscriptions", sa.Column("session_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("citizen_push_subscriptions", "session_id")
