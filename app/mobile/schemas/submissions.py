"""Wire shapes of what a device kept while it was offline, and of what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import UUID7, BaseModel, Field, SecretStr, SkipValidation, TypeAdapter, ValidationError, model_validator

from app.kit.clock import rfc3339
from app.kit.problems import Invalid, Problem
from app.kit.text import Lang, Text
from app.mobile.terms import MOST_HANDED, Handed, HandedReport, HandedVerb, Outcome, OutcomeKind, SenderVerb
from app.reports.schemas import RatingIn, ReopeningIn, ReplyIn, ReportIn, StateOut, SubmittedOut, WithdrawalIn
from app.web.fields import CaseCodeText, WireIn
from app.web.idempotency import request_hash
from app.web.problems import INVALID, ProblemOut, SaidError, field_errors, problem_body

from .changes import RESTORED_AT

_ONE_OF_TWO: Final = Text(
    "Cần nêu phản ánh bằng mã (code) hoặc bằng id lúc gửi (report_id).",
    "Name the report by its code, or by the id it was sent under (report_id).",
)


class ReportItemIn(WireIn):
    """A report that was written offline."""

    id: UUID7 = Field(description="Id do máy đặt. Made by the device.")
    type: Literal["report"]
    report: ReportIn = Field(description="Như POST /reports, không có id. As in POST /reports, without an id.")

    def handed(self, lang: Lang, skew_s: int | None) -> HandedReport:
        """In our own terms. Raises: InvalidContact."""
        named = self.report.model_copy(update={"id": self.id})
        return HandedReport(self.id, request_hash(named), named.new_report(lang, skew_s))


class _AboutIn(WireIn):
    """Something about a report, named in one of two ways."""

    id: UUID7 = Field(description="Id do máy đặt. Made by the device.")
    code: CaseCodeText | None = None
    report_id: UUID | None = Field(None, description="Id mà máy này đã gửi phản ánh. The id this device sent it under.")
    tracking_secret: SecretStr | None = Field(
        None, max_length=200, description="Với code, khi gửi không đăng nhập. With a code and without an account."
    )

    @model_validator(mode="after")
    def _is_named_once(self) -> _AboutIn:
        if (self.code is None) is (self.report_id is None):
            raise SaidError(_ONE_OF_TWO)
        return self

    def _verb(
        self, verb: SenderVerb, text: str | None, stars: int | None = None, media: Sequence[str] = ()
    ) -> HandedVerb:
        secret = self.tracking_secret.get_secret_value() if self.tracking_secret else None
        about: UUID | str = self.report_id if self.report_id is not None else self.code or ""
        return HandedVerb(self.id, request_hash(self), verb, about, secret, text, stars, tuple(media))


class ReplyItemIn(ReplyIn, _AboutIn):
    """A reply, or something added."""

    type: Literal["reply"]

    def handed(self, _lang: Lang, _skew_s: int | None) -> HandedVerb:
        """In our own terms."""
        return self._verb(SenderVerb.REPLY, self.text, media=self.media)


class RatingItemIn(RatingIn, _AboutIn):
    """How the handling was."""

    type: Literal["rating"]

    def handed(self, _lang: Lang, _skew_s: int | None) -> HandedVerb:
        """In our own terms."""
        return self._verb(SenderVerb.RATING, self.comment, self.stars)


class ReopeningItemIn(ReopeningIn, _AboutIn):
    """It is not done."""

    type: Literal["reopening"]

    def handed(self, _lang: Lang, _skew_s: int | None) -> HandedVerb:
        """In our own terms."""
        return self._verb(SenderVerb.REOPENING, self.reason)


class WithdrawalItemIn(WithdrawalIn, _AboutIn):
    """It need not be handled any more."""

    type: Literal["withdrawal"]

    def handed(self, _lang: Lang, _skew_s: int | None) -> HandedVerb:
        """In our own terms."""
        return self._verb(SenderVerb.WITHDRAWAL, self.reason)


ItemIn = Annotated[
    ReportItemIn | ReplyItemIn | RatingItemIn | ReopeningItemIn | WithdrawalItemIn, Field(discriminator="type")
]
_ITEM: TypeAdapter[ItemIn] = TypeAdapter(ItemIn)


class SubmissionsIn(WireIn):
    """What a device kept, in the order in which it was written. One item that is wrong does not hold up the others."""

    items: list[SkipValidation[ItemIn]] = Field(min_length=1, max_length=MOST_HANDED)

    def handed(self, lang: Lang, skew_s: int | None) -> list[Handed | Problem]:
        """Each item in our own terms, or what is wrong with it."""
        return [_read(item, lang, skew_s) for item in self.items]

    def ids(self) -> list[str | None]:
        """The ids as they came; None where there is none."""
        came: list[Any] = list(self.items)
        found = [item.get("id") if isinstance(item, dict) else None for item in came]
        return [one[:64] if isinstance(one, str) else None for one in found]


def _read(item: object, lang: Lang, skew_s: int | None) -> Handed | Problem:
    try:
        return _ITEM.validate_python(item).handed(lang, skew_s)
    except ValidationError as error:
        return Invalid(INVALID, errors=field_errors(error.errors(include_url=False), within=""))
    except Problem as problem:
        return problem


class OutcomeOut(BaseModel):
    """What became of one item.

    `accepted`: it is written, now or by an earlier try; forget it. `refused`: as it is it never will be; show the
    problem, and send it changed under a new id. `later`: nothing is written; keep it, and send it again unchanged.
    """

    id: str | None
    outcome: OutcomeKind
    status: int = Field(description="Như khi gửi riêng mục này. As if the item had been sent alone.")
    report: SubmittedOut | None = Field(None, description="Của một phản ánh. Of a report that was taken.")
    state: StateOut | None = Field(None, description="Của các việc khác. Of everything else.")
    problem: ProblemOut | None = None
    current: StateOut | None = Field(
        None, description="Vụ việc hiện ra sao, khi đã chậm. How the matter stands that this came too late for."
    )


class SubmissionsOut(BaseModel):
    """What became of each item, in their order."""

    server_time: datetime = Field(description="Giờ của máy chủ. The server's time, to know one's own clock by.")
    items: list[OutcomeOut]
    restored_at: datetime | None = Field(default=None, description=RESTORED_AT)


def outcomes_answer(
    outcomes: Sequence[Outcome], ids: Sequence[str | None], lang: Lang, now: datetime, restored_at: datetime | None
) -> dict[str, Any]:
    """The outcomes as a SubmissionsOut, without what is null."""
    items = [_outcome(one, named, lang, "/api/v1/submissions") for one, named in zip(outcomes, ids, strict=True)]
    told: dict[str, Any] = {"server_time": rfc3339(now), "items": items}
    return told | ({"restored_at": rfc3339(restored_at)} if restored_at else {})


def _outcome(one: Outcome, named: str | None, lang: Lang, path: str) -> dict[str, Any]:
    item: dict[str, Any] = {"id": named, "outcome": one.kind.value, "status": one.status}
    if one.answer is not None:
        item["report" if "links" in one.answer else "state"] = one.answer
    if one.problem is not None:
        item |= {"status": one.problem.status, "problem": problem_body(one.problem, lang, path)}
    if one.current is not None:
        item["current"] = one.current
    return item
