"""Occasions of clocks: rules, what was told, when each case is looked at next, and who above was told of a case.

Phase: expand; old code never reads or writes them. Open cases are planned by the worker, page by page.
Lock: ACCESS EXCLUSIVE on cases for two nullable columns without a default (milliseconds); none else but on new tables
and, for the foreign key, SHARE ROW EXCLUSIVE on tenants.
Rows touched: none.
Reversal: downgrade(); what was told of clocks is then forgotten, and would be told again.

Revision: 20261126_occasions
Revises: 20261126_subscriptions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_occasions"
down_revision: str | None = "20261126_subscriptions"
branch_labels: str | None = None
depends_on: str | None = None

_CLOCKS = "('first_response', 'acceptance', 'resolution', 'reporter_answer', 'approval')"


def upgrade() -> None:
    op.create_table(
        "occasion_rules",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reaction", sa.String(), nullable=False),
        sa.Column("label_vi", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("legal_basis_vi", sa.String(), nullable=False),
        sa.Column("legal_basis_en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.CheckConstraint(f"clock IN {_CLOCKS}", name=op.f("ck_occasion_rules_clock")),
        sa.CheckConstraint("measure IN ('share', 'before', 'after')", name=op.f("ck_occasion_rules_measure")),
        sa.CheckConstraint(
            "reaction IN ('remind', 'breach', 'supervisor', 'centre')", name=op.f("ck_occasion_rules_reaction")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_occasion_rules_version")),
        sa.CheckConstraint("amount BETWEEN 0 AND 1000", name=op.f("ck_occasion_rules_amount")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_occasion_rules_validity")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_occasion_rules_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "code", "version", name=op.f("pk_occasion_rules")),
    )
    op.create_table(
        "clock_occasions",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "case_id", "clock", "started_at", "code", "due_at", name=op.f("pk_clock_occasions")
        ),
    )
    op.create_table(
        "clock_plans",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", name=op.f("pk_clock_plans")),
    )
    op.create_index(
        "ix_clock_plans_look",
        "clock_plans",
        ["tenant_id", "look_at"],
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.add_column("cases", sa.Column("supervisor_id", sa.UUID(), nullable=True))
    op.add_column("cases", sa.Column("centre_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "centre_at")
    op.drop_column("cases", "supervisor_id")
    op.drop_index("ix_clock_plans_look", table_name="clock_plans")
    op.drop_table("clock_plans")
    op.drop_table("clock_occasions")
    op.drop_table("occasion_rules")
