"""Let a report be cut off from its account's phone, and a block outlive the account that it is on.

Phase: expand.
Lock: ACCESS EXCLUSIVE on reports for a moment: a column with a constant default. A new table locks nothing.
Rows touched: none.
Reversal: downgrade(); reports of accounts lead to the accounts' phones again, blocks end with accounts.

Revision: 20261127_erasure
Revises: 20261127_mobile
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_erasure"
down_revision: str | None = "20261127_mobile"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def upgrade() -> None:
    op.create_table(
        "blocked_proofs",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("proof_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "proof_key", "block_id", name=op.f("pk_blocked_proofs")),
    )
    op.create_index("ix_blocked_proofs_proof", "blocked_proofs", ["proof_key"])
    op.create_index("ix_blocked_proofs_until", "blocked_proofs", ["until_at"])
    op.execute(f"CREATE POLICY of_tenant ON blocked_proofs USING ({_SAME})")
    op.execute("ALTER TABLE blocked_proofs ENABLE ROW LEVEL SECURITY")
    op.add_column("reports", sa.Column("cut_off", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("reports", "cut_off")
    op.drop_table("blocked_proofs")
