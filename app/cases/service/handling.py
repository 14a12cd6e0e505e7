"""Verbs of the unit that holds a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.cases import domain
from app.cases.errors import NoSuchOfficer
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import Books, Correction, Resolution, Verb
from app.db.work import Work
from app.identity import service as identity_service
from app.identity.terms import Actor

from .steps import change, officer_of, permit, reopened, scope_of, settle, unit_name


async def accept_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books, unread: bool = False) -> Case:
    """The responsible unit takes the case up; `unread` when it is one of many taken up at once."""
    return await change(
        work,
        actor,
        code,
        Verb.ACCEPT,
        seen,
        books,
        lambda facts: domain.accept(
            facts, by=actor.staff_id, unit_name=unit_name(books, facts), at=work.now, unread=unread
        ),
    )


async def assign_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books, officer: str) -> Case:
    """The officer of this user name, a member of the responsible unit, put in charge. Raises: NoSuchOfficer."""
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    actor = await permit(work, actor, Verb.ASSIGN, case, seen, books.directory)
    facts = case.facts()
    account = await identity_service.find_staff(work, actor.tenant_id, username=officer)
    if account is None or not account.active or facts.unit_id not in {held.unit_id for held in account.memberships}:
        raise NoSuchOfficer
    fact = domain.assign(facts, officer=account.id, officer_name=account.name, unit_name=unit_name(books, facts))
    settle(work, actor, case, fact, books)
    return case


async def ask_reporter(work: Work, actor: Actor, code: str, *, seen: int, books: Books, question: str) -> Case:
    """The unit asks the reporters for more."""
    return await change(
        work,
        actor,
        code,
        Verb.ASK,
        seen,
        books,
        lambda facts: domain.ask(
            facts, question=question, unit_name=unit_name(books, facts), by=actor.staff_id, at=work.now
        ),
    )


async def draft_answer(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, answer: str, resolution: Resolution
) -> Case:
    """An answer for a second person to approve."""
    author = officer_of(actor)
    return await change(
        work,
        actor,
        code,
        Verb.DRAFT_ANSWER,
        seen,
        books,
        lambda facts: domain.draft_answer(facts, answer=answer, resolution=resolution, by=author),
    )


async def approve_answer(work: Work, actor: Actor, code: str, *, seen: int, books: Books) -> Case:
    """The drafted answer given, by another person than its author."""
    approver = officer_of(actor)
    return await change(
        work,
        actor,
        code,
        Verb.APPROVE,
        seen,
        books,
        lambda facts: domain.approve(facts, by=approver, unit_name=unit_name(books, facts), at=work.now),
    )


async def reject_draft(work: Work, actor: Actor, code: str, *, seen: int, books: Books, comment: str) -> Case:
    """The draft sent back to its author."""
    return await change(
        work, actor, code, Verb.REJECT_DRAFT, seen, books, lambda facts: domain.reject_draft(facts, comment=comment)
    )


async def resolve_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, answer: str, resolution: Resolution
) -> Case:
    """Answered at once by someone who may approve."""
    approver = officer_of(actor)
    return await change(
        work,
        actor,
        code,
        Verb.RESOLVE,
        seen,
        books,
        lambda facts: domain.resolve(
            facts, answer=answer, resolution=resolution, by=approver, unit_name=unit_name(books, facts), at=work.now
        ),
    )


async def add_note(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, text: str, for_unit_only: bool
) -> Case:
    """Words for colleagues."""
    return await change(
        work,
        actor,
        code,
        Verb.NOTE,
        seen,
        books,
        lambda facts: domain.note(facts, text=text, for_unit_only=for_unit_only),
    )


async def publish_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, public_text: str | None
) -> Case:
    """Shown to everyone."""
    return await change(
        work, actor, code, Verb.PUBLISH, seen, books, lambda facts: domain.publish(facts, public_text=public_text)
    )


async def withhold_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books, comment: str) -> Case:
    """Taken from the public's sight."""
    return await change(
        work, actor, code, Verb.WITHHOLD, seen, books, lambda facts: domain.withhold(facts, comment=comment)
    )


async def redact_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, show: Sequence[str], mask: Sequence[str]
) -> Case:
    """What is masked in its texts confirmed: but for `show`, and with `mask`. Both replace what was said before."""
    correction = Correction(tuple(dict.fromkeys(show)), tuple(dict.fromkeys(mask)), work.now.isoformat())
    return await change(work, actor, code, Verb.REDACT, seen, books, lambda facts: domain.redact(facts, correction))


async def confirm_redaction(work: Work, actor: Actor, code: str, *, seen: int, books: Books) -> Case:
    """What is masked in its texts confirmed as it stands, with what was corrected before: one of many read at once."""
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    await permit(work, actor, Verb.REDACT, case, seen, books.directory)
    confirmed = replace(Correction.of(case.redaction), at=work.now.isoformat())
    settle(work, actor, case, domain.redact(case.facts(), confirmed), books)
    return case


async def decide_photos(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, published: int, blurred: int, withheld: int
) -> Case:
    """So many pictures are decided to be shown as they are, shown blurred, and not shown; which, its caller keeps."""
    return await change(
        work,
        actor,
        code,
        Verb.DECIDE_PHOTOS,
        seen,
        books,
        lambda facts: domain.decide_photos(facts, published=published, blurred=blurred, withheld=withheld),
    )


async def withdraw_for_reporter(work: Work, actor: Actor, code: str, *, seen: int, books: Books, comment: str) -> Case:
    """Ended because the reporter asked for it, by phone or in person."""
    return await change(
        work,
        actor,
        code,
        Verb.WITHDRAW,
        seen,
        books,
        lambda facts: domain.withdraw(facts, comment=comment, report=None, at=work.now),
    )


async def close_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books) -> Case:
    """Handling has ended."""
    return await change(work, actor, code, Verb.CLOSE, seen, books, lambda facts: domain.close(facts, at=work.now))


async def reopen_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books, comment: str) -> Case:
    """The outcome taken back by an officer."""
    return await change(
        work, actor, code, Verb.REOPEN, seen, books, lambda facts: reopened(work, books, facts, comment, None)
    )
