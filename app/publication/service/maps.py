"""The map of public cases: kept with each change of a publication, read as tiles and as a density."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.publication.domain.counting import Change, cells_within, density_changes, map_changes, periods_since
from app.publication.domain.mercator import EXTENT, Tile, spot_of
from app.publication.domain.vector_tiles import point_tile
from app.publication.errors import TooManyCells
from app.publication.repository import maps as repository
from app.publication.terms import CONSUMER, Cluster, Counted, DensityAsked, Drawn

BATCH_ROWS = 200
MOST_CELLS = 20_000  # of a density
MOST_OUTLINES = 4_000  # of a density that is drawn: 1.2 MB, and a tenth of a second of ours
LAYER = "cases"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def count_changes(work: Work, tenant_id: TenantId, changes: Sequence[Change], zone: str) -> None:
    """What was counted is no longer, what is to be counted is. Two statements at most; the cursor is held."""
    if on_map := map_changes(changes):
        await repository.add_to_map(work, tenant_id, on_map, version_of(work))
    if in_density := density_changes(changes, zone):
        await repository.add_to_density(work, tenant_id, in_density)


def version_of(work: Work) -> int:
    """What a change of counts makes of their versions, unless they are beyond it: microseconds since 1970."""
    return (work.now - _EPOCH) // timedelta(microseconds=1)


async def count_places(work: Work, tenant_id: TenantId, zone: str, limit: int = BATCH_ROWS) -> int:
    """Number of publications that are on the map from now on: those that an earlier release stored."""
    if not await repository.uncounted(work, tenant_id, 1):
        return 0  # and nobody waits for it
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    rows = await repository.uncounted(work, tenant_id, limit)
    counted = [Counted(spot_of(row["lat"], row["lon"]), *row) for row in rows]
    if counted:
        await repository.mark(work, tenant_id, [(one.case_id, one.spot) for one in counted])
        await count_changes(work, tenant_id, [(None, one) for one in counted], zone)
    return len(counted)


async def draw_tile(
    db: Database,
    tenant_id: TenantId,
    tile: Tile,
    *,
    categories: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    held: int | None = None,
) -> Drawn:
    """The tile as a Mapbox Vector Tile; without its bytes when the version is the one `held`. One statement."""
    version, clusters = await repository.tile(db, tenant_id, tile, categories=categories, states=states, held=held)
    if clusters is None:
        return Drawn(version, None)
    points = ((*tile.units(one.x, one.y), _said(one)) for one in clusters)
    return Drawn(version, point_tile(LAYER, EXTENT, points))


def _said(cluster: Cluster) -> dict[str, int | str]:
    if cluster.single is not None:
        code, category, state = cluster.single
        return {"count": 1, "code": code, "category": category, "state": state}
    return {"count": cluster.count, **cluster.counts}


async def density(db: Database, resolution: int, asked: DensityAsked, most: int = MOST_CELLS) -> list[tuple[int, int]]:
    """Hexagons with public cases, and how many each. One statement. Raises: TooManyCells when more than `most`."""
    cells = None
    if asked.box is not None:
        cells = cells_within(asked.box, resolution, MOST_CELLS)
        if cells is None:
            raise TooManyCells(MOST_CELLS)
    periods = periods_since(asked.since, asked.until)
    found = await repository.density(
        db, asked.tenant, resolution, periods, area=asked.area, cells=cells, limit=most + 1
    )
    if len(found) > most:
        raise TooManyCells(most)
    return found
