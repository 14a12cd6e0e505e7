"""Wire shapes of figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field

from app.directory.terms import Tier
from app.kit.text import Text
from app.web.fields import DayIn, PhraseText, TextOut, WireIn

from .terms import By, Counts, Figures, Goal, Line, Offer

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


class LineOut(BaseModel):
    """One group."""

    code: str
    name: TextOut
    tier: Tier | None
    counts: CountsOut

    @classmethod
    def of(cls, line: Line) -> Self:
        """The wire shape."""
        name = TextOut(vi=line.name.vi, en=line.name.en)
        return cls(code=line.code, name=name, tier=line.tier, counts=CountsOut.of(line.counts))


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
            legal_basis=TextOut(vi=goal.legal_basis.vi, en=goal.legal_basis.en),
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
            name=TextOut(vi=offer.name.vi, en=offer.name.en),
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


def table(figures: Figures) -> str:
    """The lines as CSV (RFC 4180) with a byte order mark, which Excel needs to read Vietnamese."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["code", "name", "tier", *_COLUMNS, *_SHARES])
    writer.writerows(_row(line) for line in figures.lines)
    return f"\ufeff{written.getvalue()}"


def _row(line: Line) -> Iterator[object]:
    yield from (_harmless(line.code), _harmless(line.name.vi), line.tier.value if line.tier else "")
    for name in (*_COLUMNS, *_SHARES):
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
