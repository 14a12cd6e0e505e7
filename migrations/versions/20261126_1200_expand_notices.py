"""Notices: who is told what by mail, SMS and push; how people want to be told; browsers that take push messages.

Phase: expand; old code never reads or writes them.
Lock: none but on the new tables and, for the foreign key, SHARE ROW EXCLUSIVE on citizens.
Rows touched: one cursor for each tenant that has messages: nobody is told today what happened before today.
Reversal: downgrade(); preferences, devices and the log of notices are then lost.

Revision: 20261126_notices
Revises: 20261126_letters
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_notices"
down_revision: str | None = "20261126_letters"
branch_labels: str | None = None
depends_on: str | None = None


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("recipient_id", sa.UUID(), nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=True),
        sa.Column("unit_id", sa.UUID(), nullable=True),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("legal", sa.Boolean(), nullable=False),
        sa.Column("sealed_to", sa.LargeBinary(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("created_at", nullable=False),
        _instant("next_at"),
        _instant("locked_until"),
        _instant("settled_at"),
        sa.Column("said", sa.String(), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'sms', 'push')", name=op.f("ck_notices_channel")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'unknown')", name=op.f("ck_notices_state")),
        sa.CheckConstraint("lang IN ('vi', 'en')", name=op.f("ck_notices_lang")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "tenant_id",
            "message_id",
            "recipient_id",
            "channel",
            name=op.f("uq_notices_tenant_id_message_id_recipient_id_channel"),
        ),
    )
    op.create_index("ix_notices_due", "notices", ["tenant_id", "next_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_notices_case", "notices", ["tenant_id", "case_id", "id"])
    op.create_index(
        "ix_notices_settled", "notices", ["tenant_id", "settled_at"], postgresql_where=sa.text("settled_at IS NOT NULL")
    )
    op.create_table(
        "notice_preferences",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("channels", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("quiet_since", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        _instant("updated_at", nullable=False),
        sa.CheckConstraint("lang IN ('vi', 'en')", name=op.f("ck_notice_preferences_lang")),
        sa.PrimaryKeyConstraint("tenant_id", "report_id", name=op.f("pk_notice_preferences")),
    )
    op.create_table(
        "citizen_push_subscriptions",
        sa.Column("citizen_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("endpoint_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _instant("created_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.citizen_id"],
            name=op.f("fk_citizen_push_subscriptions_citizen_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("citizen_id", "id", name=op.f("pk_citizen_push_subscriptions")),
        sa.UniqueConstraint("citizen_id", "endpoint_hash", name=op.f("uq_citizen_push_subscriptions_citizen_id_endpoint_hash")),
    )

    op.execute(
        "INSERT INTO consumer_cursors (tenant_id, consumer, position)"
        " SELECT tenant_id, 'notices', position FROM outbox_heads ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    op.execute("DELETE FROM consumer_cursors WHERE consumer = 'notices'")
    op.drop_table("citizen_push_subscriptions")
    op.drop_table("notice_preferences")
    op.drop_index("ix_notices_settled", table_name="notices")
    op.drop_index("ix_notices_case", table_name="notices")
    op.drop_index("ix_notices_due", table_name="notices")
    op.drop_table("notices")
