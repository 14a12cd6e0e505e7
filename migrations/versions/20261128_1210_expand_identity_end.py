"""Remember that an officer's identity was unlinked, so that its address does not bring it back.

Phase: expand.
Lock: ACCESS EXCLUSIVE on staff_identities for an instant: a nullable column.
Rows touched: none.
Reversal: downgrade(); identities that were unlinked are forgotten.

Revision: 20261128_identity_end
Revises: 20261128_authorship
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_identity_end"
down_revision: str | None = "20261128_authorship"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("staff_identities", sa.Column("ended_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.execute("DELETE FROM staff_identities WHERE ended_at IS NOT NULL")
    op.drop_column("staff_identities", "ended_at")
