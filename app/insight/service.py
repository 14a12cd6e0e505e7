"""Figures as whoever may see them reads them, and what is aimed at."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from app.audit import service as audit
from app.audit.terms import Action
from app.cases.terms import Scope
from app.db.work import ReadWork, Work
from app.identity import service as identity_service
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role
from app.kit.clock import local_day, zone
from app.service_requests import service as requests_service
from app.service_requests.terms import RequestBooks

from . import domain, repository
from .errors import MOST_DAYS, PeriodTooLong
from .seed import packaged_goals
from .terms import By, Figures, Goal, Period


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
    first, last = days = period or Period(today.replace(month=1, day=1), today)
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise PeriodTooLong
    begins_at, ends_at = (datetime.combine(day, time(), zone(tenant.time_zone)) for day in (first, last))
    rows = await requests_service.count_requests(work, scope, begins_at, ends_at + timedelta(days=1))
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
        goals=tuple(domain.goals_on(own, packaged_goals(), last)),
        offers=tuple(domain.offers(passed, procedures, frozenset(staffed))),
    )


async def set_goal(work: Work, actor: Actor, goal: Goal) -> Goal:
    """What the province aims at for a tier from a day on; past periods keep theirs. Raises: Forbidden."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    await repository.set_goal(work, actor.tenant_id, goal)
    details = {"percent": goal.percent, "valid_from": goal.valid_from.isoformat()}
    audit.record(work, actor, Action.GOAL_SET, subject=goal.tier.value, details=details)
    return goal
