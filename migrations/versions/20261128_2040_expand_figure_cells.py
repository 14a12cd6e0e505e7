"""Count public cases for figures by unit, category, month and area, those without a place among them.

Phase: expand.
Lock: ACCESS EXCLUSIVE on publications for a moment (a column without a default), SHARE ROW EXCLUSIVE on units (a key).
Rows touched: none; the worker counts what is public already, batch by batch (`tally`).
Time on 10 M rows: none that depends on them.
Reversal: downgrade(); there are no public figures.

Workers of the release before do not count. One that runs on after this step leaves counts behind that are put right by
`lienthong publications index`.

Revision: 20261128_figure_cells
Revises: 20261128_portal_day_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261128_figure_cells"
down_revision: str | None = "20261128_portal_day_index"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_STATES = ("received", "assigned", "in_progress", "awaiting_reporter", "awaiting_approval", "resolved", "closed")
_KEY = ("tenant_id", "unit_id", "category", "period", "area_district", "area_commune")


def upgrade() -> None:
    op.add_column("publications", sa.Column("tallied", postgresql.ARRAY(sa.Uuid()), nullable=True))
    op.create_table(
        "figure_cells",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("area_district", sa.String(), nullable=False),
        sa.Column("area_commune", sa.String(), nullable=False),
        *(sa.Column(state, sa.Integer(), nullable=False) for state in _STATES),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_figure_cells")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], name="fk_figure_cells_tenant_id_unit_id_units"
        ),
    )
    op.execute(f"CREATE POLICY of_tenant ON figure_cells USING ({_SAME})")
    op.execute("ALTER TABLE figure_cells ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("figure_cells")
    op.drop_column("publications", "tallied")
