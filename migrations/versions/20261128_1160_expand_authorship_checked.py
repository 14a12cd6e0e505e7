"""Hold every upload to the words for what has become of its authors' names.

Phase: expand.
Lock: SHARE UPDATE EXCLUSIVE on uploads while it is read once; reading and writing go on.
Rows touched: none.
Reversal: downgrade(); rows are held to nothing until they are looked through again.

Revision: 20261128_authorship_checked
Revises: 20261128_supports
"""

from __future__ import annotations

from alembic import op

revision: str = "20261128_authorship_checked"
down_revision: str | None = "20261128_supports"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE uploads VALIDATE CONSTRAINT ck_uploads_authorship")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_uploads_authorship"), "uploads", type_="check")
    op.create_check_constraint(
        op.f("ck_uploads_authorship"), "uploads", "authorship IN ('gone', 'kept')", postgresql_not_valid=True
    )
