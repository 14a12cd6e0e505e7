"""Tell on the case whether its clock stands.

Phase: expand; old code leaves it empty, as every clock ran.
Lock: ACCESS EXCLUSIVE on cases for a moment; a nullable column rewrites nothing.
Rows touched: none.
Reversal: downgrade(); pauses themselves are in `cases.clock`.

Revision: 20261126_pauses
Revises: 20261126_deadlines
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_pauses"
down_revision: str | None = "20261126_deadlines"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "paused_at")
