"""Keep that a unit was told of a step that is due soon; let a province say how long papers of applicants are kept.

Phase: expand.
Lock: ACCESS EXCLUSIVE on service_request_steps for a moment (a nullable column), and on retention_rules, which has a
few rows, while they are checked; the index is built concurrently.
Rows touched: none. Steps that are late already are told of once, by the next sweep.
Reversal: downgrade().

Revision: 20261127_request_steps_told
Revises: 20261127_service_requests
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_request_steps_told"
down_revision: str | None = "20261127_service_requests"
branch_labels: str | None = None
depends_on: str | None = None

_UNTOLD, _SUBJECT = "ix_service_request_steps_untold", "ck_retention_rules_subject"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE service_request_steps ADD COLUMN IF NOT EXISTS reminded_at timestamptz")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_UNTOLD}")
        op.create_index(
            _UNTOLD,
            "service_request_steps",
            ["tenant_id", "due_at", "request_id", "code"],
            postgresql_where=sa.text("state = 'open' AND overdue_at IS NULL"),
            postgresql_concurrently=True,
        )
        op.execute("SET statement_timeout = '30s'")
    _allow_subjects("'identity', 'files', 'papers'")


def _allow_subjects(words: str) -> None:
    op.drop_constraint(op.f(_SUBJECT), "retention_rules", type_="check")
    op.create_check_constraint(op.f(_SUBJECT), "retention_rules", f"subject IN ({words})")


def downgrade() -> None:
    op.execute("DELETE FROM retention_rules WHERE subject = 'papers'")
    _allow_subjects("'identity', 'files'")
    op.drop_index(_UNTOLD, "service_request_steps")
    op.drop_column("service_request_steps", "reminded_at")
