"""The counts of the map are compared with the publications they count, and put right where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work, in_work
from app.kit.clock import Clock, local_day
from app.kit.ids import TenantId, least_id, made_at
from app.outbox import service as outbox
from app.publication.domain.counting import (
    ALL_TIME,
    DensityKey,
    MapKey,
    density_changes,
    map_changes,
    months_between,
)
from app.publication.domain.mercator import DEPTHS, spot_of
from app.publication.domain.months import bounds_of, midnight
from app.publication.repository import maps, recounting as repository
from app.publication.terms import CONSUMER, RESOLUTIONS, Counted

from .figures import recount_figures
from .maps import BATCH_ROWS, count_places, version_of

_SQUARE = 16  # depth of the squares that are compared one by one: six hundred metres here
_SQUARES = 64  # at most in a transaction
_BATCH = 5_000
_YEAR = 100  # what is less is no month and no year


async def recount(db: Database, clock: Clock, tenant_id: TenantId, zone: str) -> int:
    """Number of the tenant's counts, on the map and in figures, that were wrong and are right now.

    Square by square and month by month, each in a transaction of its own that takes turns with the consumer: it may run
    while the program serves, writes only what differs, and is begun again when it was cut short.
    """
    while await in_work(db, clock, tenant_id, lambda work: count_places(work, tenant_id, zone, BATCH_ROWS)):
        pass
    after: UUID | None = UUID(int=0)
    while after is not None:
        after = await in_work(db, clock, tenant_id, partial(_mark, tenant_id, after))
    changed = await _recount_squares(db, clock, tenant_id)
    changed += await _recount_months(db, clock, tenant_id, zone)
    return changed + await recount_figures(db, clock, tenant_id, zone)


async def _mark(tenant_id: TenantId, after: UUID, work: Work) -> UUID | None:
    """Give each of the next publications the spot of its place; the last one looked at, None when there is no more."""
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    rows = await repository.places_after(work, tenant_id, after, BATCH_ROWS)
    spots = ((row, spot_of(row["lat"], row["lon"]) if row["lat"] is not None else None) for row in rows)
    if wrong := [(row["case_id"], spot) for row, spot in spots if row["spot"] != spot]:
        await maps.mark(work, tenant_id, wrong)
    return rows[-1]["case_id"] if rows else None


async def _recount_squares(db: Database, clock: Clock, tenant_id: TenantId) -> int:
    changed = 0
    first: int | None = 0

    while first is not None:
        wrong, first = await in_work(db, clock, tenant_id, partial(_recount_some, tenant_id, first))
        changed += wrong

    async def above(work: Work) -> int:
        await outbox.hold_cursor(work, tenant_id, CONSUMER)
        depths = [depth for depth in reversed(DEPTHS) if depth < _SQUARE]
        return sum([await repository.sum_up(work, tenant_id, depth, version_of(work)) for depth in depths])

    return changed + await in_work(db, clock, tenant_id, above)


async def _recount_some(tenant_id: TenantId, first: int, work: Work) -> tuple[int, int | None]:
    """Number of counts that were wrong in some squares from `first` on, and the first one that was not looked at."""
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    changed = seen = 0
    for _ in range(_SQUARES):
        cell = await repository.next_square(work, tenant_id, _SQUARE, first)
        if cell is None:
            return changed, None
        cases = await repository.in_square(work, tenant_id, _SQUARE, cell)
        changed += await _recount_square(work, tenant_id, cell, cases)
        seen, first = seen + len(cases), cell + 1
        if seen > BATCH_ROWS:
            break
    return changed, first


async def _recount_square(work: Work, tenant_id: TenantId, cell: int, cases: Sequence[Counted]) -> int:
    """Number of counts in the square that were wrong; tiles drawn of one of them have another version now."""
    wanted = {key: sums for key, sums in map_changes((None, one) for one in cases).items() if key[0] >= _SQUARE}
    there = await repository.cells_below(work, tenant_id, _SQUARE, cell)
    nothing = [0] * (len(maps.SUMS))
    missing: dict[MapKey, list[int]] = {}
    for key in wanted.keys() | there.keys():
        of, now = wanted.get(key, nothing), there.get(key, nothing)
        if of != now:
            missing[key] = [one - other for one, other in zip(of, now, strict=True)]
    touched = {(to, "", at >> 2 * (depth - to)) for depth, _, at in missing for to in DEPTHS if to <= depth}
    if missing:
        await maps.add_to_map(work, tenant_id, dict.fromkeys(touched, nothing) | missing, version_of(work))
    return len(missing)


async def _recount_months(db: Database, clock: Clock, tenant_id: TenantId, zone: str) -> int:
    async def known(work: Work) -> list[int]:
        found = {period for period in await repository.periods(work, tenant_id) if period % _YEAR and period > _YEAR**2}
        if ends := await repository.first_and_last(work, tenant_id):
            first, last = (local_day(made_at(one), zone) for one in ends)
            found.update(months_between(first, last))
        return sorted(found)

    months, changed = await in_work(db, clock, tenant_id, known), 0
    for month in months:
        changed += await in_work(db, clock, tenant_id, partial(_recount_month, tenant_id, month, zone))

    async def sums(work: Work) -> int:
        await outbox.hold_cursor(work, tenant_id, CONSUMER)
        of = {year: [one for one in months if one // _YEAR == year] for year in {one // _YEAR for one in months}}
        return sum(
            [
                await repository.sum_periods(work, tenant_id, resolution, period, within)
                for period, within in {ALL_TIME: months, **of}.items()
                for resolution in RESOLUTIONS
            ]
        )

    return changed + await in_work(db, clock, tenant_id, sums)


async def _recount_month(tenant_id: TenantId, month: int, zone: str, work: Work) -> int:
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    after, before = (least_id(midnight(day, zone)) for day in bounds_of(month))
    wanted: dict[DensityKey, int] = {}
    while cases := await repository.opened(work, tenant_id, after, before, _BATCH):
        _add(wanted, density_changes(((None, one) for one in cases), zone), month)
        after = cases[-1].case_id
    missing = dict(wanted)
    for key, number in (await repository.hexagons(work, tenant_id, month)).items():
        missing[key] = missing.get(key, 0) - number
    if missing := {key: number for key, number in missing.items() if number}:
        await maps.add_to_density(work, tenant_id, missing)
    return len(missing)


def _add(to: dict[DensityKey, int], added: Mapping[DensityKey, int], month: int) -> None:
    for key, number in added.items():
        if key[1] == month:
            to[key] = to.get(key, 0) + number
