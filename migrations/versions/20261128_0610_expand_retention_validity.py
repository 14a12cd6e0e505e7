"""Let a rule of retention say from when it holds.

Phase: expand.
Lock: ACCESS EXCLUSIVE on retention_rules for a moment: a column without a default.
Rows touched: none; a rule that says nothing holds since it was published, as before.
Reversal: downgrade(); rules that were to begin later hold at once.

Revision: 20261128_retention_validity
Revises: 20261128_trail_units
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_retention_validity"
down_revision: str | None = "20261128_trail_units"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("retention_rules", sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("retention_rules", "valid_from")
