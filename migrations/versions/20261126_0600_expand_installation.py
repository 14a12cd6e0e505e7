"""Know which key the database was begun with, and which workers are alive.

Phase: expand; old code does not look at the new tables.
Lock: none that anybody waits for, the tables are new.
Rows touched: none.
Reversal: downgrade(); the next start then adopts its key anew, as it does with an older database.

Revision: 20261126_installation
Revises: 20261125_contract_search
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_installation"
down_revision: str | None = "20261125_contract_search"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "key_fingerprints",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_key_fingerprints")),
    )
    op.create_table(
        "worker_beats",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("command IN ('up', 'worker')", name=op.f("ck_worker_beats_command")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_beats")),
    )


def downgrade() -> None:
    op.drop_table("worker_beats")
    op.drop_table("key_fingerprints")
