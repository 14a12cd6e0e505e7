"""Vocabulary of deadlines: kinds of days, targets, deadlines, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, NewType, TypeAlias
from uuid import UUID

from app.catalogue.terms import Priority
from app.directory.terms import Tier
from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.text import Text

CalendarCode = NewType("CalendarCode", str)
TENANT_CALENDAR: Final = CalendarCode("default")
"""Code of the calendar by which every unit works that has none of its own."""


class Period(NamedTuple):
    """Opening hours without a break, in minutes since local midnight: `opens` included, `closes` not; 0 to 1440."""

    opens: int
    closes: int


Hours: TypeAlias = tuple[Period, ...]
"""The periods of one day, ascending and apart; none: closed."""
Week: TypeAlias = tuple[Hours, ...]
"""Seven days, Monday first."""


class DayKind(StrEnum):
    """Why a day is not what its place in the week says."""

    HOLIDAY = "holiday"  # a public holiday, also when it falls on a weekend
    COMPENSATORY = "compensatory"  # the working day given free because the holiday fell on a day of rest
    SWAPPED_OFF = "swapped_off"  # a working day taken free in exchange for a Saturday
    SWAPPED_WORKDAY = "swapped_workday"  # the Saturday worked in that exchange
    CLOSURE = "closure"  # a day the tenant itself closes, for a storm or a local occasion
    OPENING = "opening"  # a day worked against the week, or with other hours than the week says: a half-day
    ORDINARY = "ordinary"  # an administrator takes back what was special about the day: the week decides again

    @property
    def works(self) -> bool:
        """Whether offices are open on such a day."""
        return self in {DayKind.SWAPPED_WORKDAY, DayKind.OPENING}

    @property
    def leaves_to_the_week(self) -> bool:
        """Whether the day is nothing special any more."""
        return self is DayKind.ORDINARY


# What the packaged days may be; the others only an administrator says, in an edit.
PACKAGED_KINDS = (
    DayKind.HOLIDAY,
    DayKind.COMPENSATORY,
    DayKind.SWAPPED_OFF,
    DayKind.SWAPPED_WORKDAY,
    DayKind.CLOSURE,
)


class Verdict(StrEnum):
    """What a day between receipt and due date adds to the count."""

    COUNTED = "counted"
    SKIPPED = "skipped"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is off or worked against the rule of the week, with its name and, where known, its legal basis.

    `hours` are those of a day that is worked; without them it has those of the last working day of the week before it.
    """

    day: date
    kind: DayKind
    name: Text
    legal_basis: str | None = None
    hours: Hours | None = None


class EditArea(NamedTuple):
    """An area an edit is limited to, with the codes of all that lay within it when the edit was published."""

    code: str
    name: Text  # as it stands in the middle of a sentence
    within: frozenset[str]


class EditKind(StrEnum):
    """What an edit of a calendar says."""

    WEEK = "week"  # the opening hours of the week, from a day on
    DAY = "day"  # one day against the week


@dataclass(frozen=True, slots=True)
class CalendarEdit:
    """One step in the history of a calendar; its `version` counts them. Never changed, only followed by others.

    A week is in force from `valid_from` to `valid_to` (None: until a later one begins); `units` are those that work by
    it, empty for the tenant's own calendar, by which all others do. A day has `special`, and `areas` when it is for
    those alone whose seat lies in one of them.
    """

    tenant_id: TenantId
    code: CalendarCode
    version: int
    kind: EditKind
    valid_from: date
    valid_to: date | None
    name: Text
    week: Week = ()
    units: frozenset[UnitId] = frozenset()
    special: SpecialDay | None = None
    legal_basis: str | None = None
    note: str = ""
    created_at: datetime | None = None
    areas: tuple[EditArea, ...] = ()

    def place_of(self, area: str | None) -> EditArea | None:
        """Which of its areas holds `area`; None when none does."""
        return next((place for place in self.areas if area in place.within), None)


@dataclass(frozen=True, slots=True)
class Recount:
    """How far the running clocks have followed an edit of a calendar, or a target; it goes on `after` that case.

    They are walked twice: `closing` is the second walk, for what was written behind the first one in its time.
    """

    code: str
    version: int
    after: tuple[datetime, UUID] | None
    looked: int
    moved: int
    closing: bool
    done_at: datetime | None


class TargetKind(StrEnum):
    """What is to have happened when the time is over."""

    FIRST_RESPONSE = "first_response"
    ACCEPTANCE = "acceptance"
    RESOLUTION = "resolution"
    REPORTER_ANSWER = "reporter_answer"
    APPROVAL = "approval"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _TARGET_LABELS[self]


_TARGET_LABELS = {
    TargetKind.FIRST_RESPONSE: Text("Phản hồi đầu tiên", "First response"),
    TargetKind.ACCEPTANCE: Text("Đơn vị nhận xử lý", "Taken up by the unit"),
    TargetKind.RESOLUTION: Text("Trả lời kết quả", "Answer"),
    TargetKind.REPORTER_ANSWER: Text("Người gửi bổ sung", "Reply of the sender"),
    TargetKind.APPROVAL: Text("Duyệt câu trả lời", "Approval of the answer"),
}


