"""Months of a province's calendar, as periods that cases are counted by: 202611."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_YEAR = 100


def bounds_of(month: int) -> Iterable[date]:
    """The first day of the month, and of the one after it."""
    year, number = divmod(month, _YEAR)
    first = date(year, number, 1)
    return first, (first + timedelta(days=31)).replace(day=1)


def midnight(day: date, zone: str) -> datetime:
    """When the day begins where the province is, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def months_until(day: date, number: int) -> list[int]:
    """So many months, ascending; the last one is that of the day."""
    last = day.year * 12 + day.month - 1
    return [at // 12 * _YEAR + at % 12 + 1 for at in range(last - number + 1, last + 1)]
