"""Reporters' verbs; the reports room has checked that the report is theirs."""

from __future__ import annotations

from collections.abc import Callable

from app.cases import domain
from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.policies import REPORTER_VERBS
from app.cases.repository import CaseRepository
from app.cases.terms import Books, CaseFacts, Resolution, Verb
from app.db.work import Work
from app.identity.terms import Actor
from app.kit.ids import CaseId, ReportId

from .steps import reopened, settle


def verbs_for_reporter(facts: CaseFacts) -> list[Verb]:
    """What a sender may do with the case now, in the order of the table of transitions."""
    refused: set[Verb] = set()
    if facts.report_count > 1:
        refused.add(Verb.WITHDRAW)
    if facts.reopen_count >= domain.MAX_REPORTER_REOPENINGS or facts.resolution is Resolution.DIVERTED:
        refused.add(Verb.REOPEN)
    return [verb for verb in domain.possible_verbs(facts) if verb in REPORTER_VERBS and verb not in refused]


async def reply_to_case(
    work: Work, actor: Actor, case_id: CaseId, *, books: Books, report: ReportId, text: str, files: int = 0
) -> Case:
    """A reporter answers a question or adds something, so many files with it."""
    return await _for_reporter(
        work, actor, case_id, books, lambda facts: domain.reply(facts, text=text, report=report, files=files)
    )


async def rate_case(
    work: Work, actor: Actor, case_id: CaseId, *, books: Books, report: ReportId, stars: int, comment: str | None
) -> Case:
    """A reporter says how the handling was."""
    return await _for_reporter(
        work, actor, case_id, books, lambda facts: domain.rate(facts, stars=stars, comment=comment, report=report)
    )


async def reopen_for_reporter(
    work: Work, actor: Actor, case_id: CaseId, *, books: Books, report: ReportId, comment: str
) -> Case:
    """A reporter says that it is not fixed."""
    return await _for_reporter(work, actor, case_id, books, lambda facts: reopened(work, books, facts, comment, report))


async def withdraw_by_reporter(
    work: Work, actor: Actor, case_id: CaseId, *, books: Books, report: ReportId, comment: str | None
) -> Case:
    """The only reporter of the case wants it no longer handled."""
    return await _for_reporter(
        work,
        actor,
        case_id,
        books,
        lambda facts: domain.withdraw(facts, comment=comment, report=report, at=work.now),
    )


async def _for_reporter(
    work: Work, actor: Actor, case_id: CaseId, books: Books, decide: Callable[[CaseFacts], CaseFact]
) -> Case:
    repository = CaseRepository(work, actor.tenant_id)
    case = await repository.lock_by_id(case_id)
    while case.merged_into_id is not None:  # the reporter's words go to where the matter lives on
        case = await repository.lock_by_id(CaseId(case.merged_into_id))
    settle(work, actor, case, decide(case.facts()), books)
    return case
