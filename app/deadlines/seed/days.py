"""Loads public holidays and exchanged days into `calendar_days`: the `holidays` package corrected by data/days.toml.

The package is asked only here. What is in force is what the table says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata, resources
from typing import Any

import holidays
from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert

from app.db.work import Work
from app.deadlines.models import CalendarDay
from app.deadlines.terms import DayKind, SpecialDay
from app.kit.ids import TenantId
from app.kit.text import Text

_HOLIDAY_BASIS = "Bộ luật Lao động 2019, điều 112"
_COMPENSATORY_BASIS = "Bộ luật Lao động 2019, điều 111 khoản 3"


@dataclass(frozen=True, slots=True)
class PackagedDay:
    """A special day with where it was read."""

    special: SpecialDay
    source: str


def packaged_days(first_year: int, last_year: int) -> list[PackagedDay]:
    """Every special day of those years, in order, one per day; corrections win over the `holidays` package."""
    corrections = tomllib.loads(resources.files("app.deadlines").joinpath("data/days.toml").read_text("utf-8"))
    bases = {date.fromisoformat(day): basis for day, basis in corrections["legal_basis"].items()}
    found = {day.special.day: day for day in _from_library(first_year, last_year, bases)}
    found.update({day.special.day: day for day in _from_corrections(corrections["days"])})
    return [found[day] for day in sorted(found) if first_year <= day.year <= last_year]


def _from_library(first_year: int, last_year: int, bases: dict[date, str]) -> Iterator[PackagedDay]:
    source = f"python-holidays {metadata.version('holidays')}"
    years = range(first_year, last_year + 1)
    vietnamese = holidays.country_holidays("VN", years=years, language="vi")
    english = holidays.country_holidays("VN", years=years, language="en_US")
    for day, name in vietnamese.items():
        kind = _kind(name)
        # The package writes the exchanged day in American order, which a reader here would take for another day.
        name_en = "Day off (in exchange for a Saturday)" if kind is DayKind.SWAPPED_OFF else english[day]
        yield PackagedDay(SpecialDay(day, kind, Text(name, name_en), bases.get(day) or _basis(kind)), source)
    for day in vietnamese.weekend_workdays:
        name_of_day = Text("Làm bù", "Working Saturday (in exchange for a day off)")
        yield PackagedDay(SpecialDay(day, DayKind.SWAPPED_WORKDAY, name_of_day, bases.get(day)), source)


def _from_corrections(days: list[dict[str, Any]]) -> Iterator[PackagedDay]:
    for row in days:
        name = Text(row["name_vi"], row["name_en"])
        special = SpecialDay(row["day"], DayKind(row["kind"]), name, row["legal_basis"])
        yield PackagedDay(special, row["legal_basis"])


def _kind(name: str) -> DayKind:
    """What the package's Vietnamese name says about the day: its only mark of compensation and exchange."""
    if "(nghỉ bù" in name:
        return DayKind.COMPENSATORY
    return DayKind.SWAPPED_OFF if name.startswith("Ngày nghỉ (thay cho") else DayKind.HOLIDAY


def _basis(kind: DayKind) -> str | None:
    match kind:
        case DayKind.HOLIDAY:
            return _HOLIDAY_BASIS
        case DayKind.COMPENSATORY:
            return _COMPENSATORY_BASIS
        case _:
            return None


def day_rows(first_year: int, last_year: int) -> list[dict[str, object]]:
    """The packaged days of those years as columns of `calendar_days`, but for the tenant."""
    return [
        {
            "day": day.special.day,
            "kind": day.special.kind.value,
            "name_vi": day.special.name.vi,
            "name_en": day.special.name.en,
            "source": day.source,
            "legal_basis": day.special.legal_basis,
        }
        for day in packaged_days(first_year, last_year)
    ]


async def replace_days(work: Work, tenant_id: TenantId, rows: Sequence[Mapping[str, object]]) -> int:
    """Number of days added, changed or removed so that the unedited days of the tenant are exactly `rows`."""
    gone = await work.session.scalars(
        delete(CalendarDay)
        .where(
            CalendarDay.tenant_id == tenant_id,
            CalendarDay.edited.is_(False),
            CalendarDay.day.not_in([row["day"] for row in rows]),
        )
        .returning(CalendarDay.day)
    )
    statement = insert(CalendarDay).values([{"tenant_id": tenant_id, **row} for row in rows])
    columns = [name for name in rows[0] if name != "day"]
    changed = await work.session.scalars(
        statement.on_conflict_do_update(
            index_elements=[CalendarDay.tenant_id, CalendarDay.day],
            set_={name: statement.excluded[name] for name in columns},
            where=CalendarDay.edited.is_(False)
            & or_(*(CalendarDay.__table__.c[name].is_distinct_from(statement.excluded[name]) for name in columns)),
        ).returning(CalendarDay.day)
    )
    return len(gone.all()) + len(changed.all())
