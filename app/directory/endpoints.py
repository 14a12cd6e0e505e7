"""Everyone: the map, where a point is, and the units that receive reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.kit.clock import local_day
from app.kit.geo import Point
from app.web.cursors import make_cursor, read_cursor
from app.web.etags import bytes_or_304, content_tag
from app.web.fields import DayIn
from app.web.hot import HotRoute
from app.web.language import CurrentLang, language
from app.web.problems import problem_responses
from app.web.state import CurrentClock
from app.web.tenancy import CurrentTenant, host_tenant, tenant

from .deps import CurrentDirectory, directory
from .errors import (
    PointInNoArea,
    PointNotFinite,
    PointOutsideVietnam,
    PointSwapped,
    PointZero,
    UnknownArea,
    UnknownEdition,
    UnknownUnit,
)
from .schemas import AreaDetailOut, AreaOut, AreaPageOut, LocatedOut, UnitOut, UnitPageOut
from .snapshot import AreaMap
from .terms import Tier, UnitKind

hot_router = APIRouter(prefix="/api/v1", tags=["directory"], route_class=HotRoute)
router = APIRouter(prefix="/api/v1", tags=["directory"])

_MAX_AGE_S = 300
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You hold the present answer"}}
IfNoneMatch = Annotated[str | None, Header(description="ETag of the answer you hold")]
Limit = Annotated[int, Query(ge=1, le=500, description="Most items of a page")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before")]
Words = Annotated[
    str | None,
    Query(max_length=100, description="Words of the name; case and diacritics do not matter", examples=["cam thuong"]),
]
AreaCodePath = Annotated[str, Path(max_length=8, description="Code of an area", examples=["10507"])]
UnitCodeQuery = Annotated[str | None, Query(max_length=32, description="Code of the unit above", examples=["H23.21"])]


async def chosen_map(
    directory: CurrentDirectory,
    tenant: CurrentTenant,
    edition: Annotated[str | None, Query(max_length=16, description="Map edition", examples=["vn-63"])] = None,
    at: Annotated[DayIn | None, Query(description="Or the edition in force on this day")] = None,
) -> AreaMap:
    """The edition asked for, else the one the tenant works with. Raises: UnknownEdition."""
    if edition is not None:
        return directory.map(directory.edition_by_code(edition).id)
    if at is not None:
        return directory.map(directory.edition_on(at).id)
    return directory.map(directory.tenant(tenant).edition)


ChosenMap = Annotated[AreaMap, Depends(chosen_map)]


@router.get(
    "/areas", response_model=AreaPageOut, responses={**problem_responses(UnknownEdition, UnknownArea), **_UNCHANGED}
)
async def list_areas(
    own: ChosenMap,
    q: Words = None,
    tier: Tier | None = None,
    parent: Annotated[str | None, Query(max_length=8, description="Only areas directly below this one")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List areas of one edition of the map, by code."""
    query = {"list": "areas", "edition": own.edition.code, "q": q, "tier": tier, "parent": parent}
    after = str(read_cursor(query, cursor, str)[0]) if cursor else ""
    above = own.area(parent).code if parent else None
    found = own.search(q or "", tier=tier, parent=above, after=after)
    lines = (AreaOut.line(area, own.edition.code) for area in found)
    items, next_cursor = _page(lines, limit, query)
    return _answer(AreaPageOut(items=items, next_cursor=next_cursor), if_none_match)


class PlaceQuery(BaseModel):
    """A point, and the map it is looked for on."""

    lat: Annotated[float, Field(description="Vĩ độ. Latitude, degrees WGS 84", examples=[20.951])]
    lon: Annotated[float, Field(description="Kinh độ. Longitude, degrees WGS 84", examples=[106.318])]
    accuracy_m: Annotated[
        float | None, Field(ge=0, le=100_000, allow_inf_nan=False, description="Radius of uncertainty, metres")
    ] = None
    edition: Annotated[str | None, Field(max_length=16, description="Map edition", examples=["vn-63"])] = None


@hot_router.get(
    "/areas/locate",
    response_model=LocatedOut,
    responses=problem_responses(
        PointNotFinite, PointSwapped, PointZero, PointOutsideVietnam, PointInNoArea, UnknownEdition
    ),
)
async def locate(request: Request, asked: Annotated[PlaceQuery, Query()]) -> Response:
    """Tell where a point is: commune, district and province, how sure that is, and which neighbours may be meant.

    Without `edition` the map is that of the province the host names, else of the province that holds the point.
    """
    known, point, accuracy_m = await directory(request), Point(asked.lat, asked.lon), asked.accuracy_m
    if asked.edition is not None:
        found = known.locate(known.edition_by_code(asked.edition).id, point, accuracy_m)
    else:
        held = known.locate_tenant(point, accuracy_m) if await host_tenant(request) is None else None
        edition = known.tenant(await tenant(request)).edition
        found = held[1] if held is not None else known.locate(edition, point, accuracy_m)
    return Response(LocatedOut.of(known, found, language(request)).model_dump_json(), media_type="application/json")


@router.get(
    "/areas/{area_code}",
    response_model=AreaDetailOut,
    responses={**problem_responses(UnknownArea, UnknownEdition), **_UNCHANGED},
)
async def get_area(
    area_code: AreaCodePath, directory: CurrentDirectory, own: ChosenMap, if_none_match: IfNoneMatch = None
) -> Response:
    """Show one area: what it belongs to, where it is, what it was made from and what it became."""
    return _answer(AreaDetailOut.read(directory, own, own.area(area_code)), if_none_match)


@router.get("/units", response_model=UnitPageOut, responses={**problem_responses(UnknownUnit), **_UNCHANGED})
async def list_units(
    directory: CurrentDirectory,
    tenant: CurrentTenant,
    clock: CurrentClock,
    lang: CurrentLang,
    tier: Tier | None = None,
    kind: UnitKind | None = None,
    parent: UnitCodeQuery = None,
    q: Words = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List the units that receive reports, by code."""
    query = {"list": "units", "tenant": tenant, "tier": tier, "kind": kind, "parent": parent, "q": q}
    after = str(read_cursor(query, cursor, str)[0]) if cursor else ""
    today = local_day(clock.now(), directory.tenant(tenant).time_zone)
    found = directory.search_units(tenant, q or "", tier=tier, kind=kind, parent=parent, after=after, on=today)
    lines = (UnitOut.read(directory, unit, lang) for unit in found)
    items, next_cursor = _page(lines, limit, query)
    return _answer(UnitPageOut(items=items, next_cursor=next_cursor), if_none_match)


def _page(lines: Iterator[Any], limit: int, query: Mapping[str, object]) -> tuple[list[Any], str | None]:
    """The first `limit` lines, and the cursor after the last of them when there are more."""
    found = list(islice(lines, limit + 1))
    return found[:limit], make_cursor(query, [found[limit - 1].code]) if len(found) > limit else None


def _answer(body: BaseModel, if_none_match: str | None) -> Response:
    content = body.model_dump_json().encode()
    answer = bytes_or_304(content, content_tag(content), if_none_match, max_age_s=_MAX_AGE_S)
    answer.headers["Vary"] = "Accept-Language"
    return answer
