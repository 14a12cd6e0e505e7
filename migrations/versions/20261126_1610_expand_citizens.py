"""Let citizens sign in by phone: codes, how many were asked for, whose a phone is, sessions with refresh tokens.

Phase: expand.
Lock: ACCESS EXCLUSIVE on citizen_tokens, for an instant: a nullable column. Else new tables only.
Rows touched: none.
Reversal: downgrade(); who has signed in by phone signs in again.

Revision: 20261126_citizens
Revises: 20261126_audit
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_citizens"
down_revision: str | None = "20261126_audit"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "citizen_sessions",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("refresh_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.citizen_id"], name=op.f("fk_citizen_sessions_citizen_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("citizen_id", "id", name=op.f("pk_citizen_sessions")),
    )
    op.add_column("citizen_tokens", sa.Column("session_id", sa.Uuid(), nullable=True))
    op.create_table(
        "phone_codes",
        sa.Column("phone_key", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("phone_key", name=op.f("pk_phone_codes")),
    )
    op.create_index("ix_phone_codes_expiry", "phone_codes", ["expires_at"])
    op.create_table(
        "code_limits",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_code_limits")),
    )
    op.create_index("ix_code_limits_since", "code_limits", ["since"])
    op.create_table(
        "phone_accounts",
        sa.Column("phone_key", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone_key", name=op.f("pk_phone_accounts")),
    )
    op.create_index("ix_phone_accounts_citizen", "phone_accounts", ["citizen_id"])


def downgrade() -> None:
    op.drop_table("phone_accounts")
    op.drop_table("code_limits")
    op.drop_table("phone_codes")
    op.drop_column("citizen_tokens", "session_id")
    op.drop_table("citizen_sessions")
