"""Vocabulary of figures: what each is a share of, by what they are put together, and what is aimed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from app.directory.terms import Tier
from app.kit.text import Text


class By(StrEnum):
    """What figures are put together by."""

    UNIT = "unit"  # the one that decides
    TIER = "tier"
    PROCEDURE = "procedure"
    FIELD = "field"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _BY_LABELS[self]


_BY_LABELS = {
    By.UNIT: Text("Cơ quan giải quyết", "Deciding unit"),
    By.TIER: Text("Cấp", "Tier"),
    By.PROCEDURE: Text("Thủ tục", "Procedure"),
    By.FIELD: Text("Lĩnh vực", "Field"),
}


class CaseBy(StrEnum):
    """What figures of cases are put together by."""

    UNIT = "unit"  # the one that held it when it was due, or has answered it before
    TIER = "tier"
    MONTH = "month"  # of receipt

    @property
    def label(self) -> Text:
        """What people call it."""
        return _CASE_BY_LABELS[self]


_CASE_BY_LABELS = {
    CaseBy.UNIT: Text("Cơ quan xử lý", "Unit"),
    CaseBy.TIER: Text("Cấp", "Tier"),
    CaseBy.MONTH: Text("Tháng tiếp nhận", "Month of receipt"),
}


class Period(NamedTuple):
    """Days of the province, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Counts:
    """Service requests, counted; what each number is of stands in docs/figures.md."""

    due: int = 0
    apart: int = 0
    on_time: int = 0
    on_time_with_pauses: int = 0
    open_overdue: int = 0
    whole: int = 0
    filed: int = 0
    filed_online: int = 0
    not_accepted: int = 0
    not_taken_up: int = 0
    supplements: int = 0
    supplemented: int = 0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def on_time_percent(self) -> float | None:
        """Of what was due: decided by the first appointment."""
        return share(self.on_time, self.due)

    @property
    def on_time_with_pauses_percent(self) -> float | None:
        """The same by the date as pauses have moved it."""
        return share(self.on_time_with_pauses, self.due)

    @property
    def whole_percent(self) -> float | None:
        """Of what was due: every step was done on the system."""
        return share(self.whole, self.due)

    @property
    def filed_online_percent(self) -> float | None:
        """Of what was filed."""
        return share(self.filed_online, self.filed)

    @property
    def supplements_per_request(self) -> float | None:
        """Supplements asked for, per service request filed; two decimals."""
        return round(self.supplements / self.filed, 2) if self.filed else None


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Cases, counted; what each number is of stands in docs/figures.md. The parts from `on_time` on are all of them."""

    received: int = 0
    on_time: int = 0
    after_due: int = 0
    unanswered: int = 0
    not_due: int = 0
    diverted: int = 0
    withdrawn: int = 0
    reopened: int = 0
    reopenings: int = 0
    referrals: int = 0
    rated: int = 0
    stars: int = 0
    median_days: int | None = None

    @property
    def due(self) -> int:
        """What had to be answered by now, or has been."""
        return self.on_time + self.after_due + self.unanswered

    @property
    def on_time_percent(self) -> float | None:
        """Of what was due: an answer that stands was given by the first due date."""
        return share(self.on_time, self.due)

    @property
    def reopened_percent(self) -> float | None:
        """Of what was received."""
        return share(self.reopened, self.received)

    @property
    def stars_mean(self) -> float | None:
        """Stars per rating, two decimals."""
        return round(self.stars / self.rated, 2) if self.rated else None


def share(part: int, whole: int) -> float | None:
    """Per cent with one decimal, rounded down: 100 is said of all alone. None of nothing."""
    return (part * 1000 // whole) / 10 if whole else None


Counted = TypeVar("Counted", Counts, CaseCounts)


@dataclass(frozen=True, slots=True)
class Line(Generic[Counted]):
    """One group of what is counted. `code` names it among its kind; `tier` where the group lies in one."""

    code: str
    name: Text
    tier: Tier | None
    counts: Counted


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """One answer: all of it over what counts for units of the reader."""

    period: Period
    by: CaseBy
    as_of: datetime
    total: CaseCounts
    lines: tuple[Line[CaseCounts], ...]
    months: tuple[Line[CaseCounts], ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """The share of service requests to be done whole on the system by the units of a tier, from a day on."""

    tier: Tier
    valid_from: date
    percent: int
    legal_basis: Text


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure that is open, and whether it can be gone through on the system from end to end."""

    code: str
    name: Text
    tier: Tier
    online: bool  # toàn trình, as its catalogue says
    units: int  # that its steps go to, over all places
    staffed: int  # of them: somebody is a member today

    @property
    def end_to_end(self) -> bool:
        """Whether it is offered online in full and every unit it passes has somebody to act."""
        return self.online and 0 < self.units == self.staffed


@dataclass(frozen=True, slots=True)
class Figures:
    """One answer: the total is over what the reader may see; offers are of the whole province."""

    period: Period
    by: By
    as_of: datetime
    total: Counts
    tiers: Mapping[Tier, Counts]
    lines: tuple[Line[Counts], ...]
    goals: tuple[Goal, ...]
    offers: tuple[Offer, ...]

    @property
    def offered_percent(self) -> float | None:
        """Of the open procedures: offered from end to end."""
        return share(sum(offer.end_to_end for offer in self.offers), len(self.offers))
