"""Remember what has become of authors' names in documents, and keep those of service requests as they were sent.

Phase: expand.
Lock: ACCESS EXCLUSIVE on uploads for a moment: nullable columns and a check that no row can break.
Rows touched: none; documents from before count as ones that may name their author.
Reversal: downgrade(); files kept as they were sent lie in the store until the worker sweeps them away.

Revision: 20261128_authorship
Revises: 20261128_map_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_authorship"
down_revision: str | None = "20261128_map_index"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("authorship", sa.String))
    op.add_column("uploads", sa.Column("original_bytes", sa.BigInteger))
    op.add_column("uploads", sa.Column("original_sha256", sa.LargeBinary))
    op.create_check_constraint(
        op.f("ck_uploads_authorship"), "uploads", "authorship IN ('gone', 'kept')", postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_uploads_authorship"), "uploads")
    op.drop_column("uploads", "original_sha256")
    op.drop_column("uploads", "original_bytes")
    op.drop_column("uploads", "authorship")
