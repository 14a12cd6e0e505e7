"""Money that is for nothing known: matched with a payment request, or given back by two persons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.console.views import grouped
from app.db.work import Work, in_work, read_work
from app.identity import service as identity_service
from app.kit.problems import Problem
from app.kit.text import Text
from app.payments import policies, service
from app.payments.schemas import MatchIn, RefundIn, ReturnIn
from app.payments.terms import CURRENCY, PaymentView, Unmatched
from app.web.pages import FieldErrors, Form, errors_of

router = APIRouter(prefix=f"{PATH}/unmatched-money", route_class=ConsoleRoute)
Money = Annotated[UUID, Path()]
_DONE: Final = frozenset({"match", "return", "refund"})
_ASKS: Final = {
    "reference": Text("Hãy nhập mã nộp phí.", "Enter the reference."),
    "reason": Text("Hãy ghi lý do.", "Say why."),
    "refund_reference": Text("Hãy ghi số lệnh chuyển hoặc phiếu chi.", "Enter the number of the voucher."),
}


@router.get("")
async def list_money(desk: CurrentDesk) -> Response:
    """The oldest 200 that somebody has to see to. Raises: Forbidden."""
    done = desk.request.query_params.get("done", "")
    return await _shown(desk, done=done if done in _DONE else "")


async def _shown(
    desk: Desk,
    *,
    tried: UUID | None = None,
    verb: str = "",
    form: Form | None = None,
    errors: FieldErrors | None = None,
    message: Text | None = None,
    found: PaymentView | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        money = await service.list_unmatched(work, desk.actor, desk.books.directory)
        deciders = {one.settled_by for one in money if one.settled_by is not None}
        names = await identity_service.names_of(work, desk.tenant.id, deciders)
    return desk.page(
        "money.html",
        status=status,
        lines=[_line(desk, one, names) for one in money],
        tried=tried,
        verb=verb,
        form=form or Form(),
        errors=errors or {},
        message=message,
        found=found,
        done=done,
        amount=grouped,
    )


def _line(desk: Desk, one: Unmatched, names: dict[UUID, str]) -> dict[str, Any]:
    waits = one.reason is None
    return {
        "money": one,
        "waits": waits,
        "amount": grouped(one.receipt.split.unmatched if waits else one.receipt.split.refund_due),
        "matchable": one.receipt.currency == CURRENCY,
        "decided_by": names.get(one.settled_by, "") if one.settled_by else "",
        "mine": not waits and not policies.may_give_back(desk.actor, one.settled_by),
    }


@router.post("/{money}/match")
async def match_money(desk: CurrentDesk, money: Money, form: OwnForm) -> Response:
    """The payment request that is meant, to be looked at; or the money counted to it."""

    async def verb(work: Work) -> PaymentView | None:
        reference = MatchIn.model_validate(form.filled("reference")).reference
        if form.text("step") == "look":
            return await service.get_payment(work, desk.actor, desk.books.directory, reference)  # type: ignore[arg-type]
        await service.match(work, desk.actor, desk.books.directory, money, reference)
        return None

    return await _done(desk, money, form, "match", verb)


@router.post("/{money}/return")
async def have_money_returned(desk: CurrentDesk, money: Money, form: OwnForm) -> Response:
    """The money is to be given back, with the reason."""

    async def verb(work: Work) -> None:
        reason = ReturnIn.model_validate(form.filled("reason")).reason
        await service.have_returned(work, desk.actor, desk.books.directory, money, reason=reason)

    return await _done(desk, money, form, "return", verb)


@router.post("/{money}/refund")
async def note_money_returned(desk: CurrentDesk, money: Money, form: OwnForm) -> Response:
    """It was given back, by somebody else than who decided it."""

    async def verb(work: Work) -> None:
        voucher = RefundIn.model_validate(form.filled("refund_reference")).refund_reference
        await service.note_returned(work, desk.actor, desk.books.directory, money, refund_reference=voucher)

    return await _done(desk, money, form, "refund", verb)


async def _done(
    desk: Desk, money: UUID, form: Form, name: str, verb: Callable[[Work], Awaitable[PaymentView | None]]
) -> Response:
    """On to the list; or the list again with what is to be looked at, or was wrong."""
    service.may_settle(desk.actor, desk.books.directory).require()
    try:
        found = await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except ValidationError as refused:
        return await _shown(desk, tried=money, verb=name, form=form, errors=errors_of(refused, _ASKS), status=422)
    except Problem as problem:
        return await _shown(desk, tried=money, verb=name, form=form, message=problem.detail, status=problem.status)
    if found is not None:
        return await _shown(desk, tried=money, verb=name, form=form, found=found)
    return RedirectResponse(f"{PATH}/unmatched-money?done={name}", status_code=303)
