"""Keep whose account an identity proves that a provider of OpenID Connect vouches for.

Phase: expand.
Lock: none on tables that exist: one new table.
Rows touched: none.
Reversal: downgrade(); accounts that nothing but an identity proves cannot be entered any more.

Revision: 20261127_identity_accounts
Revises: 20261126_limits
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_identity_accounts"
down_revision: str | None = "20261126_limits"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "identity_accounts",
        sa.Column("subject_key", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("assurance", sa.String(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "assurance IN ('unstated', 'level_1', 'level_2')", name=op.f("ck_identity_accounts_assurance")
        ),
        sa.PrimaryKeyConstraint("subject_key", name=op.f("pk_identity_accounts")),
    )
    op.create_index("ix_identity_accounts_citizen", "identity_accounts", ["citizen_id"])


def downgrade() -> None:
    op.drop_table("identity_accounts")
