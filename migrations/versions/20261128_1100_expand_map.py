"""Count public cases on the map, in squares of every size and in hexagons, so that a tile reads no case by case.

Phase: expand.
Lock: ACCESS EXCLUSIVE on publications for a moment (a column without a default).
Rows touched: none; the worker counts what is public already, batch by batch (`count_places`).
Time on 10 M rows: none that depends on them.
Reversal: downgrade(); there are no tiles and no density.

Workers of the release before do not count. One that runs on after this step leaves counts behind that are put right by
`lienthong publications index`.

Revision: 20261128_map
Revises: 20261128_portals_index
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261128_map"
down_revision: str | None = "20261128_portals_index"
branch_labels: str | None = None
depends_on: str | None = None

_SAME = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::int"
_STATES = ("received", "assigned", "in_progress", "awaiting_reporter", "awaiting_approval", "resolved", "closed")


def upgrade() -> None:
    op.add_column("publications", sa.Column("spot", sa.BigInteger(), nullable=True))
    op.create_table(
        "map_cells",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        *(sa.Column(state, sa.Integer(), nullable=False) for state in _STATES),
        sa.Column("x", sa.BigInteger(), nullable=False),
        sa.Column("y", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "depth", "category", "cell", name=op.f("pk_map_cells")),
    )
    op.create_table(
        "density_cells",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("resolution", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("area_district", sa.String(), nullable=False),
        sa.Column("area_commune", sa.String(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "resolution", "period", "cell", "area_district", "area_commune", name=op.f("pk_density_cells")
        ),
    )
    for table in ("map_cells", "density_cells"):
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({_SAME})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("density_cells")
    op.drop_table("map_cells")
    op.drop_column("publications", "spot")
