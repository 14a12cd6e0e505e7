"""Let bytes of files be limited, and each network's share of the codes to one phone.

Phase: expand.
Lock: ACCESS EXCLUSIVE on limit_policies for an instant: two checks of a small table.
Rows touched: none.
Reversal: downgrade(); limits that a province has set for these are gone.

Revision: 20261128_upload_budgets
Revises: 20261128_similar
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_upload_budgets"
down_revision: str | None = "20261128_similar"
branch_labels: str | None = None
depends_on: str | None = None

_LIMITED_BEFORE = (
    "('reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads', 'invitations', 'links', 'service_requests', "
    "'sign_ins', 'phone_lookups')"
)
_PER_BEFORE = "('person', 'address', 'network', 'tenant')"
_LIMITED = _LIMITED_BEFORE.replace(")", ", 'upload_mib')")
_PER = _PER_BEFORE.replace(")", ", 'share')")


def upgrade() -> None:
    _checked(_LIMITED, _PER)


def downgrade() -> None:
    op.execute("DELETE FROM limit_policies WHERE what = 'upload_mib' OR per = 'share'")
    _checked(_LIMITED_BEFORE, _PER_BEFORE)


def _checked(limited: str, per: str) -> None:
    op.drop_constraint(op.f("ck_limit_policies_what"), "limit_policies")
    op.create_check_constraint(op.f("ck_limit_policies_what"), "limit_policies", f"what IN {limited}")
    op.drop_constraint(op.f("ck_limit_policies_per"), "limit_policies")
    op.create_check_constraint(op.f("ck_limit_policies_per"), "limit_policies", f"per IN {per}")