class TimeUnit(StrEnum):
    """In what a target is counted."""

    WORKING_DAY = "working_day"  # due at the end of the day; the day of receipt is not counted
    WORKING_HOUR = "working_hour"  # due when so many hours of opening time have passed

    @property
    def label(self) -> Text:
        """What people call it."""
        return _UNIT_LABELS[self]

    def counted(self, amount: int) -> Text:
        """So many of it: 1 working day, 2 working days."""
        label = self.label
        return Text(f"{amount} {label.vi}", f"{amount} {label.en.removesuffix('s') if amount == 1 else label.en}")


_UNIT_LABELS = {
    TimeUnit.WORKING_DAY: Text("ngày làm việc", "working days"),
    TimeUnit.WORKING_HOUR: Text("giờ làm việc", "working hours"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Promised working time, of one version. What is not named (categories, tier, priority) is anything.

    `categories` mean all below them too. `extend_to` is the most the whole time may grow to by extensions, in `unit`;
    None sets no limit. In force from `valid_from` to `valid_to`, both included, unless a later version of its code is.
    """

    tenant_id: TenantId
    code: str
    version: int
    kind: TargetKind
    amount: int
    unit: TimeUnit
    legal_basis: Text
    source: str
    valid_from: date
    valid_to: date | None = None
    categories: tuple[str, ...] = ()
    tier: Tier | None = None
    priority: Priority | None = None
    extend_to: int | None = None
    note: str = ""
    created_at: datetime | None = None

    @property
    def name(self) -> str:
        """Code and version: what a clock remembers of it."""
        return f"{self.code}@{self.version}"


class PauseCause(StrEnum):
    """Why a clock stands still."""

    REPORTER = "reporter"
    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    FORCE_MAJEURE = "force_majeure"
    STOPPED = "stopped"  # of a service request: nobody works on it until it goes on

    @property
    def label(self) -> Text:
        """What people call it."""
        return _CAUSE_LABELS[self]


_CAUSE_LABELS = {
    PauseCause.REPORTER: Text("Chờ người gửi trả lời", "Waiting for the sender's reply"),
    PauseCause.SUPPLEMENT: Text("Chờ bổ sung hồ sơ", "Waiting for documents"),
    PauseCause.PAYMENT: Text("Chờ nộp phí, lệ phí", "Waiting for payment"),
    PauseCause.FORCE_MAJEURE: Text("Bất khả kháng", "Force majeure"),
    PauseCause.STOPPED: Text("Dừng xử lý", "Stopped"),
}


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that does not count: from `since` until `until`, which is None while it lasts.

    `answered`: of a wait for the reporter, whether it ended with a reply.
    """

    since: datetime
    cause: PauseCause
    until: datetime | None = None
    answered: bool = True


class Span(NamedTuple):
    """Time from `since` to `until`, which is None while it lasts."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, given `at` by somebody for a reason: `added` working days, or working seconds of a clock in hours."""

    at: datetime
    added: int
    reason: str
    by: StaffId | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A target running: everything its due date follows from, but for the calendar itself.

    `calendar_version` is that of the calendar when the due date was last counted, `tenant_version` that of the tenant's
    own under it, `target` the target's code and version (None: the category's own time). Pauses ascend and do not
    overlap; only the last may still last. `area` is the seat of the unit that had to answer when it started: where it
    is closed for a storm, the day does not count. `approval` is the time the last draft waited for a second person.
    """

    amount: int
    unit: TimeUnit
    started_at: datetime
    calendar: CalendarCode = TENANT_CALENDAR
    calendar_version: int = 0
    tenant_version: int = 0
    target: str | None = None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    area: str | None = None
    approval: Span | None = None

    @property
    def paused(self) -> Pause | None:
        """The pause that lasts, None while the clock runs."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None


class Timing(NamedTuple):
    """A clock with the due date it leads to."""

    clock: Clock
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of an explanation."""

    day: date
    verdict: Verdict
    reason: Text
    minutes: int | None = None  # counted on that day, of a clock in working hours
    legal_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an answer is due; `original_due_at` is kept for ever, whatever `due_at` becomes. Instants are UTC."""

    due_at: datetime
    original_due_at: datetime
    working_days: int
    legal_basis: Text
    clock: Clock


@dataclass(frozen=True, slots=True)
class Milestone:
    """Another target of the same case: due at `due_at`, met at `met_at` (None: not yet). `clock` is its own."""

    target: Target
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    clock: Clock

    def missed(self, now: datetime) -> bool:
        """Whether it was met after its time, or is not met and its time is over."""
        return self.due_at < (self.met_at or now)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every day from receipt to due date, in order; `counted` of them count."""

    zone_name: str
    received_on: date
    due_on: date
    counted: int
    rule: Text
    basis: Text
    days: tuple[DayCount, ...]

    @property
    def marks(self) -> list[tuple[date, bool, Text]]:
        """Each day, whether it counts, and why: as a calendar of weeks shows them."""
        return [(day.day, day.verdict is Verdict.COUNTED, day.reason) for day in self.days]

    @property
    def stood(self) -> set[date]:
        """Days on which the clock stood."""
        return {day.day for day in self.days if day.verdict is Verdict.PAUSED}

    def left(self, today: date) -> int:
        """How many days are still to be counted, `today` among them unless it is the day of receipt; 0 when overdue."""
        return sum(counts and day >= today for day, counts, _ in self.marks)
