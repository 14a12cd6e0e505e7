"""What verbs take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from app.cases.terms import ReferralReason, Resolution
from app.catalogue.terms import Kind, Priority
from app.deadlines.terms import PauseCause
from app.web.fields import CaseCodeText, Code, DayIn, LongText, PhraseText, PointIn, ShortText, WireIn


class TriageIn(WireIn):
    """Anything given is set; a new category, kind or place routes the case again."""

    category: Code | None = None
    kind: Kind | None = None
    priority: Priority | None = None
    location: PointIn | None = None
    area_code: Code | None = None
    answers: dict[str, str | bool | int | float] | None = Field(None, max_length=30)
    comment: ShortText | None = None


class AssignIn(WireIn):
    """An officer of the responsible unit by user name."""

    officer: ShortText


class MoveIn(WireIn):
    """Why the case goes back."""

    reason: ReferralReason
    comment: LongText | None = None


class ReferIn(MoveIn):
    """Where the case goes and why."""

    unit: Code = Field(description="Mã đơn vị nhận. Code of the unit that gets it.", examples=["H23.288"])


class EscalateIn(WireIn):
    """Raised in urgency; with `move` handed to the unit above."""

    move: StrictBool = False
    comment: LongText | None = None


class ExtendIn(WireIn):
    """Until the end of which day, and why: the reporters read it."""

    due_on: DayIn = Field(description="Ngày hạn mới, là ngày làm việc. The new due day, a working day.")
    reason: LongText


class PauseIn(WireIn):
    """Why the clock stands; waiting for the reporter is what `ask` is for."""

    cause: Literal[PauseCause.SUPPLEMENT, PauseCause.PAYMENT, PauseCause.FORCE_MAJEURE]
    comment: LongText


class QuestionIn(WireIn):
    """What the reporters are asked."""

    question: LongText


_Given = Literal[
    Resolution.FIXED,
    Resolution.ANSWERED,
    Resolution.SCHEDULED,
    Resolution.NO_ACTION,
    Resolution.DECLINED,
    Resolution.NOT_COMPETENT,
]


class AnswerIn(WireIn):
    """What the reporters will read, and what came of it."""

    answer: LongText
    resolution: _Given


class CommentIn(WireIn):
    """Why, in words for colleagues (and for the reporter where it reopens)."""

    comment: LongText


class NoteIn(WireIn):
    """Words for colleagues; `for_unit_only` keeps them from units above."""

    text: LongText
    for_unit_only: StrictBool = False


class MergeIn(WireIn):
    """Code of the case that goes on."""

    into: CaseCodeText


class PublishIn(WireIn):
    """The officer's own wording instead of the masked text; may be left out."""

    public_text: LongText | None = None


class RedactIn(WireIn):
    """What of the masking is wrong; both lists replace those before, and empty ones confirm it as it is."""

    show: list[PhraseText] = Field(
        default=[],
        max_length=50,
        description="Cụm từ bị che nhầm, để mọi người đọc được. Masked by mistake: everyone may read it.",
        examples=[["Nguyễn Lương Bằng"]],
    )
    mask: list[PhraseText] = Field(
        default=[],
        max_length=50,
        description="Cụm từ còn sót, che ở mọi chỗ nó đứng. Missed: masked wherever it stands.",
        examples=[["quán Bưởi Đỏ"]],
    )


class BulkTarget(WireIn):
    """One case and the version that was seen."""

    code: CaseCodeText
    version: int = Field(ge=1, le=2_000_000_000, strict=True)


class AcceptAll(WireIn):
    """Take them up."""

    verb: Literal["accept"]


class CloseAll(WireIn):
    """Close them."""

    verb: Literal["close"]


class ReferAll(ReferIn):
    """Refer them to one unit."""

    verb: Literal["refer"]


class AssignAll(AssignIn):
    """Give them to one officer."""

    verb: Literal["assign"]


class WithholdAll(CommentIn):
    """Withhold them."""

    verb: Literal["withhold"]


class PublishAll(WireIn):
    """Publish them, masked by rule."""

    verb: Literal["publish"]


class ConfirmAll(WireIn):
    """Confirm what is masked in each of them, as it stands: read their public previews first."""

    verb: Literal["redact"]


class NoteAll(NoteIn):
    """One note on each."""

    verb: Literal["note"]


class ResolveAll(AnswerIn):
    """One answer for all, as after one repair that many reported."""

    verb: Literal["resolve"]


BulkAction = Annotated[
    AcceptAll | CloseAll | ReferAll | AssignAll | WithholdAll | PublishAll | ConfirmAll | NoteAll | ResolveAll,
    Field(discriminator="verb"),
]


class BulkIn(WireIn):
    """One verb over many cases, each in a transaction of its own."""

    cases: list[BulkTarget] = Field(min_length=1, max_length=100)
    action: BulkAction
