"""Keep where a photo was taken when its sender wants that, and two more reasons why a file is not taken.

Phase: expand.
Lock: ACCESS EXCLUSIVE on uploads, for an instant each: columns with a constant default, a check that is not validated
yet; then SHARE UPDATE EXCLUSIVE while it is, some seconds for 10 M rows.
Rows touched: none.
Reversal: downgrade(); files that were refused for one of the new reasons are refused as damaged.

Revision: 20261127_uploads_cleaned
Revises: 20261127_payments
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_uploads_cleaned"
down_revision: str | None = "20261127_payments"
branch_labels: str | None = None
depends_on: str | None = None

_OLD = ("unknown", "damaged", "too-many-pixels", "two-faced", "bomb", "macros")
_NEW = (*_OLD, "uncleanable", "infected")


def _reasons(words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.execute("ALTER TABLE uploads DROP CONSTRAINT ck_uploads_refusal")
    op.execute(f"ALTER TABLE uploads ADD CONSTRAINT ck_uploads_refusal CHECK (refusal IN ({listed})) NOT VALID")
    op.execute("ALTER TABLE uploads VALIDATE CONSTRAINT ck_uploads_refusal")


def upgrade() -> None:
    op.add_column("uploads", sa.Column("keeps_place", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("uploads", sa.Column("lat", sa.Float(), nullable=True))
    op.add_column("uploads", sa.Column("lon", sa.Float(), nullable=True))
    _reasons(_NEW)


def downgrade() -> None:
    op.execute("UPDATE uploads SET refusal = 'damaged' WHERE refusal IN ('uncleanable', 'infected')")
    _reasons(_OLD)
    op.drop_column("uploads", "lon")
    op.drop_column("uploads", "lat")
    op.drop_column("uploads", "keeps_place")
