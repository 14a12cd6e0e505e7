"""Give running cases a new target when its administrator says so; walk the running clocks a second time.

Phase: expand; old code never writes the table, and ends a recount after its first walk.
Lock: ACCESS EXCLUSIVE on recounts for a moment (a column with a constant default rewrites nothing); for its foreign
key, SHARE ROW EXCLUSIVE on targets.
Rows touched: none.
Reversal: downgrade(); what waits to be given a target then keeps the one it has.

Revision: 20261126_retargets
Revises: 20261126_escalated_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_retargets"
down_revision: str | None = "20261126_escalated_index"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("recounts", sa.Column("closing", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "retargets",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("after_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("after_case_id", sa.UUID(), nullable=True),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("closing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "code", "version"],
            ["targets.tenant_id", "targets.code", "targets.version"],
            name=op.f("fk_retargets_tenant_id_code_version"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name=op.f("pk_retargets")),
    )
    op.create_index(
        "ix_retargets_waiting",
        "retargets",
        ["tenant_id", "created_at"],
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_retargets_waiting", table_name="retargets", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_table("retargets")
    op.drop_column("recounts", "closing")
