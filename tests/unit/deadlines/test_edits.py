"""What may be published as a calendar's edit or a target, and where a mistake is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.deadlines.domain import check_edit, check_target
from app.deadlines.errors import InvalidEdit
from app.deadlines.models import CalendarEditRow, edit_values
from app.deadlines.terms import (
    TENANT_CALENDAR,
    CalendarCode,
    CalendarEdit,
    DayKind,
    EditKind,
    Hours,
    Period,
    SpecialDay,
    Target,
    TargetKind,
    TimeUnit,
    Week,
)
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text

TODAY, FIRST, LAST = date(2026, 11, 20), date(2021, 1, 1), date(2028, 12, 31)
NAME = Text("Tên", "Name")
TENANT = TenantId(1)
DAY: Hours = (Period(450, 690), Period(810, 1050))
WEEK: Week = (DAY,) * 5 + ((), ())
A_WEEK = CalendarEdit(TENANT, TENANT_CALENDAR, 0, EditKind.WEEK, TODAY, None, NAME, WEEK)


def a_day(day: date, kind: DayKind, hours: Hours | None = None) -> CalendarEdit:
    special = SpecialDay(day, kind, NAME, None, hours)
    return CalendarEdit(TENANT, TENANT_CALENDAR, 0, EditKind.DAY, day, day, NAME, special=special)


def pointers(edit: CalendarEdit) -> list[object]:
    with pytest.raises(InvalidEdit) as refused:
        check_edit(edit, today=TODAY, first=FIRST, last=LAST)
    errors = refused.value.extensions["errors"]
    assert isinstance(errors, list)
    return [error["pointer"] for error in errors]


@pytest.mark.parametrize(
    "edit",
    [
        A_WEEK,
        replace(A_WEEK, code=CalendarCode("power"), units=frozenset({UnitId(UUID(int=1))})),
        replace(A_WEEK, week=((Period(0, 1440),),) * 7),
        a_day(date(2026, 10, 21), DayKind.CLOSURE),  # thirty days ago: a storm is written down when it is over
        a_day(date(2026, 11, 28), DayKind.OPENING, DAY[:1]),
    ],
)
def test_what_is_whole_may_be_published(edit: CalendarEdit) -> None:
    check_edit(edit, today=TODAY, first=FIRST, last=LAST)


@pytest.mark.parametrize(
    ("edit", "places"),
    [
        (replace(A_WEEK, valid_from=date(2026, 11, 19)), ["/valid_from"]),
        (replace(A_WEEK, valid_to=date(2026, 11, 19)), ["/valid_to"]),
        (replace(A_WEEK, week=((),) * 7), ["/week"]),
        (replace(A_WEEK, units=frozenset({UnitId(UUID(int=1))})), ["/units"]),
        (replace(A_WEEK, week=((Period(690, 450),), *WEEK[1:])), ["/week/0"]),
        (replace(A_WEEK, week=(*WEEK[:2], (Period(450, 700), Period(690, 1050)), *WEEK[3:])), ["/week/2"]),
        (replace(A_WEEK, week=((Period(450, 450),), *WEEK[1:])), ["/week/0"]),
        (a_day(date(2026, 10, 20), DayKind.CLOSURE), ["/day"]),
        (a_day(date(2029, 1, 1), DayKind.CLOSURE), ["/day"]),
        (a_day(date(2026, 11, 30), DayKind.CLOSURE, DAY), ["/hours"]),
        (a_day(date(2026, 11, 30), DayKind.OPENING, (Period(690, 450),)), ["/hours"]),
    ],
)
def test_each_mistake_has_its_place(edit: CalendarEdit, places: list[str]) -> None:
    assert pointers(edit) == places


def test_a_target_is_checked_too() -> None:
    basis = Text("Quyết định", "Decision")
    target = Target(TENANT, "urban", 0, TargetKind.RESOLUTION, 3, TimeUnit.WORKING_DAY, basis, "nguồn", TODAY)
    check_target(target, today=TODAY, categories={"roads"})
    wrong = replace(
        target, categories=("roads", "moon"), valid_from=date(2026, 11, 1), valid_to=date(2026, 10, 1), extend_to=2
    )
    with pytest.raises(InvalidEdit) as refused:
        check_target(wrong, today=TODAY, categories={"roads"})
    errors = refused.value.extensions["errors"]
    assert isinstance(errors, list)
    assert [error["pointer"] for error in errors] == ["/categories/1", "/valid_from", "/valid_to", "/extend_to"]


@pytest.mark.parametrize(
    "edit",
    [
        replace(A_WEEK, units=frozenset({UnitId(UUID(int=1))}), legal_basis="Quyết định 1"),
        a_day(date(2026, 11, 28), DayKind.OPENING, DAY),
        a_day(date(2026, 11, 28), DayKind.ORDINARY),
    ],
)
def test_an_edit_is_read_as_it_was_written(edit: CalendarEdit) -> None:
    assert CalendarEditRow(**edit_values(edit)).read() == edit
