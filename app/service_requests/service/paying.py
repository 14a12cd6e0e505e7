"""What has to be paid for a service request: asked for, taken at the desk, told of by a provider.

The request's own row is locked before anything of its payments; payments never lock it (decision 0050).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from app.db.work import ReadWork, Work
from app.identity.terms import Actor, system_actor
from app.kit.ids import RequestId, TenantId, UnitId
from app.outbox.terms import Message
from app.payments import service as payments_service
from app.payments.errors import NoBankAccount
from app.payments.service import WayToPay
from app.payments.terms import FeeLine, PaymentRequest, PaymentState, Subject
from app.procedures import domain as procedures_domain
from app.service_requests import domain
from app.service_requests.errors import FeeReasonNeeded, NothingOwed, PaidAlready, ReceiptNeeded, RequestNotFound
from app.service_requests.models import ServiceRequest
from app.service_requests.repository import RequestRepository
from app.service_requests.terms import RequestBooks, RequestState, Verb

from .naming import holder, money
from .sealing import opened
from .steps import Held, held, procedure_of, settle

SUBJECT: Final = "service_request"
PAY_WITHIN: Final = timedelta(days=30)
"""How long an applicant has to pay before what was asked for expires; a new one takes its place while it is awaited."""


def subject_of(request: ServiceRequest) -> Subject:
    """What is paid for: the fee is the unit's that took the request in."""
    return Subject(TenantId(request.tenant_id), SUBJECT, request.id, request.code, UnitId(request.receiver_id))


async def ask_payment(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: RequestBooks,
    amount: Decimal | None,
    reason: str | None = None,
) -> ServiceRequest:
    """The applicant pays first: what the fee rules come to and is not paid yet, or another amount with its basis.

    Raises: NothingOwed, FeeReasonNeeded.
    """
    found = await held(work, actor, code, Verb.ASK_PAYMENT, seen, books)
    lines = _rest(_computed(found, books), await _paid_so_far(work, found.request))
    rest = owed = sum((line.amount for line in lines), Decimal(0))
    if amount is not None and amount != rest:
        if reason is None:
            raise FeeReasonNeeded(f"{rest:f}", money(rest))
        lines, owed = [_set_by_hand(amount, reason)], amount
    if not owed:
        raise NothingOwed
    fact = domain.ask_payment(
        found.facts(), unit=holder(books, found), amount=money(owed), reference=None, reason=reason
    )
    asked = await payments_service.request(work, subject_of(found.request), lines, work.now + PAY_WITHIN)
    found.request.fee = owed
    fact.data["reference"] = asked.reference
    return settle(work, found, fact, books)


async def take_back_payment(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, reason: str
) -> ServiceRequest:
    """What was asked for is to be paid no more; what came of it so far is to be given back. Raises: PaidAlready."""
    found = await held(work, actor, code, Verb.TAKE_BACK_PAYMENT, seen, books)
    request = found.request
    fact = domain.take_back_payment(
        found.facts(), unit=holder(books, found), amount=money(request.fee or 0), reason=reason
    )
    if await open_payment(work, request) is None and await _is_paid(work, request):
        raise PaidAlready
    await end_payment(work, request)
    # What the fee rules come to stands again, as it did before somebody asked.
    request.fee = sum((line.amount for line in _computed(found, books)), Decimal(0))
    return settle(work, found, fact, books)


def _computed(found: Held, books: RequestBooks) -> Sequence[FeeLine]:
    """What the fee rules come to, line by line, each with its legal basis."""
    request = found.request
    papers = opened(books.keys, TenantId(request.tenant_id), request.id, request.sealed)
    computed = procedures_domain.fee_lines(found.procedure, papers.answers)
    return [FeeLine(one.name.vi, one.name.en, one.amount, one.legal_basis.vi) for one in computed if one.amount]


def _set_by_hand(amount: Decimal, reason: str) -> FeeLine:
    """What an officer asks for instead, on the basis that he gives."""
    return FeeLine("Khoản cơ quan xác định", "As the unit has set it", amount, reason)


async def _paid_so_far(work: Work, request: ServiceRequest) -> Decimal:
    """What was asked for and paid before. One statement."""
    asked = await payments_service.of_subject(work, subject_of(request))
    return sum((line.amount for one in asked if one.state is PaymentState.PAID for line in one.lines), Decimal(0))


def _rest(lines: Sequence[FeeLine], paid: Decimal) -> Sequence[FeeLine]:
    """What of the computed fee has not been paid yet, as one line when it is a part of it."""
    rest = sum((line.amount for line in lines), Decimal(0)) - paid
    if not paid:
        return lines
    return [FeeLine("Phần còn phải nộp", "What is left to pay", rest, lines[0].legal_basis)] if rest > 0 else []


