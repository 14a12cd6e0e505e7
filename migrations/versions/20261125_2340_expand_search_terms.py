"""Let publications be searched by words and pairs of neighbouring words.

Phase: expand; old code goes on with `search`.
Lock: ACCESS EXCLUSIVE on publications for a moment; a nullable column rewrites nothing.
Rows touched: none. The worker fills the column in batches (`index` in its loops), 10 million rows in about an hour.
Reversal: downgrade().

Revision: 20261125_search_terms
Revises: 20261122_initial
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261125_search_terms"
down_revision: str | None = "20261122_initial"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("publications", sa.Column("terms", sa.ARRAY(sa.Integer()), nullable=True))


def downgrade() -> None:
    op.drop_column("publications", "terms")
