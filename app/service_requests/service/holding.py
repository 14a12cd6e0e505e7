"""Verbs that stop a service request, let it go on, or end it without a decision."""

from __future__ import annotations

from app.db.work import Work
from app.identity.terms import Actor
from app.service_requests import domain
from app.service_requests.models import ServiceRequest
from app.service_requests.terms import RequestBooks, Verb

from .drafting import drop_draft
from .naming import holder
from .paying import end_payment, go_on_if_paid
from .steps import change, held, settle


async def stop_request(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, reason: str
) -> ServiceRequest:
    """Nothing is done about it until it goes on."""
    return await change(
        work,
        actor,
        code,
        Verb.STOP,
        seen,
        books,
        lambda found: domain.stop(found.facts(), unit=holder(books, found), reason=reason),
    )


async def resume_request(work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks) -> ServiceRequest:
    """It goes on where it was, or further, when what it waited for was paid meanwhile."""
    found = await held(work, actor, code, Verb.RESUME, seen, books)
    settle(work, found, domain.resume(found.facts(), unit=holder(books, found)), books)
    return await go_on_if_paid(work, found, books)


async def end_request(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, reason: str
) -> ServiceRequest:
    """A stopped one is over for good; nothing has to be paid for it any more."""
    found = await held(work, actor, code, Verb.END, seen, books)
    fact = domain.end(found.facts(), unit=holder(books, found), reason=reason, at=work.now)
    await end_payment(work, found.request)
    await drop_draft(work, found)
    return settle(work, found, fact, books)


async def agree_withdrawal(work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks) -> ServiceRequest:
    """It ends, as its applicant wished; nothing has to be paid for it any more."""
    found = await held(work, actor, code, Verb.AGREE_WITHDRAWAL, seen, books)
    fact = domain.agree_withdrawal(found.facts(), unit=holder(books, found), at=work.now)
    await end_payment(work, found.request)
    await drop_draft(work, found)
    return settle(work, found, fact, books)


async def decline_withdrawal(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, reason: str
) -> ServiceRequest:
    """It goes on, with the reason; further, when what it waited for was paid meanwhile."""
    found = await held(work, actor, code, Verb.DECLINE_WITHDRAWAL, seen, books)
    settle(work, found, domain.decline_withdrawal(found.facts(), unit=holder(books, found), reason=reason), books)
    return await go_on_if_paid(work, found, books)
