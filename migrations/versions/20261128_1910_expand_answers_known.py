"""Keep by what the answer of an entrusted case is known, so that two sides can compare the words as well.

Phase: expand.
Lock: ACCESS EXCLUSIVE on consignments for an instant (a column without a default).
Rows touched: none.
Reversal: downgrade(); answers are then compared no more.

Revision: 20261128_answers_known
Revises: 20261128_federation
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_answers_known"
down_revision: str | None = "20261128_federation"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("consignments", sa.Column("answer_sha256", sa.String))


def downgrade() -> None:
    op.drop_column("consignments", "answer_sha256")