async def record_payment(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, receipt: str | None
) -> ServiceRequest:
    """Paid in cash at the desk, with the number of the receipt; without one when the books know of the money already.

    What had expired is asked for anew, so that no money is taken beside the books.
    Raises: ReceiptNeeded, ReceiptNumberUsed.
    """
    found = await held(work, actor, code, Verb.RECORD_PAYMENT, seen, books)
    fact = domain.record_payment(found.facts(), amount=money(found.request.fee or 0), receipt=receipt)
    asked = await open_payment(work, found.request)
    if asked is None and not await _is_paid(work, found.request):
        if receipt is None:
            raise ReceiptNeeded
        asked = await _asked_anew(work, found)
    if asked is not None:
        if receipt is None:
            raise ReceiptNeeded
        await payments_service.record_by_hand(
            work,
            actor,
            books.directory,
            asked.reference,
            receipt_number=receipt,
            taken_at=work.now,
            seen=asked.version,
        )
    return settle(work, found, fact, books)


async def open_payment(work: Work, request: ServiceRequest) -> PaymentRequest | None:
    """What still has to be paid, None when nothing has. One statement."""
    asked = await payments_service.of_subject(work, subject_of(request))
    return next((one for one in asked if one.state is PaymentState.REQUESTED), None)


async def _is_paid(work: Work, request: ServiceRequest) -> bool:
    """Whether the newest of what was asked for is paid, so that nothing is waited for. One statement."""
    asked = await payments_service.of_subject(work, subject_of(request))
    standing = [one for one in asked if one.state in {PaymentState.REQUESTED, PaymentState.PAID}]
    return bool(standing) and standing[-1].state is PaymentState.PAID


async def _asked_anew(work: Work, found: Held) -> PaymentRequest:
    """The same fee on the same basis, with a reference and time of its own."""
    subject = subject_of(found.request)
    before = await payments_service.of_subject(work, subject)
    return await payments_service.request(work, subject, before[-1].lines, work.now + PAY_WITHIN)


async def go_on_if_paid(work: Work, found: Held, books: RequestBooks) -> ServiceRequest:
    """The request, further when it waits for a payment that came while it stood still: nobody has to pay twice."""
    request = found.request
    if RequestState(request.state) is not RequestState.PAYMENT_REQUESTED or not await _is_paid(work, request):
        return request
    after = Held(request, found.steps, found.procedure, system_actor(TenantId(request.tenant_id)))
    fact = domain.record_payment(after.facts(), amount=money(request.fee or 0), receipt=None)
    return settle(work, after, fact, books)


async def expired(work: Work, tenant_id: TenantId, message: Message, books: RequestBooks) -> None:
    """Time to pay is over: while the request still waits for it, it is asked for anew, and can always be paid."""
    if message.payload.get("subject_kind") != SUBJECT:
        return
    request_id = RequestId(type(message.subject_id)(str(message.payload["subject_id"])))
    try:
        request, steps = await RequestRepository(work, tenant_id).lock_by_id(request_id)
    except RequestNotFound:
        return
    waits = RequestState.PAYMENT_REQUESTED in {RequestState(request.state), *map(RequestState, request.came_from)}
    if request.closed_at is not None or not waits or await open_payment(work, request) is not None:
        return
    if await _is_paid(work, request):
        return
    found = Held(request, steps, procedure_of(books, request), system_actor(tenant_id))
    await _asked_anew(work, found)


async def end_payment(work: Work, request: ServiceRequest) -> None:
    """Nothing has to be paid any more; what came for it is to be given back."""
    await payments_service.cancel(work, subject_of(request))


async def paid(work: Work, tenant_id: TenantId, message: Message, books: RequestBooks) -> None:
    """A provider told of the money: the request goes on, unless somebody has let it go on already."""
    if message.payload.get("subject_kind") != SUBJECT:
        return
    request_id = RequestId(type(message.subject_id)(str(message.payload["subject_id"])))
    try:
        request, steps = await RequestRepository(work, tenant_id).lock_by_id(request_id)
    except RequestNotFound:  # of an installation that has lost it: the money is told of by reconciliation
        return
    if RequestState(request.state) is not RequestState.PAYMENT_REQUESTED:
        return
    found = Held(request, steps, procedure_of(books, request), system_actor(tenant_id))
    if await open_payment(work, request) is not None:  # an earlier one was paid: there is another to pay
        return
    reference = message.payload.get("reference")
    fact = domain.record_payment(found.facts(), amount=money(request.fee or 0), receipt=str(reference))
    settle(work, found, fact, books)


async def ways(
    work: ReadWork, row: dict[str, Any], books: RequestBooks
) -> tuple[list[PaymentRequest], WayToPay | None]:
    """What was asked for of a request, oldest first, and how what is open can be paid by transfer. Two statements."""
    tenant_id = TenantId(row["tenant_id"])
    subject = Subject(tenant_id, SUBJECT, row["id"], row["code"], UnitId(row["receiver_id"]))
    asked = await payments_service.of_subject(work, subject)
    waiting = next((one for one in asked if one.state is PaymentState.REQUESTED), None)
    if waiting is None:
        return asked, None
    try:
        return asked, await payments_service.way_to_pay(work, waiting, books.directory)
    except NoBankAccount:
        return asked, None
