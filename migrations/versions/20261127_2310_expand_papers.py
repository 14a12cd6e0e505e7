"""Seal whom papers are about; rule on papers, drafts and messages of providers; settle money for nothing known.

Phase: expand. Papers that are there are sealed by the worker, batch by batch, when it starts. Old code writes papers
that name people openly, which are sealed so as well, and takes new ones for changed until it has gone.
Lock: ACCESS EXCLUSIVE on papers and payment_receipts for a moment (nullable columns, and one with a constant), and on
retention_rules, which has a few rows, while they are checked; the indexes are built concurrently.
Rows touched: none.
Reversal: downgrade(), after which papers issued meanwhile name nobody, and their checksums can be computed no more; a
province's own rules on what is new, and why money was to be given back, are gone.

Revision: 20261127_sealed_papers
Revises: 20261127_sign_in
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261127_sealed_papers"
down_revision: str | None = "20261127_sign_in"
branch_labels: str | None = None
depends_on: str | None = None


_INDEXES = {
    "ix_payment_callbacks_transaction": (
        "payment_callbacks",
        ["provider", "transaction_id"],
        "transaction_id IS NOT NULL",
    ),
    "ix_payment_receipts_unmatched": ("payment_receipts", ["id"], "unmatched > 0"),
    "ix_payment_receipts_refund_due": ("payment_receipts", ["id"], "refund_due > 0"),
}
_SUBJECTS = "'identity', 'files', 'papers'"
_NEW = "'issued_papers', 'drafts', 'payment_callbacks'"
_SETTLED = {"settled_by": sa.Uuid(), "settled_at": sa.DateTime(timezone=True), "settled_reason": sa.String()}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for name, (table, columns, where) in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(
                name,
                table,
                ["tenant_id", *columns],
                postgresql_where=sa.text(where),
                postgresql_concurrently=True,
            )
        op.execute("SET statement_timeout = '30s'")
    op.add_column("papers", sa.Column("bonds", postgresql.JSONB(), nullable=True))
    op.add_column("papers", sa.Column("sealed", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False))
    for column, kind in _SETTLED.items():
        op.add_column("payment_receipts", sa.Column(column, kind, nullable=True))
    check = "CHECK ((settled_by IS NULL) = (settled_at IS NULL)) NOT VALID"
    op.execute(f"ALTER TABLE payment_receipts ADD CONSTRAINT ck_payment_receipts_settled {check}")
    op.execute("ALTER TABLE payment_receipts VALIDATE CONSTRAINT ck_payment_receipts_settled")
    _allow(f"{_SUBJECTS}, {_NEW}")


def _allow(words: str) -> None:
    name = op.f("ck_retention_rules_subject")
    op.drop_constraint(name, "retention_rules", type_="check")
    op.create_check_constraint(name, "retention_rules", f"subject IN ({words})")


def downgrade() -> None:
    op.execute(f"DELETE FROM retention_rules WHERE subject IN ({_NEW})")
    _allow(_SUBJECTS)
    op.drop_constraint(op.f("ck_payment_receipts_settled"), "payment_receipts", type_="check")
    for column in _SETTLED:
        op.drop_column("payment_receipts", column)
    op.drop_column("papers", "sealed")
    op.drop_column("papers", "bonds")
    for name, (table, _, _) in _INDEXES.items():
        op.drop_index(name, table)
