"""Tell units of steps that are due, find an officer's steps by role and by name; rule on papers and on filings.

Phase: expand.
Lock: ACCESS EXCLUSIVE on service_request_steps for a moment (a nullable column), and on retention_rules and
limit_policies, which have a few rows, while they are checked; indexes are built concurrently.
Rows touched: none. Steps that are late already are told of once, by the next sweep.
Reversal: downgrade(); a province's own rules on papers and on how many may be filed are gone.

Revision: 20261127_request_steps_told
Revises: 20261127_public_photos
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_request_steps_told"
down_revision: str | None = "20261127_public_photos"
branch_labels: str | None = None
depends_on: str | None = None

_STEPS, _REQUESTS = "service_request_steps", "service_requests"
_HELD = "state IN ('supplement_requested', 'payment_requested', 'stopped')"
_INDEXES = {
    f"ix_{_STEPS}_untold": (_STEPS, ["due_at", "request_id", "code"], "state = 'open' AND overdue_at IS NULL"),
    f"ix_{_STEPS}_role": (_STEPS, ["unit_id", "role", "due_at", "request_id"], "state = 'open'"),
    f"ix_{_STEPS}_assignee": (
        _STEPS,
        ["assignee_id", "due_at", "request_id"],
        "state = 'open' AND assignee_id IS NOT NULL",
    ),
    f"ix_{_REQUESTS}_held": (_REQUESTS, ["id"], f"closed_at IS NULL AND {_HELD}"),
    f"ix_{_REQUESTS}_drafted": (_REQUESTS, ["id"], "closed_at IS NULL AND drafted_by IS NOT NULL"),
}
_LIMITED = "'reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads', 'invitations', 'links'"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE service_request_steps ADD COLUMN IF NOT EXISTS reminded_at timestamptz")
        for name, (table, columns, where) in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(
                name,
                table,
                ["tenant_id", *columns],
                postgresql_where=sa.text(where),
                postgresql_concurrently=True,
            )
        op.execute("SET statement_timeout = '30s'")
    _allow("retention_rules", "subject", "'identity', 'files', 'papers'")
    _allow("limit_policies", "what", f"{_LIMITED}, 'service_requests'")


def _allow(table: str, column: str, words: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({words})")


def downgrade() -> None:
    op.execute("DELETE FROM limit_policies WHERE what = 'service_requests'")
    _allow("limit_policies", "what", _LIMITED)
    op.execute("DELETE FROM retention_rules WHERE subject = 'papers'")
    _allow("retention_rules", "subject", "'identity', 'files'")
    for name, (table, _, _) in _INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("service_request_steps", "reminded_at")
