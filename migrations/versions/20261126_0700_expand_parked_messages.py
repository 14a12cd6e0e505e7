"""Set messages that a consumer cannot handle aside with their subject; forget old messages and know up to where.

Phase: expand; old code does not look at the new table, and gives the new column its default.
Lock: ACCESS EXCLUSIVE on outbox_heads (a row a tenant) for a moment; none on large tables, the other table is new.
Rows touched: those of dead_letters, few or none: they become parked messages that are tried once more. Any number of
messages costs nothing: none of theirs is read but by key.
Reversal: downgrade(); what is parked becomes dead letters, which the older program keeps for its operator.

Revision: 20261126_parked_messages
Revises: 20261126_ended_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_parked_messages"
down_revision: str | None = "20261126_ended_index"
branch_labels: str | None = None
depends_on: str | None = None

_TAKE_OVER = """
    INSERT INTO parked_messages (
        tenant_id, consumer, position, message_id, subject_id, parked_at, attempts, next_at, last_error
    )
    SELECT d.tenant_id, d.consumer, d.position, d.message_id, m.subject_id, d.failed_at, 0,
        CASE WHEN row_number() OVER (PARTITION BY d.tenant_id, d.consumer, m.subject_id ORDER BY d.position) = 1
            THEN d.failed_at END,
        d.error
    FROM dead_letters d JOIN outbox_messages m ON m.tenant_id = d.tenant_id AND m.id = d.message_id
"""
_GIVE_BACK = """
    INSERT INTO dead_letters (tenant_id, consumer, position, message_id, failed_at, error)
    SELECT tenant_id, consumer, position, message_id, parked_at, COALESCE(last_error, 'parked') FROM parked_messages
"""


def upgrade() -> None:
    op.add_column(
        "outbox_heads", sa.Column("pruned_position", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "parked_messages",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "consumer", "position", name=op.f("pk_parked_messages")),
    )
    op.create_index(
        "ix_parked_messages_subject", "parked_messages", ["tenant_id", "consumer", "subject_id", "position"]
    )
    op.create_index(
        "ix_parked_messages_due",
        "parked_messages",
        ["tenant_id", "consumer", "next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_parked_messages_position", "parked_messages", ["tenant_id", "position"])
    op.execute(_TAKE_OVER)
    op.execute("DELETE FROM dead_letters")


def downgrade() -> None:
    op.execute(_GIVE_BACK)
    op.drop_table("parked_messages")
    op.drop_column("outbox_heads", "pruned_position")
