"""Comparing a day of a provider with ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.kit.clock import zone
from app.kit.ids import TenantId
from app.payments import domain, policies
from app.payments.errors import UnknownProvider
from app.payments.repository import StatementRepository
from app.payments.terms import PROVIDERS, Reconciliation, StatementLine


async def keep_statement(work: Work, actor: Actor, provider: str, lines: Sequence[StatementLine]) -> list[date]:
    """Days the statement tells of, in order; its lines are kept, in the place of what an earlier one said of them.

    Raises: UnknownProvider.
    """
    if provider not in PROVIDERS:
        raise UnknownProvider
    if lines:
        await StatementRepository(work, actor.tenant_id, provider).keep(lines)
    days = sorted({line.paid_on for line in lines})
    details = {"provider": provider, "lines": len(lines)}
    audit.record(work, actor, Action.STATEMENT_COMPARED, details=details)
    return days


async def reconcile(work: ReadWork, actor: Actor, directory: Directory, day: date, provider: str) -> Reconciliation:
    """Each transaction of the day, by either side, once; a day is the tenant's. Raises: Forbidden, UnknownProvider."""
    policies.may_compare(actor).require()
    return await compared(work, actor.tenant_id, directory, day, provider)


async def compared(
    work: ReadWork | Work, tenant_id: TenantId, directory: Directory, day: date, provider: str
) -> Reconciliation:
    """The same for the operator. Raises: UnknownProvider."""
    if provider not in PROVIDERS:
        raise UnknownProvider
    where = zone(directory.tenant(tenant_id).time_zone)
    begin, end = (datetime.combine(one, time(), where) for one in (day, day + timedelta(days=1)))
    statements = StatementRepository(work, tenant_id, provider)
    theirs = await statements.stated(day)
    lines = domain.compare(await statements.booked(day, begin, end), theirs)
    return Reconciliation(day, provider, bool(theirs), tuple(lines), tuple(domain.sums(lines)))
