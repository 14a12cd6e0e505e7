"""Keep what changed for each account, in numbered order.

Phase: expand.
Lock: none on tables that are there.
Rows touched: none. What was there before gets its numbers from the worker.
Time on 10 M rows: milliseconds.
Reversal: downgrade(); apps load everything again.

Revision: 20261127_mobile
Revises: 20261127_request_steps_told
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_mobile"
down_revision: str | None = "20261127_request_steps_told"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_TABLES = ("own_changes", "change_heads")


def upgrade() -> None:
    op.create_table(
        "own_changes",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Uuid(), nullable=False),
        sa.Column("gone", sa.String(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'service_request', 'entry', 'paper')", name=op.f("ck_own_changes_kind")),
        sa.CheckConstraint("gone IN ('withdrawn', 'elsewhere')", name=op.f("ck_own_changes_gone")),
        sa.PrimaryKeyConstraint("tenant_id", "about_id", "citizen_id", "subject_id", name=op.f("pk_own_changes")),
    )
    op.create_index("uq_own_changes_number", "own_changes", ["tenant_id", "citizen_id", "number"], unique=True)
    op.create_table(
        "change_heads",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_change_heads")),
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
