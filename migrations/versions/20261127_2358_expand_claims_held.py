"""Hold claims on uploads to their tenant, and refuse files that are locked.

Phase: expand. Old code that meets the new reason cannot show that upload until it has gone.
Lock: ACCESS EXCLUSIVE on upload_claims and uploads for an instant each: a policy, and a check that is not validated yet;
then SHARE UPDATE EXCLUSIVE on uploads while it is, some seconds for 10 M rows.
Rows touched: none.
Reversal: downgrade(); files that were refused because they are locked are refused as damaged.

Revision: 20261127_claims_held
Revises: 20261127_claims
"""

from __future__ import annotations

from alembic import op

revision: str = "20261127_claims_held"
down_revision: str | None = "20261127_claims"
branch_labels: str | None = None
depends_on: str | None = None

_OLD = ("unknown", "damaged", "too-many-pixels", "two-faced", "bomb", "macros", "uncleanable", "infected")
_NEW = (*_OLD, "locked")
_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"


def _reasons(words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.execute("ALTER TABLE uploads DROP CONSTRAINT ck_uploads_refusal")
    op.execute(f"ALTER TABLE uploads ADD CONSTRAINT ck_uploads_refusal CHECK (refusal IN ({listed})) NOT VALID")
    op.execute("ALTER TABLE uploads VALIDATE CONSTRAINT ck_uploads_refusal")


def upgrade() -> None:
    op.execute(f"CREATE POLICY of_tenant ON upload_claims USING ({_SAME})")
    op.execute("ALTER TABLE upload_claims ENABLE ROW LEVEL SECURITY")
    _reasons(_NEW)


def downgrade() -> None:
    op.execute("UPDATE uploads SET refusal = 'damaged' WHERE refusal = 'locked'")
    _reasons(_OLD)
    op.execute("ALTER TABLE upload_claims DISABLE ROW LEVEL SECURITY")
    op.execute("DROP POLICY of_tenant ON upload_claims")
