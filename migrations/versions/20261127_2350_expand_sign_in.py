"""Let signing in be limited by address, and ended sessions of citizens be found to be forgotten.

Phase: expand.
Lock: ACCESS EXCLUSIVE on limit_policies and staff_accounts for an instant: a check of a small table, a column without a
    default. The indexes are built beside the work.
Rows touched: none.
Reversal: downgrade(); limits set for signing in are gone.

Revision: 20261127_sign_in
Revises: 20261127_figures
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_sign_in"
down_revision: str | None = "20261127_figures"
branch_labels: str | None = None
depends_on: str | None = None

_LIMITED_BEFORE = (
    "('reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads', 'invitations', 'links', 'service_requests')"
)
_LIMITED = _LIMITED_BEFORE.replace(")", ", 'sign_ins', 'phone_lookups')")
_INDEXES = (("ix_citizen_sessions_expires", "citizen_sessions"), ("ix_citizen_tokens_expires", "citizen_tokens"))


def upgrade() -> None:
    _limited(_LIMITED)
    op.add_column("staff_accounts", sa.Column("let_in_by", sa.Uuid(), nullable=True))
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for name, table in _INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(name, table, ["expires_at"], postgresql_concurrently=True)
        op.execute("SET statement_timeout = '30s'")


def _limited(words: str) -> None:
    op.drop_constraint(op.f("ck_limit_policies_what"), "limit_policies")
    op.create_check_constraint(op.f("ck_limit_policies_what"), "limit_policies", f"what IN {words}")


def downgrade() -> None:
    op.execute("DELETE FROM limit_policies WHERE what IN ('sign_ins', 'phone_lookups')")
    for name, table in _INDEXES:
        op.drop_index(name, table)
    op.drop_column("staff_accounts", "let_in_by")
    _limited(_LIMITED_BEFORE)
