"""Keep what is to be paid, the money that came, what providers told, and where and by whom fees are taken.

Phase: expand.
Lock: SHARE ROW EXCLUSIVE on tenants and units, for an instant: foreign keys of new tables.
Rows touched: none.
Reversal: downgrade(); what came is then in the providers' statements only.

Revision: 20261127_payments
Revises: 20261127_papers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261127_payments"
down_revision: str | None = "20261127_papers"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_MONEY = sa.Numeric(20, 4)
_UNIT = ["units.tenant_id", "units.id"]
_STATES = "('requested', 'paid', 'cancelled', 'expired', 'refund_due', 'refunded')"
_ENDED = "('cancelled', 'expired', 'refund_due', 'refunded')"
_OUTCOMES = (
    "('paid', 'noted', 'refund_due', 'unmatched', 'other_currency', 'not_paid', 'differs', 'unreadable', 'replayed', "
    "'stale', 'unsigned')"
)
_TABLES = (
    "payment_requests",
    "payment_receipts",
    "payment_callbacks",
    "payment_accounts",
    "payment_provider_keys",
    "payment_statement_lines",
)


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id"))


def upgrade() -> None:
    op.create_table(
        "payment_requests",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount", _MONEY, nullable=False),
        sa.Column("noted", _MONEY, server_default=sa.text("0"), nullable=False),
        sa.Column("refund_due", _MONEY, server_default=sa.text("0"), nullable=False),
        sa.Column("refunded", _MONEY, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_payment_requests_state")),
        sa.CheckConstraint(
            "amount > 0 AND noted >= 0 AND refund_due >= 0 AND refunded >= 0", name=op.f("ck_payment_requests_amounts")
        ),
        sa.CheckConstraint(
            "noted = 0 OR (state = 'requested' AND noted < amount)", name=op.f("ck_payment_requests_noted")
        ),
        sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name=op.f("ck_payment_requests_paid")),
        sa.CheckConstraint(
            f"(state IN {_ENDED}) = (ended_at IS NOT NULL)", name=op.f("ck_payment_requests_ended")
        ),
        _of_tenant("payment_requests"),
        sa.ForeignKeyConstraint(["tenant_id", "unit_id"], _UNIT, name=op.f("fk_payment_requests_tenant_id_unit_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_payment_requests")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_payment_requests_tenant_id_reference")),
    )
    op.create_index("ix_payment_requests_subject", "payment_requests", ["tenant_id", "subject_id"])
    op.create_index(
        "ix_payment_requests_due",
        "payment_requests",
        ["tenant_id", "due_at"],
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(
        "ix_payment_requests_ask",
        "payment_requests",
        ["tenant_id", "ask_at"],
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_table(
        "payment_receipts",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("told_reference", sa.String(), nullable=False),
        sa.Column("amount", _MONEY, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("paid", _MONEY, nullable=False),
        sa.Column("noted", _MONEY, nullable=False),
        sa.Column("refund_due", _MONEY, nullable=False),
        sa.Column("refunded", _MONEY, nullable=False),
        sa.Column("unmatched", _MONEY, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("refund_reference", sa.String(), nullable=True),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"outcome IN {_OUTCOMES}", name=op.f("ck_payment_receipts_outcome")),
        sa.CheckConstraint(
            "amount = paid + noted + refund_due + refunded + unmatched", name=op.f("ck_payment_receipts_whole")
        ),
        sa.CheckConstraint(
            "paid >= 0 AND noted >= 0 AND refund_due >= 0 AND refunded >= 0 AND unmatched >= 0",
            name=op.f("ck_payment_receipts_parts"),
        ),
        _of_tenant("payment_receipts"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["payment_requests.tenant_id", "payment_requests.id"],
            name=op.f("fk_payment_receipts_tenant_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_payment_receipts")),
        sa.UniqueConstraint(
            "tenant_id", "source", "transaction_id", name=op.f("uq_payment_receipts_tenant_id_source_transaction_id")
        ),
    )
    op.create_index("ix_payment_receipts_payment", "payment_receipts", ["tenant_id", "payment_id"])
    op.create_index("ix_payment_receipts_day", "payment_receipts", ["tenant_id", "source", "paid_at"])
    op.create_table(
        "payment_callbacks",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=True),
        sa.CheckConstraint(f"outcome IN {_OUTCOMES}", name=op.f("ck_payment_callbacks_outcome")),
        _of_tenant("payment_callbacks"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_payment_callbacks")),
    )
    op.create_index("ix_payment_callbacks_nonce", "payment_callbacks", ["tenant_id", "provider", "nonce"])
    op.create_index("ix_payment_callbacks_outcome", "payment_callbacks", ["tenant_id", "outcome", "came_at"])
    op.create_table(
        "payment_accounts",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("bank_bin", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_payment_accounts_days")),
        _of_tenant("payment_accounts"),
        sa.ForeignKeyConstraint(["tenant_id", "unit_id"], _UNIT, name=op.f("fk_payment_accounts_tenant_id_unit_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_payment_accounts")),
        sa.UniqueConstraint(
            "tenant_id",
            "unit_id",
            "valid_from",
            name=op.f("uq_payment_accounts_tenant_id_unit_id_valid_from"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "payment_provider_keys",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _of_tenant("payment_provider_keys"),
        sa.PrimaryKeyConstraint("tenant_id", "provider", "key_id", name=op.f("pk_payment_provider_keys")),
    )
    op.create_table(
        "payment_statement_lines",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount", _MONEY, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        _of_tenant("payment_statement_lines"),
        sa.PrimaryKeyConstraint("tenant_id", "provider", "transaction_id", name=op.f("pk_payment_statement_lines")),
    )
    op.create_index(
        "ix_payment_statement_lines_day", "payment_statement_lines", ["tenant_id", "provider", "paid_on"]
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in ("payment_receipts", *(one for one in _TABLES if one != "payment_receipts")):
        op.drop_table(table)
