"""The public figures: counts kept with each change of a publication, read without looking at a case, and put right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work, in_work
from app.kit.clock import Clock, local_day
from app.kit.ids import TenantId, least_id, made_at
from app.outbox import service as outbox
from app.publication.domain.counting import months_between
from app.publication.domain.figures import FigureKey, Tally, figure_changes
from app.publication.domain.months import bounds_of, midnight
from app.publication.repository import figures as repository, recounting
from app.publication.terms import CONSUMER, FiguresAsked, Overview, Tallied

BATCH_ROWS = 200
_BATCH = 5_000


async def tally_changes(work: Work, tenant_id: TenantId, changes: Sequence[Tally], zone: str) -> None:
    """What counted does no longer, what is to count does. One statement at most; the cursor is held."""
    if added := figure_changes(changes, zone):
        await repository.add(work, tenant_id, added)


async def tally(work: Work, tenant_id: TenantId, zone: str, limit: int = BATCH_ROWS) -> int:
    """Number of publications that count in the figures from now on: those that an earlier release stored."""
    if not await repository.untallied(work, tenant_id, 1):
        return 0  # and nobody waits for it
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    if found := await repository.untallied(work, tenant_id, limit):
        await repository.mark(work, tenant_id, [(one.case_id, one.units) for one in found])
        await tally_changes(work, tenant_id, [(None, one) for one in found], zone)
    return len(found)


async def tally_seats(work: Work, tenant_id: TenantId, case_ids: Sequence[UUID], zone: str) -> None:
    """These cases, ascending, count for the units whose portals show them now, where the tree of units has changed.

    One statement when none does, three at most; the cursor is held.
    """
    cases = await repository.opened(work, tenant_id, *_around(case_ids), len(case_ids))
    moved = [
        (one._replace(units=tuple(marked)) if marked is not None else None, one)
        for _, one, marked in cases
        if one is not None and _differ(one, marked)
    ]
    if moved:
        await repository.mark(work, tenant_id, [(one.case_id, one.units) for _, one in moved])
        await tally_changes(work, tenant_id, moved, zone)


def _around(case_ids: Sequence[UUID]) -> tuple[UUID, UUID]:
    """Between which ids these are, ascending."""
    return UUID(int=case_ids[0].int - 1), UUID(int=case_ids[-1].int + 1)


async def overview(db: Database, of: FiguresAsked, known: Sequence[str]) -> Overview:
    """Public cases in figures. Three statements, however many cases there are.

    Under no category are those of all categories asked for, which are `known` where none was chosen.
    """
    every = [""] if of.categories is None else of.categories
    listed = FiguresAsked(of.tenant, of.unit, of.area, of.categories, of.months if of.dated else [0], of.dated)
    by_category = await repository.sums_by(db, listed, "category", [*every, *known] if every == [""] else every)
    by_area = await repository.sums_by(db, listed, "area", every)
    by_month = await repository.sums_by(db, of, "period", every)
    return Overview(
        {str(name): sums for name, sums in by_category.items()},
        {str(name): sums for name, sums in by_area.items()},
        {int(name): sums for name, sums in by_month.items()},
    )


async def recount_figures(db: Database, clock: Clock, tenant_id: TenantId, zone: str) -> int:
    """Number of the tenant's counts that were wrong and are right now, month by month, as those of the map are."""

    async def known(work: Work) -> list[int]:
        found = await repository.months(work, tenant_id)
        if ends := await recounting.first_and_last(work, tenant_id):
            first, last = (local_day(made_at(one), zone) for one in ends)
            found.update(months_between(first, last))
        return sorted(found)

    async def sums(work: Work) -> int:
        await outbox.hold_cursor(work, tenant_id, CONSUMER)
        return await repository.sum_up(work, tenant_id)

    changed = 0
    for month in await in_work(db, clock, tenant_id, known):
        changed += await in_work(db, clock, tenant_id, partial(_recount_month, tenant_id, month, zone))
    return changed + await in_work(db, clock, tenant_id, sums)


async def _recount_month(tenant_id: TenantId, month: int, zone: str, work: Work) -> int:
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    after, before = (least_id(midnight(day, zone)) for day in bounds_of(month))
    wanted: dict[FigureKey, list[int]] = {}
    while cases := await repository.opened(work, tenant_id, after, before, _BATCH):
        for key, row in figure_changes(((None, one) for _, one, _ in cases), zone).items():
            if key[2] == month:
                wanted[key] = [a + b for a, b in zip(wanted[key], row, strict=True)] if key in wanted else row
        if wrong := [(case_id, one and one.units) for case_id, one, marked in cases if _differ(one, marked)]:
            await repository.mark(work, tenant_id, wrong)
        after = cases[-1][0]
    there = await repository.cells(work, tenant_id, month)
    missing: dict[FigureKey, list[int]] = {}
    for key in wanted.keys() | there.keys():
        nothing = [0] * len(wanted.get(key) or there[key])
        difference = [a - b for a, b in zip(wanted.get(key, nothing), there.get(key, nothing), strict=True)]
        if any(difference):
            missing[key] = difference
    if missing:
        await repository.add(work, tenant_id, missing)
    return len(missing)


def _differ(one: Tallied | None, marked: Sequence[UUID] | None) -> bool:
    return (None if one is None else set(one.units)) != (None if marked is None else set(marked))
