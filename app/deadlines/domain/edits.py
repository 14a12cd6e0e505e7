"""Whether a calendar's edit or a target may be published. Pure: each mistake with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Final

from app.deadlines.errors import InvalidEdit
from app.deadlines.terms import TENANT_CALENDAR, CalendarEdit, Hours, SpecialDay, Target, TargetKind
from app.kit.text import Text

from .occasions import Measure, OccasionRule, Reaction

MOST_DAYS_BACK: Final = 30
MOST_DAYS_OF_A_RULE: Final = 60
_HOURS: Final = Text(
    "Giờ mở cửa cần tăng dần, không chồng nhau, giờ đóng sau giờ mở.", "Opening hours must ascend and not overlap."
)
_NO_WORK: Final = Text("Tuần cần có ít nhất một ngày làm việc.", "A week needs at least one working day.")
_OWN_UNITS: Final = Text(
    "Lịch của tỉnh dùng cho mọi đơn vị không có lịch riêng; hãy để trống.",
    "The tenant's calendar is that of every unit without one of its own; leave this empty.",
)
_PAST: Final = Text("Chỉ có hiệu lực từ hôm nay trở đi.", "In force from today on at the earliest.")
_LONG_PAST: Final = Text(
    "Chỉ sửa được ngày trong 30 ngày gần đây hoặc sau này.", "Only days of the last 30 or to come can be edited."
)
_BEYOND: Final = Text("Ngày nằm ngoài lịch đã nạp.", "The day lies outside the calendar.")
_BEFORE: Final = Text("Ngày kết thúc ở trước ngày bắt đầu.", "The last day is before the first.")
_RESTS: Final = Text("Ngày nghỉ thì không có giờ mở cửa.", "A day of rest has no opening hours.")
_NO_CATEGORY: Final = Text("Không có lĩnh vực “{code}”.", "There is no category “{code}”.")
_NO_CLOCK: Final = Text(
    "Chỉ thời hạn trả lời kết quả áp dụng được cho vụ việc đang xử lý.",
    "Only the time of the answer can be given to running cases.",
)
_BREACH: Final = Text(
    "Quá hạn là hết thời hạn trả lời: `clock` là `resolution`, `measure` là `after`, `amount` là 0.",
    "A breach is the end of the time for the answer: `clock` resolution, `measure` after, `amount` 0.",
)
_SHARE: Final = Text("Tỷ lệ từ 1 đến 99 phần trăm.", "A share is 1 to 99 per cent.")
_DAYS: Final = Text("Từ {least} đến 60 ngày làm việc.", "{least} to 60 working days.")
_EXTENSION: Final = Text("Không được ngắn hơn thời hạn.", "Must not be shorter than the time itself.")


def check_edit(edit: CalendarEdit, *, today: date, first: date, last: date) -> None:
    """Nothing when the edit could be published today on a calendar from `first` to `last`. Raises: InvalidEdit."""
    wrong = _wrong_week(edit, today) if edit.special is None else _wrong_day(edit.special, today, first, last)
    found: list[dict[str, object]] = [{"pointer": pointer, "detail": detail} for pointer, detail in wrong]
    if found:
        raise InvalidEdit(found)


def _wrong_day(special: SpecialDay, today: date, first: date, last: date) -> Iterator[tuple[str, Text]]:
    if special.day < today - timedelta(days=MOST_DAYS_BACK):
        yield "/day", _LONG_PAST
    if not first <= special.day <= last:
        yield "/day", _BEYOND
    if special.hours is not None and not special.kind.works:
        yield "/hours", _RESTS
    if special.hours is not None and not _ascending(special.hours):
        yield "/hours", _HOURS


def _wrong_week(edit: CalendarEdit, today: date) -> Iterator[tuple[str, Text]]:
    if edit.valid_from < today:
        yield "/valid_from", _PAST
    if edit.valid_to is not None and edit.valid_to < edit.valid_from:
        yield "/valid_to", _BEFORE
    if edit.code == TENANT_CALENDAR and edit.units:
        yield "/units", _OWN_UNITS
    if not any(edit.week):
        yield "/week", _NO_WORK
    for weekday, hours in enumerate(edit.week):
        if not _ascending(hours):
            yield f"/week/{weekday}", _HOURS


def _ascending(hours: Hours) -> bool:
    """Whether each period ends after it begins and begins no earlier than the one before it ends."""
    marks = [minutes for period in hours for minutes in period]
    within = all(period.opens < period.closes <= 1440 for period in hours)
    return within and marks == sorted(marks)


def check_target(target: Target, *, today: date, categories: Collection[str], for_running: bool = False) -> None:
    """Nothing when the target could be published today in a tenant with these categories. Raises: InvalidEdit.

    `for_running`: it is for running cases too.
    """
    found: list[dict[str, object]] = [
        {"pointer": f"/categories/{place}", "detail": _NO_CATEGORY.fill(code=code)}
        for place, code in enumerate(target.categories)
        if code not in categories
    ]
    if target.valid_from < today:
        found.append({"pointer": "/valid_from", "detail": _PAST})
    if target.valid_to is not None and target.valid_to < target.valid_from:
        found.append({"pointer": "/valid_to", "detail": _BEFORE})
    if for_running and target.kind is not TargetKind.RESOLUTION:
        found.append({"pointer": "/apply_to_running", "detail": _NO_CLOCK})
    if target.extend_to is not None and target.extend_to < target.amount:
        found.append({"pointer": "/extend_to", "detail": _EXTENSION})
    if found:
        raise InvalidEdit(found)


def check_rule(rule: OccasionRule, *, today: date) -> None:
    """Nothing when the rule of an occasion could be published today. Raises: InvalidEdit."""
    found: list[dict[str, object]] = []
    if rule.measure is Measure.SHARE:
        if not 1 <= rule.amount <= 99:
            found.append({"pointer": "/amount", "detail": _SHARE})
    else:
        least = 1 if rule.measure is Measure.BEFORE else 0
        if not least <= rule.amount <= MOST_DAYS_OF_A_RULE:
            found.append({"pointer": "/amount", "detail": _DAYS.fill(least=str(least))})
    at_the_end = (rule.clock, rule.measure, rule.amount) == (TargetKind.RESOLUTION, Measure.AFTER, 0)
    if rule.reaction is Reaction.BREACH and not at_the_end:
        found.append({"pointer": "/reaction", "detail": _BREACH})
    if rule.valid_from < today:
        found.append({"pointer": "/valid_from", "detail": _PAST})
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        found.append({"pointer": "/valid_to", "detail": _BEFORE})
    if found:
        raise InvalidEdit(found)
