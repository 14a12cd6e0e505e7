"""Hold every change that people are told of to the words there are, supports with them.

Phase: expand.
Lock: SHARE UPDATE EXCLUSIVE on own_changes while it is read once; reading and writing go on.
Rows touched: none.
Reversal: downgrade(); rows are held to nothing until they are looked through again.

Revision: 20261128_supports_checked
Revises: 20261128_authorship_checked
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_supports_checked"
down_revision: str | None = "20261128_authorship_checked"
branch_labels: str | None = None
depends_on: str | None = None

_KINDS = "'report', 'service_request', 'entry', 'paper', 'support'"


def upgrade() -> None:
    op.execute("ALTER TABLE own_changes VALIDATE CONSTRAINT ck_own_changes_kind")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_own_changes_kind"), "own_changes", type_="check")
    op.execute(f"ALTER TABLE own_changes ADD CONSTRAINT ck_own_changes_kind CHECK (kind IN ({_KINDS})) NOT VALID")
