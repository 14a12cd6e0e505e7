"""Know a database that was put back from a copy, and which numbers its lost history may have given.

Phase: expand.
Lock: none on tables in use.
Rows touched: none.
Reversal: downgrade(); numbers of a lost history are taken for given ones again.

Revision: 20261128_restores
Revises: 20261128_figures_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_restores"
down_revision: str | None = "20261128_figures_index"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.create_table(
        "database_marks",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("mark", sa.String, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_database_marks"),
    )
    op.create_table(
        "lost_numbers",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("series", sa.String, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("after", sa.BigInteger, nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "series", "until", name="pk_lost_numbers"),
        sa.CheckConstraint("series IN ('messages', 'changes', 'portals')", name="ck_lost_numbers_series"),
    )
    op.execute(f"CREATE POLICY of_tenant ON lost_numbers USING ({_SAME})")
    op.execute("ALTER TABLE lost_numbers ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("lost_numbers")
    op.drop_table("database_marks")
