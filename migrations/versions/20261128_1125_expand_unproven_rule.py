"""Let a province rule on how long payment messages are kept that nobody has proven.

Phase: expand.
Lock: ACCESS EXCLUSIVE on retention_rules for an instant: a check of a small table.
Rows touched: none.
Reversal: downgrade(); rules on this that a province has published are gone.

Revision: 20261128_unproven_rule
Revises: 20261128_request_waits
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_unproven_rule"
down_revision: str | None = "20261128_request_waits"
branch_labels: str | None = None
depends_on: str | None = None

_BEFORE = "('identity', 'files', 'papers', 'issued_papers', 'drafts', 'payment_callbacks')"
_NOW = _BEFORE.replace(")", ", 'unproven_callbacks')")


def upgrade() -> None:
    _checked(_NOW)


def downgrade() -> None:
    op.execute("DELETE FROM retention_rules WHERE subject = 'unproven_callbacks'")
    _checked(_BEFORE)


def _checked(subjects: str) -> None:
    name = op.f("ck_retention_rules_subject")
    op.drop_constraint(name, "retention_rules", type_="check")
    op.create_check_constraint(name, "retention_rules", f"subject IN {subjects}")
