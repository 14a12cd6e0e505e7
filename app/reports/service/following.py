"""What senders do with their reports afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases import service as cases_service
from app.cases.models import Case
from app.cases.terms import Books
from app.db.work import Work
from app.identity.terms import Actor, ActorKind
from app.kit.ids import CaseId, CitizenId, ReportId, TenantId
from app.reports import repository
from app.reports.errors import ReportNotFound
from app.reports.models import Report

from .reading import owns


def _as_sender(actor: Actor) -> Actor:
    """Who acts: the citizen's account, else nobody known: holding the secret says nothing about being an officer."""
    return actor if actor.kind is ActorKind.CITIZEN else Actor(ActorKind.ANONYMOUS, actor.tenant_id)


async def own_report(work: Work, actor: Actor, code: str, secret: str | None) -> Report:
    """The actor's own report. Raises: ReportNotFound, also for somebody else's."""
    report = await repository.get_report(work, actor.tenant_id, code)
    if not owns(actor, secret, citizen_id=report.citizen_id, tracking=report.tracking_hash):
        raise ReportNotFound
    return report


async def claim(work: Work, citizen: Actor, code: str, secret: str) -> None:
    """The report, sent without an account, belongs to the citizen's from now on; its secret goes on working.

    One that is the citizen's already stays so. Raises: ReportNotFound, also for a wrong secret and for a report that
    somebody else has claimed.
    """
    report = await own_report(work, citizen, code, secret)
    if report.citizen_id not in {None, citizen.citizen_id}:
        raise ReportNotFound
    report.citizen_id = citizen.citizen_id


async def hand_over(work: Work, giver: CitizenId, taker: CitizenId, tenants: Sequence[TenantId]) -> int:
    """Number of reports of one account that are another's from now on, in all of the tenants. One statement."""
    return await repository.hand_over(work, giver, taker, tenants)


async def reply(work: Work, actor: Actor, code: str, secret: str | None, *, books: Books, text: str) -> Case:
    """The sender answers a question or adds something."""
    report = await own_report(work, actor, code, secret)
    return await cases_service.reply_to_case(
        work, _as_sender(actor), CaseId(report.case_id), books=books, report=ReportId(report.id), text=text
    )


async def rate(
    work: Work, actor: Actor, code: str, secret: str | None, *, books: Books, stars: int, comment: str | None
) -> Case:
    """The sender says how the handling was; a later rating replaces an earlier one."""
    report = await own_report(work, actor, code, secret)
    case = await cases_service.rate_case(
        work,
        _as_sender(actor),
        CaseId(report.case_id),
        books=books,
        report=ReportId(report.id),
        stars=stars,
        comment=comment,
    )
    report.stars, report.rated_at = stars, work.now
    return case


async def reopen(work: Work, actor: Actor, code: str, secret: str | None, *, books: Books, comment: str) -> Case:
    """The sender says that it is not done."""
    report = await own_report(work, actor, code, secret)
    return await cases_service.reopen_for_reporter(
        work, _as_sender(actor), CaseId(report.case_id), books=books, report=ReportId(report.id), comment=comment
    )


async def withdraw(
    work: Work, actor: Actor, code: str, secret: str | None, *, books: Books, comment: str | None
) -> Case:
    """The only sender of the matter wants it no longer handled. Raises: SharedCase."""
    report = await own_report(work, actor, code, secret)
    return await cases_service.withdraw_by_reporter(
        work, _as_sender(actor), CaseId(report.case_id), books=books, report=ReportId(report.id), comment=comment
    )
