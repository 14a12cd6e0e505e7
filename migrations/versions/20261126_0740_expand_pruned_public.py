"""Know how far public messages are forgotten apart from the others.

Phase: expand; old code gives the new column its default. A worker of the release before that forgets messages between
this step and its end does not tell the column: end it before, or within the hour.
Lock: ACCESS EXCLUSIVE on outbox_heads (a row a tenant) for a moment.
Rows touched: those of outbox_heads, one a tenant: what was forgotten so far may all have been public.
Reversal: downgrade().

Revision: 20261126_pruned_public
Revises: 20261126_recounts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_pruned_public"
down_revision: str | None = "20261126_recounts"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column(
        "outbox_heads",
        sa.Column("pruned_public_position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.execute("UPDATE outbox_heads SET pruned_public_position = pruned_position")


def downgrade() -> None:
    op.drop_column("outbox_heads", "pruned_public_position")
