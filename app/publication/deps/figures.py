"""Public figures: what they may be narrowed to."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field
from starlette.requests import HTTPConnection

from app.directory.deps import directory
from app.directory.snapshot import root_of
from app.kit.clock import local_day
from app.kit.ids import UnitId
from app.publication.domain.counting import months_between
from app.publication.domain.months import months_until
from app.publication.errors import MonthsOutOfOrder
from app.publication.terms import MOST_ASKED_MONTHS, MOST_MONTHS, FiguresAsked
from app.web.state import clock
from app.web.tenancy import tenant

from .lists import PartQuery, area_column
from .maps import categories_of

_MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class FiguresQuery(PartQuery):
    """What the public figures may be narrowed to."""

    unit: Annotated[
        str | None,
        Field(max_length=100, description="Unit code: what its portal shows, units below it too", examples=["H23.21"]),
    ] = None
    since: Annotated[
        str | None,
        Field(pattern=_MONTH, description="Opened in that month (of the province's calendar) or after it"),
    ] = None
    until: Annotated[
        str | None,
        Field(
            pattern=_MONTH,
            description=f"Opened in that month or before it; without `since`, in the {MOST_MONTHS} months that it ends",
        ),
    ] = None


async def figures_asked(connection: HTTPConnection, query: FiguresQuery) -> FiguresAsked:
    """The question, checked. Raises: UnknownArea, AreaOutsideTenant, UnknownCategory, UnknownUnit, MonthsOutOfOrder."""
    of, known = await tenant(connection), await directory(connection)
    unit = known.unit_by_code(of, query.unit) if query.unit else root_of(known.units(of))
    assert unit is not None
    today = local_day((await clock(connection)).now(), known.tenant(of).time_zone)
    return FiguresAsked(
        of,
        UnitId(unit.id),
        area_column(known.chain_in(of, query.area).area.tier, query.area) if query.area else None,
        await categories_of(connection, of, query.category),
        _months(query, today),
        dated=bool(query.since or query.until),
    )


def _months(query: FiguresQuery, today: date) -> list[int]:
    """The months asked for, ascending, else the newest. Raises: MonthsOutOfOrder."""
    last = date.fromisoformat(f"{query.until}-01") if query.until else today
    if query.since is None:
        return months_until(last, MOST_MONTHS)
    months = months_between(date.fromisoformat(f"{query.since}-01"), last)
    if not 1 <= len(months) <= MOST_ASKED_MONTHS:
        raise MonthsOutOfOrder
    return months
