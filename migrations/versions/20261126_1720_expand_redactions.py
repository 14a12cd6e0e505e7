"""Keep how an officer corrected what is masked of a case.

Phase: expand.
Lock: ACCESS EXCLUSIVE on cases for a moment (a column without a default).
Rows touched: none; null says that no officer has looked yet.
Time on 10 M rows: milliseconds.
Reversal: downgrade(); corrections are lost, and what rules find is masked.

No policy: the column stands in a table that has one.

Revision: 20261126_redactions
Revises: 20261127_notice_order
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261126_redactions"
down_revision: str | None = "20261127_notice_order"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("redaction", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "redaction")
