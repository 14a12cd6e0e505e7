"""Count running clocks anew after an edit of a calendar.

Phase: expand; old code never writes it.
Lock: none but on the new table and, for its foreign key, SHARE ROW EXCLUSIVE on calendar_edits.
Rows touched: none.
Reversal: downgrade(); what waits to be counted anew is then forgotten.

Revision: 20261126_recounts
Revises: 20261126_pauses
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_recounts"
down_revision: str | None = "20261126_pauses"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "recounts",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("after_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("after_case_id", sa.UUID(), nullable=True),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "code", "version"],
            ["calendar_edits.tenant_id", "calendar_edits.code", "calendar_edits.version"],
            name=op.f("fk_recounts_tenant_id_code_version"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name=op.f("pk_recounts")),
    )
    op.create_index(
        "ix_recounts_waiting",
        "recounts",
        ["tenant_id", "created_at"],
        postgresql_where=sa.text("done_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_recounts_waiting", table_name="recounts", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_table("recounts")
