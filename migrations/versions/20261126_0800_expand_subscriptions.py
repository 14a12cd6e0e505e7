"""Webhooks: who wants to be told of what, and what became of each delivery.

Phase: expand; old code never reads or writes them.
Lock: none but on the new tables and, for the foreign key, SHARE ROW EXCLUSIVE on units.
Rows touched: none.
Reversal: downgrade(); subscriptions, their secrets and the log of deliveries are then lost.

Revision: 20261126_subscriptions
Revises: 20261126_pruned_public
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_subscriptions"
down_revision: str | None = "20261126_pruned_public"
branch_labels: str | None = None
depends_on: str | None = None


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("types", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("category_code", sa.String(), nullable=True),
        sa.Column("unit_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("pause_reason", sa.String(), nullable=True),
        _instant("paused_at"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        _instant("previous_secret_until_at"),
        sa.Column("from_position", sa.BigInteger(), nullable=False),
        sa.Column("replay_position", sa.BigInteger(), nullable=True),
        sa.Column("replay_until", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _instant("retry_at"),
        _instant("last_success_at"),
        _instant("created_at", nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        _instant("updated_at", nullable=False),
        sa.Column("updated_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'paused')", name=op.f("ck_subscriptions_state")),
        sa.CheckConstraint(
            "pause_reason IN ('administrator', 'unreachable', 'gone')", name=op.f("ck_subscriptions_pause_reason")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["units.tenant_id", "units.id"],
            name=op.f("fk_subscriptions_tenant_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_subscriptions_tenant_id_name")),
    )
    op.create_table(
        "deliveries",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subscription_id", sa.UUID(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _instant("created_at", nullable=False),
        _instant("next_at"),
        _instant("locked_until"),
        _instant("first_failed_at"),
        _instant("settled_at"),
        _instant("last_attempt_at"),
        sa.Column("last_outcome", sa.String(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_excerpt", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name=op.f("ck_deliveries_state")),
        sa.CheckConstraint(
            "last_outcome IN ('accepted', 'refused', 'gone', 'timeout', 'unreachable', 'forbidden_address',"
            " 'forgotten')",
            name=op.f("ck_deliveries_last_outcome"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "subscription_id", "message_id", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["tenant_id", "subscription_id", "next_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_deliveries_subject", "deliveries", ["tenant_id", "subscription_id", "subject_id", "position"])
    op.create_index("ix_deliveries_log", "deliveries", ["tenant_id", "subscription_id", "created_at", "message_id"])
    op.create_index(
        "ix_deliveries_settled",
        "deliveries",
        ["tenant_id", "settled_at"],
        postgresql_where=sa.text("state <> 'waiting'"),
    )
    op.create_index(
        "ix_deliveries_dead", "deliveries", ["tenant_id"], postgresql_where=sa.text("state = 'dead'")
    )


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("subscriptions")
