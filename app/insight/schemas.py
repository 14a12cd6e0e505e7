"""Wire shapes of figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field

from app.directory.terms import Tier
from app.kit.text import Text
from app.web.fields import DayIn, PhraseText, TextOut, WireIn

from .terms import By, CaseBy, CaseCounts, CaseFigures, Counted, Counts, Figures, Goal, Line, Offer

Percent = Annotated[float | None, Field(ge=0, le=100, description="Phần trăm, một số lẻ; null: không có gì để tính.")]
_COLUMNS: Final = tuple(Counts.__dataclass_fields__)
_SHARES: Final = (
    "on_time_percent",
    "on_time_with_pauses_percent",
    "whole_percent",
    "filed_online_percent",
    "supplements_per_request",
)


class CountsOut(BaseModel):
    """Service requests that were due, or were filed, in the period; see docs/figures.md."""

    due: int = Field(description="Ngày hẹn trả lần đầu nằm trong kỳ và đã qua. The first appointment has passed.")
    apart: int = Field(description="Rút hoặc kết thúc trước ngày hẹn; không tính. Ended before it; not counted.")
    on_time: int = Field(description="Giải quyết không sau ngày hẹn lần đầu. Decided by the first appointment.")
    on_time_with_pauses: int = Field(description="Như trên, cộng thời gian tạm dừng 5, 6, 8. With pauses allowed for.")
    open_overdue: int = Field(description="Quá hẹn, chưa giải quyết. Past it and not decided.")
    whole: int = Field(description="Mọi bước làm trên hệ thống, kết quả là tệp. Every step done on the system.")
    filed: int = Field(description="Nộp trong kỳ. Handed in.")
    filed_online: int = Field(description="Trong đó nộp trực tuyến. Of these online.")
    not_accepted: int = Field(description="Trong đó không tiếp nhận. Of these not accepted.")
    not_taken_up: int = Field(description="Trong đó chưa có ngày hẹn. Of these still without an appointment.")
    supplements: int = Field(description="Số lần yêu cầu bổ sung. Supplements asked for.")
    supplemented: int = Field(description="Số hồ sơ phải bổ sung. Requests asked for more.")
    on_time_percent: Percent
    on_time_with_pauses_percent: Percent
    whole_percent: Percent
    filed_online_percent: Percent
    supplements_per_request: float | None

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """The wire shape."""
        return cls(**{name: getattr(counts, name) for name in (*_COLUMNS, *_SHARES)})


class _GroupOut(BaseModel):
    """What every group is called; what is counted of it comes with each kind."""

    code: str
    name: TextOut
    tier: Tier | None

    @classmethod
    def _with(cls, line: Line[Counted], counts: BaseModel) -> Self:
        return cls.model_validate(
            {"code": line.code, "name": TextOut.of(line.name), "tier": line.tier, "counts": counts}
        )


class LineOut(_GroupOut):
    """One group."""

    counts: CountsOut

    @classmethod
    def of(cls, line: Line[Counts]) -> Self:
        """The wire shape."""
        return cls._with(line, CountsOut.of(line.counts))


class GoalOut(BaseModel):
    """What is aimed at for a tier, and what came of it in the period."""

    tier: Tier
    percent: int
    valid_from: date
    legal_basis: TextOut
    reached_percent: Percent

    @classmethod
    def of(cls, goal: Goal, counts: Counts | None) -> Self:
        """The wire shape."""
        return cls(
            tier=goal.tier,
            percent=goal.percent,
            valid_from=goal.valid_from,
            legal_basis=TextOut.of(goal.legal_basis),
            reached_percent=counts.whole_percent if counts else None,
        )


class OfferOut(BaseModel):
    """A procedure that is open, and whether it is offered from end to end."""

    code: str
    name: TextOut
    tier: Tier
    online: bool = Field(description="Danh mục ghi toàn trình. Fully online by its catalogue.")
    units: int = Field(description="Số cơ quan mà các bước đi qua. Units that its steps go to.")
    staffed: int = Field(description="Trong đó có người dùng hệ thống. Of these with a member.")
    end_to_end: bool

    @classmethod
    def of(cls, offer: Offer) -> Self:
        """The wire shape."""
        return cls(
            code=offer.code,
            name=TextOut.of(offer.name),
            tier=offer.tier,
            online=offer.online,
            units=offer.units,
            staffed=offer.staffed,
            end_to_end=offer.end_to_end,
        )


class FiguresOut(BaseModel):
    """Figures of service requests that your units, and those below, decide; goals and offers of the whole province."""

    first: date
    last: date
    by: By
    as_of: datetime
    total: CountsOut
    items: list[LineOut]
    goals: list[GoalOut]
    offered_percent: Percent
    offers: list[OfferOut]

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """The wire shape."""
        return cls(
            first=figures.period.first,
            last=figures.period.last,
            by=figures.by,
            as_of=figures.as_of,
            total=CountsOut.of(figures.total),
            items=[LineOut.of(line) for line in figures.lines],
            goals=[GoalOut.of(goal, figures.tiers.get(goal.tier)) for goal in figures.goals],
            offered_percent=figures.offered_percent,
            offers=[OfferOut.of(offer) for offer in figures.offers],
        )


_CASE_COLUMNS: Final = tuple(CaseCounts.__dataclass_fields__)
_CASE_SHARES: Final = ("due", "on_time_percent", "reopened_percent", "stars_mean")


class CaseCountsOut(BaseModel):
    """Cases that were received in the period, and what became of each; see docs/figures.md."""

    received: int = Field(description="Tiếp nhận trong kỳ. Received; the six numbers from on_time on add up to it.")
    on_time: int = Field(
        description="Câu trả lời còn hiệu lực có không sau hạn đầu tiên. Answered by the first due date."
    )
    after_due: int = Field(description="Câu trả lời có sau hạn đầu tiên. Answered after the first due date.")
    unanswered: int = Field(
        description="Qua hạn đầu tiên, chưa có trả lời. Past the first due date, without an answer."
    )
    not_due: int = Field(description="Chưa có trả lời, chưa đến hạn. Without an answer, and not due yet.")
    diverted: int = Field(description="Khiếu nại, tố cáo: hướng dẫn nơi gửi. Told where to turn, by another law.")
    withdrawn: int = Field(description="Người gửi tự rút trước hạn. Taken back by their senders before they were due.")
    reopened: int = Field(description="Số vụ việc từng mở lại. Cases that were reopened.")
    reopenings: int = Field(description="Số lần mở lại. How often, altogether.")
    referrals: int = Field(description="Số lần chuyển cơ quan. How often they moved to another unit.")
    rated: int = Field(description="Số lượt người gửi chấm điểm. Ratings that senders gave.")
    stars: int = Field(description="Tổng số sao. All stars together.")
    median_days: int | None = Field(
        description="Số ngày làm việc đến trả lời đầu tiên, trung vị; null: hơn nửa chưa trả lời. "
        "Working days to the first answer, the middle one; null: most have none."
    )
    due: int = Field(description="Đã đến hạn hoặc đã trả lời. What on_time_percent is a share of.")
    on_time_percent: Percent
    reopened_percent: Percent
    stars_mean: float | None = Field(description="Sao mỗi lượt chấm. Stars per rating.")

    @classmethod
    def of(cls, counts: CaseCounts) -> Self:
        """The wire shape."""
        return cls(**{name: getattr(counts, name) for name in (*_CASE_COLUMNS, *_CASE_SHARES)})


class CaseFiguresLineOut(_GroupOut):
    """One group: a unit, a tier, or a month as `2026-11`."""

    counts: CaseCountsOut

    @classmethod
    def of(cls, line: Line[CaseCounts]) -> Self:
        """The wire shape."""
        return cls._with(line, CaseCountsOut.of(line.counts))


class CaseFiguresOut(BaseModel):
    """Figures of cases that count for your units, and those below."""

    first: date
    last: date
    by: CaseBy
    as_of: datetime
    total: CaseCountsOut
    items: list[CaseFiguresLineOut]
    months: list[CaseFiguresLineOut] = Field(description="Theo tháng tiếp nhận. The same by month of receipt.")

    @classmethod
    def of(cls, figures: CaseFigures) -> Self:
        """The wire shape."""
        return cls(
            first=figures.period.first,
            last=figures.period.last,
            by=figures.by,
            as_of=figures.as_of,
            total=CaseCountsOut.of(figures.total),
            items=[CaseFiguresLineOut.of(line) for line in figures.lines],
            months=[CaseFiguresLineOut.of(line) for line in figures.months],
        )


def table(figures: Figures) -> str:
    """The lines as CSV (RFC 4180) with a byte order mark, which Excel needs to read Vietnamese."""
    return _csv((*_COLUMNS, *_SHARES), figures.lines)


def case_table(figures: CaseFigures) -> str:
    """The same of cases."""
    return _csv((*_CASE_COLUMNS, *_CASE_SHARES), figures.lines)


def table_name(figures: Figures | CaseFigures) -> str:
    """What the file is called."""
    of = "cases" if isinstance(figures, CaseFigures) else "figures"
    return f"{of}-{figures.period.first}-{figures.period.last}-{figures.by}.csv"


def _csv(names: tuple[str, ...], lines: Iterable[Line[Counted]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["code", "name", "tier", *names])
    writer.writerows(_row(names, line) for line in lines)
    return f"\ufeff{written.getvalue()}"


def _row(names: tuple[str, ...], line: Line[Counted]) -> Iterator[object]:
    yield from (_harmless(line.code), _harmless(line.name.vi), line.tier.value if line.tier else "")
    for name in names:
        value = getattr(line.counts, name)
        yield "" if value is None else value


def _harmless(text: str) -> str:
    """The text, which a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


class LegalBasisIn(WireIn):
    """The act that says so."""

    vi: PhraseText = Field(examples=["Kế hoạch 12/KH-UBND ngày 05/01/2026"])
    en: PhraseText = Field(examples=["Plan 12/KH-UBND of 5 January 2026"])


class GoalIn(WireIn):
    """What the province aims at, from a day on."""

    percent: int = Field(ge=0, le=100, strict=True, examples=[85])
    valid_from: DayIn
    legal_basis: LegalBasisIn

    def goal(self, tier: Tier) -> Goal:
        """The value."""
        return Goal(tier, self.valid_from, self.percent, Text(self.legal_basis.vi, self.legal_basis.en))
