"""Seal whom papers are about; rule on papers, drafts and messages of payment providers.

Phase: expand. Papers that are there are sealed by the worker, batch by batch, when it starts. Old code writes papers
that name people openly, which are sealed so as well, and takes new ones for changed until it has gone.
Lock: ACCESS EXCLUSIVE on papers for a moment (a nullable column, and one with a constant), and on retention_rules,
which has a few rows, while they are checked; the index on payment_callbacks is built concurrently.
Rows touched: none.
Reversal: downgrade(), after which papers issued meanwhile name nobody, and their checksums can be computed no more; a
province's own rules on what is new are gone.

Revision: 20261127_sealed_papers
Revises: 20261127_request_steps_told
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261127_sealed_papers"
down_revision: str | None = "20261127_request_steps_told"
branch_labels: str | None = None
depends_on: str | None = None


_INDEX = "ix_payment_callbacks_transaction"
_SUBJECTS = "'identity', 'files', 'papers'"
_NEW = "'issued_papers', 'drafts', 'payment_callbacks'"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_INDEX}")
        op.create_index(
            _INDEX,
            "payment_callbacks",
            ["tenant_id", "provider", "transaction_id"],
            postgresql_where=sa.text("transaction_id IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.execute("SET statement_timeout = '30s'")
    op.add_column("papers", sa.Column("bonds", postgresql.JSONB(), nullable=True))
    op.add_column("papers", sa.Column("sealed", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False))
    _allow(f"{_SUBJECTS}, {_NEW}")


def _allow(words: str) -> None:
    name = op.f("ck_retention_rules_subject")
    op.drop_constraint(name, "retention_rules", type_="check")
    op.create_check_constraint(name, "retention_rules", f"subject IN ({words})")


def downgrade() -> None:
    op.execute(f"DELETE FROM retention_rules WHERE subject IN ({_NEW})")
    _allow(_SUBJECTS)
    op.drop_column("papers", "sealed")
    op.drop_column("papers", "bonds")
    op.drop_index(_INDEX, "payment_callbacks")
