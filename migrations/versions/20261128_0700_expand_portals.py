"""Keep what each unit's portal shows, how it looks, the key others send to it with, and officers' calendar addresses.

Phase: expand.
Lock: ACCESS EXCLUSIVE on publications, reports and api_clients for a moment each: nullable columns. Foreign keys to
units, publications and staff_accounts lock those for an instant (SHARE ROW EXCLUSIVE).
Rows touched: none; the worker fills unit_publications in batches afterwards.
Reversal: downgrade(); portals show the province's colours again, and calendar addresses have to be made anew.

Revision: 20261128_portals
Revises: 20261128_retention_validity
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_portals"
down_revision: str | None = "20261128_retention_validity"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_INSTANT = sa.DateTime(timezone=True)
_TABLES = ("unit_publications", "portals", "calendar_addresses")


def upgrade() -> None:
    op.add_column("publications", sa.Column("placed", sa.Integer))
    op.add_column("reports", sa.Column("portal_unit_id", sa.Uuid))
    op.add_column("api_clients", sa.Column("portal_unit_id", sa.Uuid))
    op.create_table(
        "unit_publications",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("overdue", sa.Boolean, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "unit_id", name="pk_unit_publications"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["publications.tenant_id", "publications.case_id"],
            name="fk_unit_publications_tenant_id_case_id_publications",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["units.tenant_id", "units.id"],
            name="fk_unit_publications_tenant_id_unit_id_units",
        ),
    )
    shown, gone = sa.text("shown"), sa.text("NOT shown")
    changed = ["tenant_id", "unit_id", "updated_at", "case_id"]
    op.create_index("ix_unit_publications_shown", "unit_publications", changed, postgresql_where=shown)
    op.create_index("ix_unit_publications_gone", "unit_publications", changed, postgresql_where=gone)
    op.create_index(
        "ix_unit_publications_days", "unit_publications", ["tenant_id", "unit_id", "opened_on"], postgresql_where=shown
    )
    op.create_index(
        "ix_unit_publications_open",
        "unit_publications",
        ["tenant_id", "unit_id", "is_open", "overdue"],
        postgresql_where=shown,
    )
    op.create_table(
        "portals",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("name_vi", sa.String, nullable=False),
        sa.Column("name_en", sa.String, nullable=False),
        sa.Column("intro_vi", sa.String, nullable=False),
        sa.Column("intro_en", sa.String, nullable=False),
        sa.Column("brand", sa.String, nullable=False),
        sa.Column("link", sa.String, nullable=False),
        sa.Column("frame_ancestors", sa.ARRAY(sa.String), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("updated_by", sa.Uuid),
        sa.PrimaryKeyConstraint("tenant_id", "unit_id", name="pk_portals"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_portals_tenant_id_unit_id_units"
        ),
    )
    op.create_table(
        "calendar_addresses",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("staff_id", sa.Uuid, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("lang", sa.String, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_calendar_addresses"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"],
            ["staff_accounts.tenant_id", "staff_accounts.id"],
            name="fk_calendar_addresses_tenant_id_staff_id_staff_accounts",
        ),
        sa.CheckConstraint("lang IN ('vi', 'en')", name="ck_calendar_addresses_lang"),
    )
    op.create_index(
        "uq_calendar_addresses_staff",
        "calendar_addresses",
        ["tenant_id", "staff_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("api_clients", "portal_unit_id")
    op.drop_column("reports", "portal_unit_id")
    op.drop_column("publications", "placed")
