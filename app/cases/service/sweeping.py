"""What the program does of itself when time has passed: reminds, marks overdue, tells those above."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from app.cases import domain, repository
from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.repository.occasions import OccasionRepository
from app.cases.terms import Books, Workload
from app.db.engine import Database
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.deadlines.domain import Occasion, Outlook, Reaction, Running, Told
from app.deadlines.errors import CalendarExhausted
from app.deadlines.terms import TargetKind
from app.directory.snapshot import Directory, Unit
from app.directory.terms import Tier, UnitKind
from app.identity.terms import Actor, system_actor
from app.kit.clock import local_day
from app.kit.ids import CaseId, TenantId, UnitId
from app.kit.text import Text

from .listing import START
from .steps import settle
from .timing import clock_of, milestones_in, timed

SWEEP_BATCH_ROWS = 500
PLAN_BATCH_ROWS = 1000
SWEEP_PATIENCE = timedelta(minutes=10)
_NEVER: Sequence[Told] = ()


async def sweep(
    work: Work, tenant_id: TenantId, books: Books, *, besides: Collection[UUID] = (), only: UUID | None = None
) -> int:
    """Number of cases looked at now because something was to be told of their clocks; 0 when nothing waits.

    Each occasion is told once, whoever else sweeps: its row, what it changes, the timeline entry and the event are
    written together, with the case locked. The case decides, not the plan that led to it.

    All that wait `besides` those named, up to a batch; or `only` the one.
    """
    occasions = OccasionRepository(work, tenant_id)
    waiting = [only] if only else await occasions.waiting(SWEEP_BATCH_ROWS, besides=besides)
    if not waiting:
        return 0
    cases = await occasions.locked(waiting)
    told = await occasions.told(case.id for case in cases)
    actor = system_actor(tenant_id)
    changed: list[Case] = []
    looks: dict[UUID, datetime | None] = {}
    for case in cases:
        work.catch_up(case.updated_at)
        seen = case.version
        looks[case.id] = _look(work, actor, case, told.get(case.id, _NEVER), books)
        if case.version != seen:
            changed.append(case)
    await occasions.keep(changed)
    await occasions.plan(looks, {case.id for case in cases if not case.is_open})
    return len(cases)


def _look(work: Work, actor: Actor, case: Case, told: Sequence[Told], books: Books) -> datetime | None:
    """Tell what there is to tell of the case, and say when to look again."""
    stands = _standing(case, books, work.now)
    if stands is not None:
        settle(work, actor, case, stands, books)
    outlook = _outlook(case, told, books, work.now)
    for occasion in outlook.passed:
        deadlines_service.keep_occasion(work, actor.tenant_id, CaseId(case.id), occasion, told=False)
    for occasion in outlook.tell:
        deadlines_service.keep_occasion(work, actor.tenant_id, CaseId(case.id), occasion, told=True)
        _tell(work, actor, case, occasion, books)
    if (
        case.overdue_at is None and case.is_open and case.due_at < work.now
    ):  # by no rule, or by none that can be counted
        settle(work, actor, case, domain.overdue(case.facts(), at=work.now), books)
    return outlook.next_at


def _tell(work: Work, actor: Actor, case: Case, occasion: Occasion, books: Books) -> None:
    due_on = local_day(occasion.due_at, books.directory.tenant(actor.tenant_id).time_zone)
    match occasion.rule.reaction:
        case Reaction.REMIND:
            settle(work, actor, case, domain.remind(occasion, due_on=due_on), books)
        case Reaction.BREACH:
            if case.overdue_at is None:  # it may have been marked before there were rules
                told = domain.told_of(occasion, due_on)
                settle(work, actor, case, domain.overdue(case.facts(), at=work.now, told=told), books)
        case Reaction.SUPERVISOR | Reaction.CENTRE:
            above = _above(UnitId(case.unit_id), actor.tenant_id, occasion.rule.reaction, books)
            if above is not None:
                fact = domain.raise_above(
                    occasion,
                    due_on=due_on,
                    unit=above.id,
                    unit_code=above.code,
                    unit_name=Text(above.name, above.name_en),
                    at=work.now,
                )
                settle(work, actor, case, fact, books)


def _above(holder: UnitId, tenant_id: TenantId, reaction: Reaction, books: Books) -> Unit | None:
    """Whom to tell: the unit above the holder, or the operations centre, which for itself is the unit above it.

    None where there is nobody else.
    """
    directory = books.directory
    if reaction is Reaction.CENTRE:
        centre = _centre(directory, tenant_id)
        if centre is not None and centre.id != holder:
            return centre
    return directory.parent(tenant_id, holder)


@lru_cache(maxsize=64)
def _centre(directory: Directory, tenant_id: TenantId) -> Unit | None:
    """The province's operations centre: its reception, of several the one whose code comes first."""
    of_kind = [one for one in directory.units(tenant_id) if (one.kind, one.tier) == (UnitKind.RECEPTION, Tier.PROVINCE)]
    return min((one for one in of_kind if one.active), key=lambda one: one.code, default=None)


