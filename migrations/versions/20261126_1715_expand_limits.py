"""Count what is asked for in one place, block senders for a while, hold reports of a flood for an officer's look.

Phase: expand.
Lock: SHARE ROW EXCLUSIVE on cases, for an instant: a foreign key of a new table. Else new tables only.
Rows touched: none.
Reversal: downgrade(); what was decided about limits and blocks is lost, and what is held is in the queues at once.

The release before goes on counting codes in code_limits; the table goes with the release after this one.

Revision: 20261126_limits
Revises: 20261126_api_clients
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_limits"
down_revision: str | None = "20261126_api_clients"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_TABLES = ("limit_policies", "sender_blocks", "report_origins", "held_cases")
_LIMITED = "('reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads')"
_PER = "('person', 'address', 'network', 'tenant')"


def upgrade() -> None:
    op.create_table(
        "limit_marks",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("span", sa.Interval(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limit_marks")),
    )
    op.execute("ALTER TABLE limit_marks SET (fillfactor = 70)")  # rows are written again and again, in their place
    op.create_table(
        "limit_policies",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("per", sa.String(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("window_s", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"what IN {_LIMITED}", name=op.f("ck_limit_policies_what")),
        sa.CheckConstraint(f"per IN {_PER}", name=op.f("ck_limit_policies_per")),
        sa.CheckConstraint("most >= 1 AND window_s BETWEEN 1 AND 604800", name=op.f("ck_limit_policies_rate")),
        sa.PrimaryKeyConstraint("tenant_id", "what", "per", name=op.f("pk_limit_policies")),
    )
    op.create_table(
        "sender_blocks",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("report_code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("what IN ('account', 'address')", name=op.f("ck_sender_blocks_what")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sender_blocks")),
    )
    op.create_index("ix_sender_blocks_key", "sender_blocks", ["tenant_id", "key", "until_at"])
    op.create_table(
        "report_origins",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "report_id", name=op.f("pk_report_origins")),
    )
    op.create_index("ix_report_origins_received", "report_origins", ["tenant_id", "received_at"])
    op.create_table(
        "held_cases",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=True),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=op.f("fk_held_cases_tenant_id_case_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", name=op.f("pk_held_cases")),
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("held_cases")
    op.drop_table("report_origins")
    op.drop_table("sender_blocks")
    op.drop_table("limit_policies")
    op.drop_table("limit_marks")
