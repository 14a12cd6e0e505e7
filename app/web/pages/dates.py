"""Instants and days as people read them, in their own time zone."""

from __future__ import annotations

from datetime import date, datetime

from app.kit.clock import zone
from app.kit.text import Lang

_DAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local_moment(at: datetime | str, zone_name: str) -> datetime:
    """`at`, an instant or its RFC 3339 text, in the zone."""
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    return instant.astimezone(zone(zone_name))


def plain_date(day: date, lang: Lang) -> str:
    """`20/11/2026` or `20 Nov 2026`."""
    return f"{day:%d/%m/%Y}" if lang is Lang.VI else f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def named_day(day: date, lang: Lang) -> str:
    """`thứ Sáu, 20/11/2026` or `Fri, 20 Nov 2026`."""
    names = _DAYS_VI if lang is Lang.VI else _DAYS_EN
    return f"{names[day.weekday()]}, {plain_date(day, lang)}"


def named_moment(at: datetime, lang: Lang) -> str:
    """`10:05 ngày 20/11/2026` or `20 Nov 2026, 10:05`; `at` is in the reader's zone."""
    return f"{at:%H:%M} ngày {plain_date(at, lang)}" if lang is Lang.VI else f"{plain_date(at, lang)}, {at:%H:%M}"


def named_end(at: datetime, lang: Lang) -> str:
    """A due date: by which minute, or the end of which day when it lasts as long as the day."""
    if (at.hour, at.minute) != (23, 59):
        return named_moment(at, lang)
    return f"hết ngày {plain_date(at, lang)}" if lang is Lang.VI else f"the end of {plain_date(at, lang)}"
