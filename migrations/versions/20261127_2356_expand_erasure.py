"""Let a report be cut off from its account's phone when its sender has erased who it was.

Phase: expand.
Lock: ACCESS EXCLUSIVE on reports for a moment: a column with a constant default.
Rows touched: none.
Reversal: downgrade(); reports of accounts lead to the accounts' phones again.

Revision: 20261127_erasure
Revises: 20261127_mobile
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_erasure"
down_revision: str | None = "20261127_mobile"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("cut_off", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("reports", "cut_off")
