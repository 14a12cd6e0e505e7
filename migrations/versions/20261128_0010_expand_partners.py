"""Keep partners: Open311 servers of others that handle a unit's cases, and what they are told and have said.

Phase: expand.
Lock: none on tables in use but for an instant each: foreign keys to units and cases (SHARE ROW EXCLUSIVE).
Rows touched: none.
Reversal: downgrade(); what partners were handed is known to them only.

Revision: 20261128_partners
Revises: 20261127_claims_held
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "20261128_partners"
down_revision: str | None = "20261127_claims_held"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_INSTANT = sa.DateTime(timezone=True)
_TABLES = ("partners", "partner_errands", "partner_posts", "partner_heard")


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("jurisdiction_id", sa.String),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("services", JSONB, nullable=False),
        sa.Column("default_service", sa.String),
        sa.Column("sends_answers", sa.Boolean, nullable=False),
        sa.Column("repeats_safely", sa.Boolean, nullable=False),
        sa.Column("has_updates", sa.Boolean, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("updated_by", sa.Uuid),
        sa.Column("follow_at", _INSTANT, nullable=False),
        sa.Column("followed_at", _INSTANT),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("retry_at", _INSTANT),
        sa.Column("last_success_at", _INSTANT),
        sa.Column("last_error", sa.String),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_partners"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_partners_tenant_id_unit_id_units"
        ),
        sa.CheckConstraint("format IN ('json', 'xml')", name="ck_partners_format"),
    )
    op.create_index(
        "uq_partners_unit", "partners", ["tenant_id", "unit_id"], unique=True, postgresql_where=sa.text("active")
    )
    op.create_table(
        "partner_errands",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("partner_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("case_code", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("their_id", sa.String),
        sa.Column("token", sa.String),
        sa.Column("status", sa.String),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.Column("heard_at", _INSTANT),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_partner_errands"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["partners.tenant_id", "partners.id"],
            name="fk_partner_errands_tenant_id_partner_id_partners",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name="fk_partner_errands_tenant_id_case_id_cases"
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'with_them', 'answered', 'called_back', 'refused')", name="ck_partner_errands_state"
        ),
    )
    open_only = sa.text("state IN ('waiting', 'with_them', 'answered')")
    op.create_index(
        "uq_partner_errands_open", "partner_errands", ["tenant_id", "case_id"], unique=True, postgresql_where=open_only
    )
    op.create_index("ix_partner_errands_case", "partner_errands", ["tenant_id", "case_id"])
    op.create_index("ix_partner_errands_partner", "partner_errands", ["tenant_id", "partner_id", "id"])
    op.create_index(
        "ix_partner_errands_followed",
        "partner_errands",
        ["tenant_id", "partner_id", "id"],
        postgresql_where=sa.text("state = 'with_them'"),
    )
    op.create_index(
        "ix_partner_errands_their_id",
        "partner_errands",
        ["tenant_id", "partner_id", "their_id"],
        postgresql_where=sa.text("their_id IS NOT NULL"),
    )
    op.create_table(
        "partner_posts",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("errand_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("occurred_at", _INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_at", _INSTANT),
        sa.Column("locked_until", _INSTANT),
        sa.Column("doubtful", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("first_failed_at", _INSTANT),
        sa.Column("settled_at", _INSTANT),
        sa.Column("last_outcome", sa.String),
        sa.Column("last_code", sa.String),
        sa.PrimaryKeyConstraint("tenant_id", "errand_id", "number", name="pk_partner_posts"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "errand_id"],
            ["partner_errands.tenant_id", "partner_errands.id"],
            name="fk_partner_posts_tenant_id_errand_id_partner_errands",
        ),
        sa.CheckConstraint("kind IN ('request', 'reply', 'reopened', 'ended')", name="ck_partner_posts_kind"),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="ck_partner_posts_state"),
        sa.CheckConstraint(
            "last_outcome IN ('taken', 'found', 'refused', 'unsure', 'away', 'unready')",
            name="ck_partner_posts_last_outcome",
        ),
    )
    op.create_index(
        "ix_partner_posts_due", "partner_posts", ["tenant_id", "next_at"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ix_partner_posts_dead",
        "partner_posts",
        ["tenant_id", "errand_id"],
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_table(
        "partner_heard",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("errand_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("heard_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "errand_id", "key", name="pk_partner_heard"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "errand_id"],
            ["partner_errands.tenant_id", "partner_errands.id"],
            name="fk_partner_heard_tenant_id_errand_id_partner_errands",
        ),
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("DELETE FROM consumer_cursors WHERE consumer = 'partners'")
    for table in reversed(_TABLES):
        op.drop_table(table)
