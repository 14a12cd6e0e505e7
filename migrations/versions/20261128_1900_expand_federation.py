"""Keep neighbours: other installations, the cases entrusted to and by them, and the parcels that tell of it.

Phase: expand.
Lock: none on tables in use but for an instant each: foreign keys to units and cases (SHARE ROW EXCLUSIVE).
Rows touched: none.
Reversal: downgrade(); what was entrusted to neighbours is known to them only.

Revision: 20261128_federation
Revises: 20261128_supports_checked
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "20261128_federation"
down_revision: str | None = "20261128_supports_checked"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_INSTANT = sa.DateTime(timezone=True)
_TABLES = ("neighbours", "consignments", "parcels")
_ZERO = sa.text("0")


def upgrade() -> None:
    op.create_table(
        "neighbours",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("updated_by", sa.Uuid),
        sa.Column("written", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("told", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("heard", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("told_mark", sa.String),
        sa.Column("heard_mark", sa.String),
        sa.Column("failures", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("retry_at", _INSTANT),
        sa.Column("last_success_at", _INSTANT),
        sa.Column("last_error", sa.String),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_neighbours"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_neighbours_tenant_id_unit_id_units"
        ),
    )
    op.create_index(
        "uq_neighbours_unit", "neighbours", ["tenant_id", "unit_id"], unique=True, postgresql_where=sa.text("active")
    )
    op.create_table(
        "consignments",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("neighbour_id", sa.Uuid, nullable=False),
        sa.Column("side", sa.String, nullable=False),
        sa.Column("case_id", sa.Uuid),
        sa.Column("case_code", sa.String),
        sa.Column("report_id", sa.Uuid),
        sa.Column("their_code", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("told_version", sa.Integer, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_consignments"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "neighbour_id"],
            ["neighbours.tenant_id", "neighbours.id"],
            name="fk_consignments_tenant_id_neighbour_id_neighbours",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name="fk_consignments_tenant_id_case_id_cases"
        ),
        sa.CheckConstraint("side IN ('giver', 'holder')", name="ck_consignments_side"),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'answered', 'returned', 'recalled', 'refused')", name="ck_consignments_state"
        ),
    )
    op.create_index(
        "uq_consignments_open",
        "consignments",
        ["tenant_id", "case_id", "side"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'held', 'answered')"),
    )
    op.create_index("ix_consignments_case", "consignments", ["tenant_id", "case_id"])
    op.create_index("ix_consignments_neighbour", "consignments", ["tenant_id", "neighbour_id", "created_at", "id"])
    op.create_table(
        "parcels",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("neighbour_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("consignment_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "neighbour_id", "number", name="pk_parcels"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "neighbour_id"],
            ["neighbours.tenant_id", "neighbours.id"],
            name="fk_parcels_tenant_id_neighbour_id_neighbours",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "consignment_id"],
            ["consignments.tenant_id", "consignments.id"],
            name="fk_parcels_tenant_id_consignment_id_consignments",
        ),
        sa.CheckConstraint("kind IN ('case', 'receipt', 'status', 'words', 'recall')", name="ck_parcels_kind"),
    )
    op.create_index("ix_parcels_consignment", "parcels", ["tenant_id", "consignment_id"])
    for table in _TABLES:
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("DELETE FROM consumer_cursors WHERE consumer = 'federation'")
    for table in reversed(_TABLES):
        op.drop_table(table)
