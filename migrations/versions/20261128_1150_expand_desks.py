"""Keep views of the queue under a name, and units' templates of answers with every version of them.

Phase: expand.
Lock: foreign keys to units and staff_accounts lock those for an instant (SHARE ROW EXCLUSIVE); the tables are new.
Rows touched: none.
Reversal: downgrade(); views and templates are lost, answers given with them stay.

Revision: 20261128_desks
Revises: 20261128_identity_end
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261128_desks"
down_revision: str | None = "20261128_identity_end"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_INSTANT = sa.DateTime(timezone=True)
_TABLES = ("saved_views", "answer_templates", "answer_template_versions")


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("staff_id", sa.Uuid),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_saved_views"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["staff_accounts.tenant_id", "staff_accounts.id"],
            name="fk_saved_views_tenant_id_staff_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_saved_views_tenant_id_unit_id"
        ),
        sa.CheckConstraint("(staff_id IS NULL) <> (unit_id IS NULL)", name="ck_saved_views_of_one"),
    )
    for whose in ("staff", "unit"):
        op.create_index(
            f"uq_saved_views_{whose}",
            "saved_views",
            ["tenant_id", f"{whose}_id", "name"],
            unique=True,
            postgresql_where=sa.text(f"{whose}_id IS NOT NULL"),
        )
    op.create_table(
        "answer_templates",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("category", sa.String),
        sa.Column("resolution", sa.String),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_answer_templates"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_answer_templates_tenant_id_unit_id"
        ),
    )
    op.create_index(
        "ix_answer_templates_unit",
        "answer_templates",
        ["tenant_id", "unit_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "answer_template_versions",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("template_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.Column("written_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "template_id", "version", name="pk_answer_template_versions"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "template_id"],
            ["answer_templates.tenant_id", "answer_templates.id"],
            name="fk_answer_template_versions_tenant_id_template_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "written_by"],
            ["staff_accounts.tenant_id", "staff_accounts.id"],
            name="fk_answer_template_versions_tenant_id_written_by",
        ),
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
