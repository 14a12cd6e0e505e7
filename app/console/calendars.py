"""A year of a working calendar as plain values for a template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from app.deadlines import service as deadlines_service
from app.deadlines.domain import DayInForce
from app.deadlines.policies import may_publish_edit
from app.deadlines.terms import CalendarEdit
from app.directory.snapshot import Unit
from app.kit.clock import local_day

from .deps import Desk

_MOST_EDITS = 50


def unit_asked(desk: Desk, code: str | None) -> Unit | None:
    """The unit of that code, the officer's own when none is named, None for the province's own calendar (`default`).

    Raises: UnknownUnit.
    """
    directory = desk.books.directory
    if code == "default":
        return None
    if code:
        return directory.unit_by_code(desk.tenant.id, code[:40])
    own = sorted(desk.actor.units())
    return directory.unit(desk.tenant.id, own[0]) if own else None


def year_of(desk: Desk, unit: Unit | None, asked: str) -> dict[str, Any]:
    """The months of the year asked for, this one when it is none the calendar knows. Raises: CalendarExhausted."""
    today = local_day(desk.now, desk.tenant.time_zone)
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 and asked > "1900" else today.year
    shown = deadlines_service.calendar_in_force(
        desk.books.calendars,
        desk.tenant.id,
        unit_id=unit.id if unit else None,
        area=unit.area_code if unit else None,
        since=date(year, 1, 1),
        until=date(year, 12, 31),
        now=desk.now,
    )
    months = [list(days) for _, days in groupby(shown.days, key=lambda one: one.day.month)]
    return {
        "year": year,
        "today": today,
        "unit": unit,
        "weeks": shown.weeks,
        "calendar": shown.calendar,
        "months": [(days[0].day, _rows(days), sum(bool(one.hours) for one in days)) for days in months],
        "special": [one for one in shown.days if one.kind is not None],
        "years": range(shown.calendar.first.year, shown.calendar.last.year + 1),
    }


def edits(desk: Desk) -> Sequence[CalendarEdit]:
    """What was published, newest first, for whoever may publish; nothing for others."""
    history = desk.books.calendars.histories.get(desk.tenant.id)
    if history is None or not may_publish_edit(desk.actor):
        return ()
    return sorted(history.edits, key=lambda one: (one.created_at is not None, one.created_at), reverse=True)[
        :_MOST_EDITS
    ]


def _rows(days: Sequence[DayInForce]) -> list[list[DayInForce | None]]:
    """The days of a month as rows from Monday to Sunday; None outside it."""
    cells: list[DayInForce | None] = [None] * days[0].day.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]