def _standing(case: Case, books: Books, at: datetime) -> CaseFact | None:
    """The fact that a case whose clock stands is due later than it was written; None for any other case."""
    if case.paused_at is None or case.due_at > at or not case.is_open:
        return None
    tenant_id = TenantId(case.tenant_id)
    timing = deadlines_service.recount_clock(books.calendars, tenant_id, clock_of(case, books), at=at)
    if timing.due_at <= at:
        return None  # its time was over before it stopped
    due_on = local_day(timing.due_at, books.directory.tenant(tenant_id).time_zone)
    return domain.move_due(timed(timing, at), due_on=due_on, why=domain.BY_PAUSE)


def _outlook(case: Case, told: Iterable[Told], books: Books, now: datetime) -> Outlook:
    """What there is to tell of the clocks that run on the case; nothing of one that has ended."""
    tenant_id = TenantId(case.tenant_id)
    running = _running(case, books, now) if case.is_open else []
    return deadlines_service.outlook(books.calendars, tenant_id, running, list(told), now=now)


def _running(case: Case, books: Books, now: datetime) -> list[Running]:
    """The clocks that run on an open case. That of the answer does not while it stands, unless its time is over."""
    try:
        clock = clock_of(case, books)
        milestones = milestones_in(case, clock, books, now=now)
    except CalendarExhausted:
        return []
    running = [Running(one.target.kind, one.clock, one.due_at) for one in milestones if one.met_at is None]
    if case.paused_at is None or case.overdue_at is not None:
        running.append(Running(TargetKind.RESOLUTION, clock, case.due_at))
    return running


async def plan_cases(work: Work, tenant_id: TenantId, case_ids: Iterable[UUID], books: Books) -> None:
    """Say of each case when it is looked at next. Three statements, whatever their number."""
    occasions = OccasionRepository(work, tenant_id)
    cases = await occasions.read(case_ids)
    told = await occasions.told(case.id for case in cases)
    looks = {case.id: _next_look(case, told.get(case.id, _NEVER), books, work.now) for case in cases}
    await occasions.plan(looks, {case.id for case in cases if not case.is_open})


def _next_look(case: Case, told: Sequence[Told], books: Books, now: datetime) -> datetime | None:
    outlook = _outlook(case, told, books, now)
    return now if outlook.tell or outlook.passed else outlook.next_at


async def plan_unplanned(
    work: Work, tenant_id: TenantId, books: Books, *, after: tuple[datetime, UUID] | None
) -> tuple[datetime, UUID] | None:
    """How far a walk through the open cases has come; cases met without a plan have one now. None: it is at its end.

    Plans follow facts. This finds cases whose facts are older than plans, or were lost with a broken consumer.
    """
    keys = await OccasionRepository(work, tenant_id).open_keys(after or START, PLAN_BATCH_ROWS)
    unplanned = [key.id for key in keys if key.unplanned]
    if unplanned:
        await plan_cases(work, tenant_id, unplanned, books)
    return (keys[-1].due_at, keys[-1].id) if len(keys) == PLAN_BATCH_ROWS else None


async def list_unswept(work: Work, tenant_id: TenantId, *, besides: Collection[UUID]) -> list[UUID]:
    """The cases that the next sweep would take."""
    return await OccasionRepository(work, tenant_id).waiting(SWEEP_BATCH_ROWS, besides=besides)


async def workload(db: Database, tenants: Sequence[TenantId], at: datetime) -> list[Workload]:
    """How much each tenant has open and overdue, and how much the sweep has left lying. One statement."""
    return await repository.workload(db, tenants, at, at - SWEEP_PATIENCE)
