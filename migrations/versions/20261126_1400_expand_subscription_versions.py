"""Let administrators say which version of a subscription they have seen, and tell what a replay came too late for.

Phase: expand.
Lock: ACCESS EXCLUSIVE on subscriptions, for an instant: constant defaults only.
Rows touched: none.
Reversal: downgrade().

Revision: 20261126_subscription_versions
Revises: 20261126_delivery_indexes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_subscription_versions"
down_revision: str | None = "20261126_delivery_indexes"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("subscriptions", sa.Column("missed_after", sa.BigInteger(), nullable=True))
    op.add_column("subscriptions", sa.Column("missed_until", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("subscriptions", "missed_until")
    op.drop_column("subscriptions", "missed_after")
    op.drop_column("subscriptions", "version")
