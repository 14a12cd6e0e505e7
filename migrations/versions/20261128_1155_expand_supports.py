"""Keep who meets the same as a public case, how many do, and from how many on a case is urgent.

Phase: expand.
Lock: ACCESS EXCLUSIVE on cases for a moment: a column with a constant default. Foreign keys to cases and tenants lock
those for an instant (SHARE ROW EXCLUSIVE). Checks of limit_policies, retention_rules (both small) and own_changes: the
last is not looked through, what it holds is of the words allowed before.
Rows touched: none; on 10 million cases the column takes no longer than on none.
Reversal: downgrade(); supports, rules and what was told of them are lost, priorities that were raised stay.

Revision: 20261128_supports
Revises: 20261128_desks
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_supports"
down_revision: str | None = "20261128_desks"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_INSTANT = sa.DateTime(timezone=True)
_TABLES = ("supports", "support_raises", "support_rules")
_PRIORITIES = "priority IN ('low', 'normal', 'high', 'urgent')"
_LIMITED = (
    "'reports', 'client_reports', 'flood', 'codes', 'devices', 'uploads', 'invitations', 'links', 'service_requests', "
    "'sign_ins', 'phone_lookups', 'upload_mib'"
)
_KEPT = "'identity', 'files', 'papers', 'issued_papers', 'drafts', 'payment_callbacks', 'unproven_callbacks'"
_CHANGED = "'report', 'service_request', 'entry', 'paper'"
_CASE = {"columns": ["tenant_id", "case_id"], "refcolumns": ["cases.tenant_id", "cases.id"]}


def upgrade() -> None:
    op.add_column("cases", sa.Column("support_count", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_table(
        "supports",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("citizen_id", sa.Uuid),
        sa.Column("proven", sa.Boolean, nullable=False),
        sa.Column("lang", sa.String, nullable=False),
        sa.Column("given_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_supports"),
        sa.UniqueConstraint("tenant_id", "case_id", "citizen_id", name="uq_supports_tenant_id_case_id_citizen_id"),
        sa.ForeignKeyConstraint(**_CASE, name="fk_supports_tenant_id_case_id"),
        sa.CheckConstraint("lang IN ('vi', 'en')", name="ck_supports_lang"),
    )
    known = sa.text("citizen_id IS NOT NULL")
    op.create_index(
        "ix_supports_citizen", "supports", ["tenant_id", "citizen_id", "id"], postgresql_where=known
    )
    op.create_index("ix_supports_known", "supports", ["tenant_id", "id"], postgresql_where=known)
    op.create_table(
        "support_raises",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("priority", sa.String, nullable=False),
        sa.Column("rule_category", sa.String, nullable=False),
        sa.Column("rule_version", sa.Integer, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("raised_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "priority", name="pk_support_raises"),
        sa.ForeignKeyConstraint(**_CASE, name="fk_support_raises_tenant_id_case_id"),
        sa.CheckConstraint(_PRIORITIES, name="ck_support_raises_priority"),
    )
    op.create_table(
        "support_rules",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("category_code", sa.String, nullable=False),
        sa.Column("priority", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at_least", sa.Integer),
        sa.Column("whose", sa.String, nullable=False),
        sa.Column("legal_basis_vi", sa.String, nullable=False),
        sa.Column("legal_basis_en", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("valid_from", _INSTANT, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.PrimaryKeyConstraint("tenant_id", "category_code", "priority", "version", name="pk_support_rules"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_support_rules_tenant_id"),
        sa.CheckConstraint(_PRIORITIES, name="ck_support_rules_priority"),
        sa.CheckConstraint("whose IN ('proven', 'everybody')", name="ck_support_rules_whose"),
        sa.CheckConstraint("version >= 1", name="ck_support_rules_version"),
        sa.CheckConstraint("at_least BETWEEN 2 AND 1000000", name="ck_support_rules_at_least"),
    )
    _allow(f"{_LIMITED}, 'supports'", f"{_KEPT}, 'supports'", f"{_CHANGED}, 'support'")
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def _allow(limited: str, kept: str, changed: str) -> None:
    for table, column, words in (("limit_policies", "what", limited), ("retention_rules", "subject", kept)):
        name = op.f(f"ck_{table}_{column}")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"{column} IN ({words})")
    op.drop_constraint(op.f("ck_own_changes_kind"), "own_changes", type_="check")
    op.execute(f"ALTER TABLE own_changes ADD CONSTRAINT ck_own_changes_kind CHECK (kind IN ({changed})) NOT VALID")


def downgrade() -> None:
    op.execute("DELETE FROM own_changes WHERE kind = 'support'")
    op.execute("DELETE FROM retention_rules WHERE subject = 'supports'")
    op.execute("DELETE FROM limit_policies WHERE what = 'supports'")
    _allow(_LIMITED, _KEPT, _CHANGED)
    op.execute("ALTER TABLE own_changes VALIDATE CONSTRAINT ck_own_changes_kind")
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("cases", "support_count")
