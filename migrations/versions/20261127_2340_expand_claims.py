"""Count how often somebody has tried to look at an upload, and let no report claim one that is gone.

Phase: expand. Old code looks at uploads without counting; a report that it writes with an upload that is gone fails.
Lock: ACCESS EXCLUSIVE on uploads for an instant: a column with a constant. The index is built beside the work. SHARE ROW
EXCLUSIVE on uploads and upload_claims for an instant, for a key that is not validated yet; while it is, some seconds
for 10 M rows, both are written as always.
Rows touched: claims on uploads that are gone, which nothing can show any more, are removed.
Reversal: downgrade().

Revision: 20261127_claims
Revises: 20261127_erasure
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261127_claims"
down_revision: str | None = "20261127_erasure"
branch_labels: str | None = None
depends_on: str | None = None

_WAITING, _RECEIVED = "ix_uploads_waiting", "ix_uploads_received"
_KEY = "fk_upload_claims_upload_id"


def upgrade() -> None:
    tries = sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    op.add_column("uploads", tries, if_not_exists=True)  # the index, built outside the transaction, may fail
    _index_instead(_WAITING, ["tries", "updated_at"], _RECEIVED)
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute(f"ALTER TABLE upload_claims DROP CONSTRAINT IF EXISTS {_KEY}")
        key = "FOREIGN KEY (upload_id) REFERENCES uploads (id) NOT VALID"
        op.execute(f"ALTER TABLE upload_claims ADD CONSTRAINT {_KEY} {key}")
        op.execute("DELETE FROM upload_claims c WHERE NOT EXISTS (SELECT FROM uploads u WHERE u.id = c.upload_id)")
        op.execute(f"ALTER TABLE upload_claims VALIDATE CONSTRAINT {_KEY}")
        op.execute("SET statement_timeout = '30s'")


def _index_instead(name: str, columns: list[str], former: str) -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        where = sa.text("state = 'received'")
        op.create_index(name, "uploads", columns, postgresql_where=where, postgresql_concurrently=True)
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {former}")
        op.execute("SET statement_timeout = '30s'")


def downgrade() -> None:
    op.drop_constraint(_KEY, "upload_claims", type_="foreignkey")
    _index_instead(_RECEIVED, ["updated_at"], _WAITING)
    op.drop_column("uploads", "tries")
