"""Targets and the history of calendars as tables; a case keeps the clock it runs on.

Phase: expand; old code goes on with `calendar_days` and `cases.working_days`.
Lock: ACCESS EXCLUSIVE on cases for a moment; a nullable column rewrites nothing. SHARE ROW EXCLUSIVE on tenants.
Rows touched: none. A case without a clock runs on the one that leads from its opening to its due date.
Reversal: downgrade(), which forgets the clocks.

Revision: 20261126_deadlines
Revises: 20261126_parked_messages
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261126_deadlines"
down_revision: str | None = "20261126_parked_messages"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("clock", postgresql.JSONB(), nullable=True))
    op.create_table(
        "calendar_edits",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("kind IN ('week', 'day')", name=op.f("ck_calendar_edits_kind")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_calendar_edits_version")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_calendar_edits_validity")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_calendar_edits_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name=op.f("pk_calendar_edits")),
    )
    op.create_table(
        "targets",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("categories", postgresql.JSONB(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("extend_to", sa.Integer(), nullable=True),
        sa.Column("legal_basis_vi", sa.String(), nullable=False),
        sa.Column("legal_basis_en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('first_response', 'acceptance', 'resolution', 'reporter_answer', 'approval')",
            name=op.f("ck_targets_kind"),
        ),
        sa.CheckConstraint("unit IN ('working_day', 'working_hour')", name=op.f("ck_targets_unit")),
        sa.CheckConstraint("tier IN ('province', 'district', 'commune')", name=op.f("ck_targets_tier")),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name=op.f("ck_targets_priority")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_targets_version")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000", name=op.f("ck_targets_amount")),
        sa.CheckConstraint("extend_to IS NULL OR extend_to >= amount", name=op.f("ck_targets_extend_to")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_targets_validity")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_targets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name=op.f("pk_targets")),
    )


def downgrade() -> None:
    op.drop_table("targets")
    op.drop_table("calendar_edits")
    op.drop_column("cases", "clock")
