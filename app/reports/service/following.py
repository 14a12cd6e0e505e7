"""What senders do with their reports afterwards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from app.cases import service as cases_service
from app.cases.errors import IllegalTransition
from app.cases.models import Case
from app.cases.terms import Books
from app.db.engine import Database
from app.db.work import Work
from app.identity.policies import may_use
from app.identity.terms import Actor, ActorKind, ClientScope
from app.kit.ids import CaseId, CitizenId, ReportId, TenantId, UnitId
from app.media import service as media_service
from app.outbox import service as outbox
from app.reports import repository
from app.reports.errors import ReportNotFound
from app.reports.events import ReportEvent
from app.reports.models import Report
from app.timeline import service as timeline
from app.timeline.terms import Written

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
    outbox.append(
        work,
        tenant_id=citizen.tenant_id,
        type=ReportEvent.CLAIMED.value,
        subject_id=report.id,
        subject_version=1,
        payload={"code": report.code},
    )


def cut_off(report: Report) -> bool:
    """Whether officers were led from the report to its account until now; they are no more."""
    led = report.citizen_id is not None and not report.cut_off
    report.cut_off = True
    return led


async def hand_over(work: Work, giver: CitizenId, taker: CitizenId, tenants: Sequence[TenantId]) -> int:
    """Number of reports of one account that are another's from now on, in all of the tenants. One statement."""
    return await repository.hand_over(work, giver, taker, tenants)


MOST_OF_ONE = 1000


async def senders_of(work: Work, tenant_id: TenantId, case_id: CaseId) -> list[tuple[ReportId, str, CitizenId | None]]:
    """Id, code and account of the newest 200 reports of the case, merged ones too, oldest first. One statement.

    No account where the sender has erased who it was.
    """
    return await repository.list_senders(work, tenant_id, case_id)


async def seen_of(
    work: Work, tenant_id: TenantId, reports: Collection[ReportId], units: Collection[UnitId] | None
) -> list[tuple[ReportId, str, str]]:
    """Id, code and case of those of the reports whose case one of the units holds; None: any. One statement."""
    return await repository.seen_of(work, tenant_id, reports, units)


async def list_of_citizen(
    work: Work, citizen_id: CitizenId, tenants: Collection[TenantId], *, most: int | None = MOST_OF_ONE
) -> list[Report]:
    """The account's reports, the newest first; None: however many there are. One statement."""
    return await repository.list_of_citizen(work, citizen_id, tenants, most)


async def led_to(work: Work, tenant_id: TenantId, citizen_id: CitizenId) -> list[ReportId]:
    """The account's newest 200 reports from which officers are led to it. One statement."""
    return await repository.led_to(work, tenant_id, citizen_id)


async def words_of(work: Work, tenant_id: TenantId, reports: Collection[ReportId]) -> list[Written]:
    """What the senders of these reports have written since: replies, reasons, comments. Two statements."""
    return await timeline.words_of(work, tenant_id, await repository.cases_of(work, tenant_id, reports), reports)


async def mask_words(
    work: Work, tenant_id: TenantId, reports: Collection[Report], masks: dict[ReportId, Callable[[str], str]]
) -> None:
    """What their senders wrote, first and since, is kept masked from now on, each by its own mask. Four statements."""
    for report in reports:
        mask = masks[ReportId(report.id)]
        report.description = mask(report.description)
        report.answers = {
            asked: mask(said) if isinstance(said, str) else said for asked, said in report.answers.items()
        }
    described = {CaseId(report.case_id): report.description for report in reports}
    await cases_service.rewrite_summaries(work, tenant_id, described)
    await timeline.mask_words(work, tenant_id, await repository.cases_of(work, tenant_id, list(masks)), masks)


async def let_go(work: Work, citizen_id: CitizenId, tenants: Collection[TenantId]) -> None:
    """The account's reports are nobody's from now on. One statement."""
    await repository.let_go(work, citizen_id, tenants)


async def ended_before(
    work: Work, tenant_id: TenantId, reports: Collection[ReportId], before: datetime
) -> list[ReportId]:
    """Those of the reports whose case has ended and was not touched since before then. One statement."""
    return await repository.ended_before(work, tenant_id, reports, before)


async def reply(
    db: Database,
    work: Work,
    actor: Actor,
    code: str,
    secret: str | None,
    *,
    books: Books,
    text: str,
    media: Sequence[str] = (),
) -> Case:
    """The sender answers a question or adds something; `media`: names of uploads that are the report's from now on.

    Raises: UploadGone, UploadUnfinished, also when the report has too many files; UploadTaken when the work is written.
    """
    report = await own_report(work, actor, code, secret)
    of_report = ReportId(report.id)
    files = await media_service.attachable(db, media, work.now, also_refused=True)
    case = await cases_service.reply_to_case(
        work,
        _as_sender(actor),
        CaseId(report.case_id),
        books=books,
        report=of_report,
        text=text,
        files=len(files),
    )
    await media_service.attach_more(work, actor.tenant_id, of_report, files)
    return case


async def add_by_client(work: Work, client: Actor, code: str, *, books: Books, text: str, reopens: bool) -> Case:
    """Words of another system on a report of its own; with `reopens` a case that has ended is taken up again.

    Raises: Forbidden, ReportNotFound also for a report of somebody else's, IllegalTransition, TooManyReopenings.
    """
    may_use(client, ClientScope.REPORTS_CREATE).require()
    report = await repository.get_report(work, client.tenant_id, code)
    if client.client_id is None or report.client_id != client.client_id:
        raise ReportNotFound
    case_id, of_report = CaseId(report.case_id), ReportId(report.id)
    try:
        return await cases_service.reply_to_case(work, client, case_id, books=books, report=of_report, text=text)
    except IllegalTransition:
        if not reopens:
            raise
    return await cases_service.reopen_for_reporter(work, client, case_id, books=books, report=of_report, comment=text)


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
