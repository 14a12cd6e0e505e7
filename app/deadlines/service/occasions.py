"""What there is to tell of running clocks, and the rules that say so. Telling it is another room's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from app.audit import service as audit
from app.audit.terms import Action
from app.db.reference import touch
from app.db.work import ReadWork, Recorder, Work
from app.deadlines import domain, policies, repository
from app.deadlines.domain import Occasion, OccasionRule, Outlook, Running, Told
from app.deadlines.errors import CalendarExhausted, StaleEdit
from app.deadlines.models.occasions import ClockOccasion
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import TimeUnit
from app.identity.terms import Actor
from app.kit.ids import CaseId, TenantId

from .administration import REFERENCE
from .clocks import MEMO_ENTRIES

_TABLE = ClockOccasion.__table__


def outlook(
    calendars: Calendars, tenant_id: TenantId, running: Iterable[Running], told: Collection[Told], *, now: datetime
) -> Outlook:
    """What there is to tell `now` of all the clocks that run on a case, given what was `told` of it before.

    A clock that no calendar can count is left out: its day of breach is known all the same, to whoever holds the case.
    """
    tell: list[Occasion] = []
    passed: list[Occasion] = []
    upcoming: list[datetime] = []
    for one in running:
        try:
            held = domain.occasions(_moments(calendars, tenant_id, one), one)
        except CalendarExhausted:
            continue
        of_run = [each for each in told if (each.clock, each.started_at) == (one.kind, one.clock.started_at)]
        found = domain.look(held, of_run, now)
        tell += found.tell
        passed += found.passed
        if found.next_at is not None:
            upcoming.append(found.next_at)
    return Outlook(tell, passed, min(upcoming, default=None))


def _moments(calendars: Calendars, tenant_id: TenantId, one: Running) -> list[tuple[OccasionRule, datetime]]:
    """When each rule holds; remembered for clocks that differ in nothing but the hour they were started at."""
    clock = one.clock
    calendar = calendars.of(tenant_id, clock.calendar, clock.area)
    on = calendar.local_day(clock.started_at)
    plain = clock.unit is TimeUnit.WORKING_DAY and not clock.pauses and not clock.extensions
    key = ("moments", tenant_id, clock.calendar, clock.area, on, one.kind, clock.amount, one.due_at)
    found: list[tuple[OccasionRule, datetime]] | None = calendars.memo.get(key) if plain else None
    if found is None:
        found = domain.moments(calendars.rules_on(tenant_id, on), one, calendar)
        if plain:
            if len(calendars.memo) > MEMO_ENTRIES:  # days go by
                calendars.memo.clear()
            calendars.memo[key] = found
    return found


def keep_occasion(work: Recorder, tenant_id: TenantId, case_id: CaseId, occasion: Occasion, *, told: bool) -> None:
    """Remember that the occasion was told, or passed over by a later one; with the change that tells it."""
    kept = domain.told_of(occasion)
    work.put(
        _TABLE,  # type: ignore[arg-type]
        {
            "tenant_id": tenant_id,
            "case_id": case_id,
            "clock": kept.clock.value,
            "started_at": kept.started_at,
            "code": kept.code,
            "due_at": kept.due_at,
            "rule_version": occasion.rule.version,
            "held_at": occasion.at,
            "at": work.now,
            "told": told,
        },
    )


# -- what administrators publish


async def list_occasions(work: ReadWork, actor: Actor, *, calendars: Calendars) -> list[tuple[OccasionRule, bool]]:
    """Every version of every rule of the tenant, by code, newest first, with whether it holds today.

    Raises: Forbidden.
    """
    policies.may_read_edits(actor).require()
    rules = await repository.list_rules(work, actor.tenant_id)
    today = calendars.of(actor.tenant_id).local_day(work.now)
    current = {(rule.code, rule.version) for rule in domain.rules_in_force(rules, today)}
    return [(rule, (rule.code, rule.version) in current) for rule in rules]


async def publish_occasion(
    work: Work, actor: Actor, rule: OccasionRule, *, calendars: Calendars, based_on: int | None
) -> tuple[OccasionRule, bool]:
    """The rule as the newest version of its code, with whether it holds today; for clocks started from its day on.

    Args:
        rule: of the actor's tenant, not numbered yet.
        based_on: the version it was made from; None publishes over whatever is there.
    Raises: Forbidden, StaleEdit, InvalidEdit with a pointer for each mistake, EditRace.
    """
    policies.may_publish_edit(actor).require()
    newest = await repository.newest_rule(work, actor.tenant_id, rule.code)
    if based_on is not None and based_on != newest:
        raise StaleEdit(newest)
    today = calendars.of(actor.tenant_id).local_day(work.now)
    domain.check_rule(rule, today=today)
    published = await repository.add_rule(work, replace(rule, version=newest + 1), actor.staff_id)
    audit.record(work, actor, Action.OCCASION_PUBLISHED, subject=rule.code, details={"version": newest + 1})
    await touch(work, REFERENCE)
    return published, published.valid_from <= today
