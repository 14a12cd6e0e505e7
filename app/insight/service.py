"""Figures as whoever may see them reads them, and what is aimed at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from app.audit import service as audit
from app.audit.terms import Action
from app.cases import service as cases_service
from app.cases.terms import Books, Scope
from app.db.work import ReadWork, Work
from app.identity import service as identity_service
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role
from app.kit.clock import local_day, zone
from app.kit.ids import TenantId
from app.reports import service as reports_service
from app.service_requests import service as requests_service
from app.service_requests.terms import RequestBooks

from . import domain, repository
from .errors import MOST_DAYS, PeriodTooLong
from .seed import packaged_goals
from .terms import By, CaseBy, CaseCounts, CaseFigures, Figures, Goal, Line, Period


async def get_request_figures(
    work: ReadWork, actor: Actor, scope: Scope, books: RequestBooks, period: Period | None, by: By
) -> Figures:
    """Figures of service requests that units of the scope decide. Four statements, whatever the number of units.

    Args:
        period: days of the province; None: this year until today.
    Offers and goals are of the whole province, for everybody. Raises: PeriodTooLong.
    """
    tenant = books.directory.tenant(actor.tenant_id)
    today = local_day(work.now, tenant.time_zone)
    days, begins_at, ends_at = _days(period, today, tenant.time_zone)
    rows = await requests_service.count_requests(work, scope, begins_at, ends_at)
    own = await repository.list_goals(work, actor.tenant_id)
    staffed = await identity_service.list_staffed_units(work, actor.tenant_id)
    procedures = books.procedures.all_open(actor.tenant_id, today)
    passed = domain.units_passed(procedures, books.directory, books.catalogue, actor.tenant_id, today)
    return Figures(
        period=days,
        by=by,
        as_of=work.now,
        total=domain.total(rows),
        tiers=domain.by_tier(rows),
        lines=tuple(
            domain.lines(rows, by, directory=books.directory, procedures=books.procedures, tenant=actor.tenant_id)
        ),
        goals=tuple(domain.goals_on(own, packaged_goals(), days.last)),
        offers=tuple(domain.offers(passed, procedures, frozenset(staffed))),
    )


async def get_case_figures(
    work: ReadWork, actor: Actor, scope: Scope, books: Books, period: Period | None, by: CaseBy
) -> CaseFigures:
    """Figures of cases received in the period that count for units of the scope. Two statements.

    Args:
        period: days of the province; None: this year until today.
    Raises: PeriodTooLong, CalendarExhausted without a calendar.
    """
    tenant = books.directory.tenant(actor.tenant_id)
    zone_name = tenant.time_zone
    days, begins_at, ends_at = _days(period, local_day(work.now, zone_name), zone_name)
    rows = await cases_service.count_handled(work, scope, begins_at, ends_at, zone_name)
    stars = await reports_service.count_stars(work, scope, begins_at, ends_at, zone_name)
    worked = _worked(books, actor.tenant_id)

    def lines(by: CaseBy) -> tuple[Line[CaseCounts], ...]:
        return tuple(
            domain.case_lines(rows, stars, by, directory=books.directory, tenant=actor.tenant_id, worked=worked)
        )

    total, months = domain.case_counts(rows, stars, worked), lines(CaseBy.MONTH)
    return CaseFigures(days, by, work.now, total, months if by is CaseBy.MONTH else lines(by), months)


def _days(period: Period | None, today: date, zone_name: str) -> tuple[Period, datetime, datetime]:
    """The period, this year until today when none is named, with its first instant and the one after it.

    Raises: PeriodTooLong.
    """
    first, last = days = period or Period(today.replace(month=1, day=1), today)
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS) or last == date.max:
        raise PeriodTooLong
    begins_at, ends_at = (datetime.combine(day, time(), zone(zone_name)) for day in (first, last + timedelta(days=1)))
    return days, begins_at, ends_at


def _worked(books: Books, tenant_id: TenantId) -> Callable[[date], int]:
    """Working days until the end of a day by the province's own calendar, which no unit can change for itself.

    What lies before or after the calendar counts as its first or last day.
    """
    calendar = books.calendars.of(tenant_id)
    return lambda day: calendar.worked_until(min(max(day, calendar.first), calendar.last))


async def set_goal(work: Work, actor: Actor, goal: Goal) -> Goal:
    """What the province aims at for a tier from a day on; past periods keep theirs. Raises: Forbidden."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    await repository.set_goal(work, actor.tenant_id, goal)
    details = {"percent": goal.percent, "valid_from": goal.valid_from.isoformat()}
    audit.record(work, actor, Action.GOAL_SET, subject=goal.tier.value, details=details)
    return goal
