"""Verbs of service requests as forms: which shape each one fills, and which function it calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from app.db.work import Work, in_work
from app.filling.questions import given_anew
from app.kit.text import Text
from app.media import service as media_service
from app.media.store import Store
from app.service_requests import service
from app.service_requests.models import ServiceRequest
from app.service_requests.schemas import (
    AssignIn,
    CompleteIn,
    ConsultIn,
    DecisionIn,
    DeskComplaintIn,
    DeskSupplyIn,
    DeskWithdrawalIn,
    ExtendIn,
    HandOverIn,
    OpinionIn,
    PaymentIn,
    ReasonIn,
    ReceiptIn,
    SendBackIn,
    SupplementIn,
    request_missing,
)
from app.service_requests.terms import HandedIn, RequestBooks, RequestView, Verb
from app.web.fields import WireIn
from app.web.pages import FieldErrors, Form, errors_of

from .deps import Desk

_Act = Callable[..., Awaitable[ServiceRequest]]
_ROWS: Final = 12  # what may be missing, at once


class _Nothing(WireIn):
    """Verbs of one click take nothing."""


@dataclass(frozen=True, slots=True)
class Means:
    """How a verb is done: `names` turn a field of the shape into the function's own word."""

    shape: type[WireIn]
    act: _Act
    names: tuple[tuple[str, str], ...] = ()


MEANS: Mapping[Verb, Means] = MappingProxyType(
    {
        Verb.ACCEPT: Means(_Nothing, service.accept_request),
        Verb.REFUSE: Means(ReasonIn, service.refuse_request),
        Verb.COMPLETE: Means(CompleteIn, service.complete_step),
        Verb.SEND_BACK: Means(SendBackIn, service.send_back),
        Verb.ASSIGN: Means(AssignIn, service.assign_step),
        Verb.CONSULT: Means(ConsultIn, service.consult_unit),
        Verb.GIVE_OPINION: Means(OpinionIn, service.give_opinion),
        Verb.ASK_SUPPLEMENT: Means(SupplementIn, service.ask_supplement),
        Verb.ASK_PAYMENT: Means(PaymentIn, service.ask_payment),
        Verb.RECORD_PAYMENT: Means(ReceiptIn, service.record_payment),
        Verb.TAKE_BACK_PAYMENT: Means(ReasonIn, service.take_back_payment),
        Verb.SUPPLY: Means(DeskSupplyIn, service.supply_at_desk),
        Verb.ASK_WITHDRAWAL: Means(DeskWithdrawalIn, service.ask_withdrawal_at_desk),
        Verb.COMPLAIN: Means(DeskComplaintIn, service.complain_at_desk, (("text", "words"),)),
        Verb.EXTEND: Means(ExtendIn, service.extend_request),
        Verb.STOP: Means(ReasonIn, service.stop_request),
        Verb.RESUME: Means(_Nothing, service.resume_request),
        Verb.END: Means(ReasonIn, service.end_request),
        Verb.AGREE_WITHDRAWAL: Means(_Nothing, service.agree_withdrawal),
        Verb.DECLINE_WITHDRAWAL: Means(ReasonIn, service.decline_withdrawal),
        Verb.DECIDE: Means(DecisionIn, service.decide_request),
        Verb.REJECT_DECISION: Means(ReasonIn, service.reject_decision),
        Verb.SIGN: Means(_Nothing, service.sign_decision),
        Verb.HAND_OVER: Means(HandOverIn, service.hand_over),
        Verb.NOTE: Means(ReasonIn, service.add_note, (("reason", "words"),)),
    }
)
ONE_CLICK: Final = tuple(verb.value for verb, means in MEANS.items() if means.shape is _Nothing)
_MISSING: Mapping[str, Text] = MappingProxyType(
    {
        "reason": Text("Hãy ghi lý do; người nộp sẽ đọc.", "Write the reason; the applicant reads it."),
        "step": Text("Hãy chọn bước.", "Choose the step."),
        "to": Text("Hãy chọn bước trả lại.", "Choose the step it goes back to."),
        "officer": Text("Hãy nhập tên đăng nhập của cán bộ.", "Enter the officer's user name."),
        "unit": Text("Hãy chọn cơ quan.", "Choose the unit."),
        "question": Text("Hãy viết điều cần hỏi.", "Write the question."),
        "opinion": Text("Hãy viết ý kiến.", "Write the opinion."),
        "missing": Text("Hãy nêu ít nhất một mục còn thiếu.", "Name at least one thing that is missing."),
        "due_on": Text("Hãy chọn ngày hẹn mới.", "Choose the new date."),
        "outcome": Text("Hãy chọn kết quả.", "Choose the outcome."),
        "brought_by": Text("Hãy ghi họ tên người mang đến hoặc gửi thư.", "Write the name of who came or wrote."),
    }
)


