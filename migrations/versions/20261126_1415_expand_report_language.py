"""Keep the language in which the sender of a report is told of it.

Phase: expand.
Lock: ACCESS EXCLUSIVE on reports while its rows are read for the check: a constant default, nothing is written.
Rows touched: none, 10 million read in about 2 s.
Reversal: downgrade().

Revision: 20261126_report_language
Revises: 20261126_notice_wordings
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_report_language"
down_revision: str | None = "20261126_notice_wordings"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("lang", sa.String(), server_default=sa.text("'vi'"), nullable=False))
    op.create_check_constraint("lang", "reports", "lang IN ('vi', 'en')")


def downgrade() -> None:
    op.drop_constraint("lang", "reports", type_="check")
    op.drop_column("reports", "lang")
