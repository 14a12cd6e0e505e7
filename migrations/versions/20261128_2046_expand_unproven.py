"""Let messages of other systems that prove no sender be limited by address.

Phase: expand.
Lock: ACCESS EXCLUSIVE on limit_policies for an instant: a check of a small table.
Rows touched: none.
Reversal: downgrade(); limits set for such messages are gone.

Revision: 20261128_unproven
Revises: 20261128_push_sessions
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_unproven"
down_revision: str | None = "20261128_push_sessions"
branch_labels: str | None = None
depends_on: str | None = None

_LIMITED = (
    "'reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads', 'invitations', 'links', 'service_requests', "
    "'sign_ins', 'phone_lookups', 'upload_mib', 'supports'"
)


def upgrade() -> None:
    _allow(f"{_LIMITED}, 'unproven'")


def downgrade() -> None:
    op.execute("DELETE FROM limit_policies WHERE what = 'unproven'")
    _allow(_LIMITED)


def _allow(limited: str) -> None:
    name = op.f("ck_limit_policies_what")
    op.drop_constraint(name, "limit_policies", type_="check")
    op.create_check_constraint(name, "limit_policies", f"what IN ({limited})")
