"""The verbs as forms: which shape of the API each one fills, and which function of the cases room it calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from app.cases import service
from app.cases.models import Case
from app.cases.schemas import (
    AnswerIn,
    AssignIn,
    CommentIn,
    EscalateIn,
    ExtendIn,
    MergeIn,
    MoveIn,
    NoteIn,
    PauseIn,
    PublishIn,
    QuestionIn,
    RedactIn,
    ReferIn,
    TriageIn,
)
from app.cases.terms import Verb
from app.db.work import Work, in_work
from app.kit.text import Text
from app.letters.terms import Letter
from app.publication import service as publication_service
from app.web.fields import WireIn
from app.web.pages import FieldErrors, Form, errors_of

from .deps import Desk

_Act = Callable[..., Awaitable[Case]]


@dataclass(frozen=True, slots=True)
class _Means:
    """How a verb is done: `names` turn a field of the shape into the function's own word."""

    shape: type[WireIn]
    act: _Act
    names: tuple[tuple[str, str], ...] = ()
    ticks: frozenset[str] = frozenset()


class _Nothing(WireIn):
    """Verbs of one click take nothing."""


_MEANS: Mapping[Verb, _Means] = MappingProxyType(
    {
        Verb.TRIAGE: _Means(TriageIn, service.triage_case, (("area_code", "area"),)),
        Verb.ASSIGN: _Means(AssignIn, service.assign_case),
        Verb.ACCEPT: _Means(_Nothing, service.accept_case),
        Verb.RETURN: _Means(MoveIn, service.return_case),
        Verb.REFER: _Means(ReferIn, service.refer_case, (("unit", "to"),)),
        Verb.ESCALATE: _Means(EscalateIn, service.escalate_case, ticks=frozenset({"move"})),
        Verb.EXTEND: _Means(ExtendIn, service.extend_case),
        Verb.PAUSE: _Means(PauseIn, service.pause_case),
        Verb.RESUME: _Means(_Nothing, service.resume_case),
        Verb.ASK: _Means(QuestionIn, service.ask_reporter),
        Verb.DRAFT_ANSWER: _Means(AnswerIn, service.draft_answer),
        Verb.APPROVE: _Means(_Nothing, service.approve_answer),
        Verb.REJECT_DRAFT: _Means(CommentIn, service.reject_draft),
        Verb.RESOLVE: _Means(AnswerIn, service.resolve_case),
        Verb.REOPEN: _Means(CommentIn, service.reopen_case),
        Verb.MERGE: _Means(MergeIn, service.merge_case),
        Verb.UNMERGE: _Means(_Nothing, service.unmerge_case),
        Verb.NOTE: _Means(NoteIn, service.add_note, ticks=frozenset({"for_unit_only"})),
        Verb.PUBLISH: _Means(PublishIn, service.publish_case),
        Verb.WITHHOLD: _Means(CommentIn, service.withhold_case),
        Verb.REDACT: _Means(RedactIn, service.redact_case),
        Verb.WITHDRAW: _Means(CommentIn, service.withdraw_for_reporter),
        Verb.CLOSE: _Means(_Nothing, service.close_case),
    }
)


_MISSING: Mapping[str, Text] = MappingProxyType(
    {
        "answer": Text("Hãy viết câu trả lời.", "Write the answer."),
        "resolution": Text("Hãy chọn kết quả.", "Choose the outcome."),
        "question": Text("Hãy viết câu hỏi.", "Write the question."),
        "comment": Text("Hãy ghi lý do.", "Say why."),
        "text": Text("Hãy viết ghi chú.", "Write the note."),
        "unit": Text("Hãy chọn đơn vị nhận.", "Choose the unit that gets it."),
        "reason": Text("Hãy chọn lý do.", "Choose the reason."),
        "officer": Text("Hãy chọn cán bộ.", "Choose the officer."),
        "due_on": Text("Hãy chọn ngày hạn mới.", "Choose the new due day."),
        "cause": Text("Hãy chọn lý do tạm dừng.", "Choose why the clock stands."),
        "into": Text("Hãy nhập mã vụ việc sẽ gộp vào.", "Enter the code of the case to merge into."),
    }
)


_WRITTEN: Mapping[Verb, Mapping[str, Text]] = MappingProxyType(
    {Verb.EXTEND: {"reason": Text("Hãy viết lý do; người gửi sẽ đọc.", "Write the reason; the senders read it.")}}
)


def wrong_in(verb: Verb, refused: ValidationError) -> FieldErrors:
    """What is wrong with the verb's form, by field, and what to do."""
    return errors_of(refused, {**_MISSING, **_WRITTEN.get(verb, {})})


def is_form(verb: Verb) -> bool:
    """Whether officers have a form for it."""
    return verb in _MEANS


def prepared(desk: Desk, verb: Verb, form: Form) -> Callable[[Work, str, int], Awaitable[Case]]:
    """The verb with what was typed, waiting for its transaction, case and version. Raises: ValidationError."""
    means = _MEANS[verb]
    given: dict[str, Any] = form.filled(*means.shape.model_fields) if verb is not Verb.REDACT else _phrases(form)
    given.update({name: bool(form.text(name)) for name in means.ticks})
    body = means.shape.model_validate(given)
    words = dict(means.names)
    said = {words.get(name, name): getattr(body, name) for name in means.shape.model_fields}
    if verb is Verb.TRIAGE:
        said.pop("location")  # this door moves a case by its commune; a pin is moved on a map
    call = partial(means.act, books=desk.books, **said)

    async def act(work: Work, code: str, seen: int) -> Case:
        return await call(work, desk.actor, code, seen=seen)

    return act


def _phrases(form: Form) -> dict[str, list[str]]:
    """What is ticked to be shown, and what is to be masked, a line each."""
    return {"show": form.many("show"), "mask": [line for line in form.text("mask").splitlines() if line.strip()]}


async def preview_letter(desk: Desk, code: str, form: Form) -> Letter:
    """The letter that the extension in the form would send. Raises: ValidationError, and whatever the verb refuses."""
    body = ExtendIn.model_validate(form.filled(*ExtendIn.model_fields))
    _, letter = await service.preview_extension(
        desk.database, desk.actor, code, books=desk.books, due_on=body.due_on, reason=body.reason, now=desk.now
    )
    return letter


async def act(desk: Desk, code: str, verb: Verb, seen: int, form: Form) -> Case:
    """The case after the verb. Raises: ValidationError, and whatever the verb refuses."""
    if verb is Verb.REDACT:
        body = RedactIn.model_validate(_phrases(form))
        return await publication_service.redact_case(
            desk.database,
            desk.clock,
            desk.actor,
            desk.scope,
            desk.books,
            code,
            seen=seen,
            show=body.show,
            mask=body.mask,
        )
    verb_of = prepared(desk, verb, form)

    async def in_one(work: Work) -> Case:
        return await verb_of(work, code, seen)

    return await in_work(desk.database, desk.clock, desk.tenant.id, in_one)