def wrong_in(refused: ValidationError) -> FieldErrors:
    """What is wrong with a verb's form, by field."""
    return errors_of(refused, _MISSING)


def _filled(verb: Verb, form: Form) -> dict[str, Any]:
    """The verb's form as its shape takes it."""
    given = form.filled(*MEANS[verb].shape.model_fields)
    match verb:
        case Verb.ASK_SUPPLEMENT:
            rows = [(form.text(f"about.{at}"), form.text(f"why.{at}")) for at in range(_ROWS)]
            missing = [{"about": about, "reason": why} for about, why in rows if why]
            given = {**given, **({"missing": missing} if missing else {})}
        case Verb.CONSULT:
            days = given.get("working_days", "")
            given["working_days"] = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 3
        case _:
            pass
    return given


async def act(
    desk: Desk, books: RequestBooks, store: Store, code: str, verb: Verb, seen: int, form: Form
) -> ServiceRequest:
    """The service request after the verb. Raises: ValidationError, and whatever the verb refuses."""
    means = MEANS[verb]
    given = _filled(verb, form)
    if verb is Verb.SUPPLY:
        given["answers"] = await _answered(desk, books, code, form)
    body = means.shape.model_validate(given)
    words = dict(means.names)
    said = {words.get(name, name): getattr(body, name) for name in means.shape.model_fields}
    match body:
        case SupplementIn():
            said = {"missing": body.items(), "words": body.text}
        case ConsultIn() | ExtendIn() | AssignIn() | SendBackIn() | CompleteIn() | OpinionIn():
            pass
        case DecisionIn():
            files = [(name, upload) for _, name, upload in await _files(desk, form, store, "/results/{}/upload")]
            said = {"outcome": body.outcome, "words": body.text, "results": files}
        case DeskSupplyIn():
            said = {
                "brought_by": body.brought_by,
                "channel": body.channel,
                "words": body.text,
                "files": await _files(desk, form, store, "/documents/{}/upload"),
                "shown": form.many("paper"),
                "answers": await _answered(desk, books, code, form),
            }
        case _ if verb is Verb.SIGN:
            said = {"db": desk.database}
        case _:
            pass

    async def in_one(work: Work) -> ServiceRequest:
        return await means.act(work, desk.actor, code, seen=seen, books=books, **said)

    return await in_work(desk.database, desk.clock, desk.tenant.id, in_one)


async def _answered(desk: Desk, books: RequestBooks, code: str, form: Form) -> dict[str, Any]:
    """What the applicant answers anew at the desk; nothing where no question was asked for. Raises: RequestNotFound."""
    if not any(name.startswith("answers.") for name in form.names()):
        return {}
    view = await service.get_for_staff(desk.database, desk.keys, books, desk.actor, desk.scope, code, now=desk.now)
    asked = service.asked_questions(request_missing(view.row))
    return given_anew(view.procedure, asked, view.papers.answers, form)


async def _files(desk: Desk, form: Form, store: Store, pointer: str) -> list[tuple[str, str, UUID]]:
    """Document, name and upload of each file that came; the same again for the same form sent twice.

    A field is named after the document that its files are for.
    """
    handed: list[HandedIn] = []
    for field, file in form.named_files:
        name = await media_service.take(
            desk.database,
            desk.clock,
            store,
            desk.keys.media,
            f"request:{form.text('key')}:{field}",
            filename=file.filename or "",
            content=file,
            most_bytes=desk.most_bytes,
            sender=None,
        )
        await file.close()
        handed.append(HandedIn(field.partition(".")[2] or field, name, (file.filename or "Tệp")[:300]))
    uploads = await service.uploads_of(desk.database, handed, desk.clock.now(), pointer=pointer)
    return [(one.document, one.name, upload) for one, upload in zip(handed, uploads, strict=True)]


def abouts(view: RequestView, lang: Any) -> list[tuple[str, str]]:
    """What of the request something can be missing of: its documents, and the form's own questions."""
    found = [(one.code, one.name(lang)) for one in view.procedure.documents]
    asked = view.procedure.form.get("properties", {})
    for name in view.procedure.form_order:
        title = asked.get(name, {}).get("x-title", {})
        found.append((f"/{name}", str(title.get(lang.value, name))))
    return found
