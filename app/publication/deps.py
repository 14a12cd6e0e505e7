"""What endpoints about public cases ask FastAPI for: filters, checked, and the process's live feeds."""

from __future__ import annotations

import binascii
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, cast
from uuid import UUID
from zlib import crc32

from fastapi import Depends, Header
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from app.cases.deps import books
from app.cases.terms import Books, CaseState
from app.catalogue.deps import catalogue
from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.directory.deps import directory
from app.directory.snapshot import refuse_unusable
from app.directory.terms import Tier
from app.identity.deps import current_actor, signed_in_or_none
from app.identity.terms import Actor
from app.kit.clock import EPOCH, local_day, microseconds
from app.kit.geo import Box, Point
from app.kit.ids import TenantId
from app.kit.text import Lang, folded_words
from app.media.deps import store
from app.reports.errors import PlaceNeeded
from app.web.cursors import UnreadableCursor, make_cursor, read_cursor
from app.web.fields import InstantIn
from app.web.language import language
from app.web.state import clock, database
from app.web.tenancy import tenant

from .errors import NothingToSearch, UnreadableBox, UnreadableLastEventId
from .service import CommonTerms, LiveFeeds, Stores
from .store import PhotoStore
from .terms import RESOLUTIONS, DensityAsked, Filters, Page

_COLUMNS = {Tier.PROVINCE: "area_province", Tier.DISTRICT: "area_district", Tier.COMMUNE: "area_commune"}
_LATEST_US = 253_402_300_799_999_999  # the end of year 9999
_MOST_DIGITS = 18  # of a position; PostgreSQL's bigint has 19


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose cases, the filters, and the query they were read from, to which cursors are bound."""

    tenant: TenantId
    filters: Filters
    query: dict[str, object]


class CasesQuery(BaseModel):
    """What a list of public cases may be asked for."""

    area: Annotated[
        str | None, Field(max_length=8, description="Area code; with everything below it", examples=["288"])
    ] = None
    category: Annotated[str | None, Field(max_length=100, description="Category or group code", examples=["roads"])] = (
        None
    )
    state: Annotated[list[CaseState] | None, Field(max_length=7, description="One state or several")] = None
    bbox: Annotated[
        str | None,
        Field(max_length=100, description="west,south,east,north in degrees", examples=["106.28,20.90,106.36,20.97"]),
    ] = None
    updated_since: Annotated[
        InstantIn | None,
        Field(description="Only what changed since; the order is then oldest change first, so that none is missed"),
    ] = None
    overdue: Annotated[bool | None, Field(description="Only overdue cases, or only those that are not")] = None
    q: Annotated[
        str | None,
        Field(max_length=120, description="Words; diacritics optional, phrases separated by commas", examples=["o ga"]),
    ] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Most items of a page")] = 50
    cursor: Annotated[str | None, Field(max_length=512, description="`next_cursor` of the page before")] = None


class FeaturesQuery(CasesQuery):
    """The same for a map, which shows more at once."""

    limit: Annotated[int, Field(ge=1, le=5000, description="Most features of an answer")] = 1000


_CategoryIn = Annotated[str | None, Field(max_length=100, description="Category or group code", examples=["roads"])]


class TileQuery(BaseModel):
    """What a tile may be narrowed to."""

    category: _CategoryIn = None
    state: Annotated[list[CaseState] | None, Field(max_length=7, description="One state or several")] = None


class DensityQuery(BaseModel):
    """What a density of public cases may be asked for."""

    resolution: Annotated[
        int, Field(ge=RESOLUTIONS[0], le=RESOLUTIONS[-1], description="H3: 5 (250 km² a cell) to 9 (0.1 km²)")
    ] = 7
    area: Annotated[
        str | None, Field(max_length=8, description="Area code; with everything below it", examples=["288"])
    ] = None
    bbox: Annotated[
        str | None,
        Field(
            max_length=100,
            description="west,south,east,north in degrees: cells whose centre lies in it",
            examples=["106.28,20.90,106.36,20.97"],
        ),
    ] = None
    since: Annotated[
        str | None,
        Field(
            pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
            description="Only cases opened in that month (of the province's calendar) or after it",
            examples=["2026-01"],
        ),
    ] = None


async def density_asked(connection: HTTPConnection, query: DensityQuery) -> DensityAsked:
    """The question, checked. Raises: UnknownArea, AreaOutsideTenant, UnreadableBox."""
    for_tenant, known = await tenant(connection), await directory(connection)
    today = local_day((await clock(connection)).now(), known.tenant(for_tenant).time_zone)
    return DensityAsked(
        for_tenant,
        date.fromisoformat(f"{query.since}-01") if query.since else None,
        today,
        _area(known.chain_in(for_tenant, query.area).area.tier, query.area) if query.area else None,
        _box(query.bbox) if query.bbox else None,
    )


async def categories_of(connection: HTTPConnection, for_tenant: TenantId, code: str | None) -> list[str] | None:
    """The category with all below it. Raises: UnknownCategory."""
    return sorted((await catalogue(connection)).subtree(for_tenant, code)) if code else None


_TILE_TAG = re.compile(r'"t1-([0-9]{1,18})-([0-9a-f]+)"')


def tile_tag(version: int, categories: Sequence[str] | None) -> str:
    """ETag of a tile: weak, as its bytes differ with their coding. The first digit is of the way tiles are drawn.

    What a category holds may be edited while no case changes.
    """
    return f'W/"t1-{version}-{_of(categories)}"'


def tile_held(if_none_match: str | None, categories: Sequence[str] | None) -> int | None:
    """Version of the tile of these categories that the client holds."""
    found = _TILE_TAG.search(if_none_match or "")
    return int(found[1]) if found and found[2] == _of(categories) else None


def _of(categories: Sequence[str] | None) -> str:
    return f"{crc32(' '.join(categories).encode()):x}" if categories is not None else "0"


class SimilarQuery(BaseModel):
    """What somebody is about to report, as far as it is known."""

    lat: Annotated[float | None, Field(description="Vĩ độ. Latitude, degrees WGS 84", examples=[20.941321])] = None
    lon: Annotated[float | None, Field(description="Kinh độ. Longitude, degrees WGS 84", examples=[106.317024])] = None
    area: Annotated[
        str | None,
        Field(
            max_length=8, description="Xã, phường khi chưa có toạ độ. A commune, without a point", examples=["10507"]
        ),
    ] = None
    category: Annotated[
        str | None, Field(max_length=100, description="Category or group code", examples=["roads.pothole"])
    ] = None
    q: Annotated[
        str | None,
        Field(
            max_length=1000, description="The draft's words, or their beginning", examples=["o ga truoc cong truong"]
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class AboutToReport:
    """Where, when and what about somebody is going to report; `category` with its group, `area` instead of a point."""

    tenant: TenantId
    point: Point | None
    area: str | None
    category: tuple[str, str] | None
    now: datetime


async def about_to_report(connection: HTTPConnection, query: SimilarQuery) -> AboutToReport:
    """The draft, checked as the report itself is.

    Raises: UnknownCategory, PlaceNeeded, UnknownArea, AreaOutsideTenant, PointNotFinite, PointZero, PointSwapped,
    PointOutsideVietnam.
    """
    for_tenant, point = await tenant(connection), None
    if query.lat is not None and query.lon is not None:
        refuse_unusable(point := Point(query.lat, query.lon))
    elif query.area is None:
        raise PlaceNeeded
    else:
        (await directory(connection)).chain_in(for_tenant, query.area)
    category = (await catalogue(connection)).category(for_tenant, query.category) if query.category else None
    return AboutToReport(
        for_tenant,
        point,
        query.area,
        (category.code, category.parent or category.code) if category else None,
        (await clock(connection)).now(),
    )


async def asked(connection: HTTPConnection, query: CasesQuery) -> Asked:
    """The filters of a list of public cases.

    Raises: UnknownArea, AreaOutsideTenant, UnknownCategory, UnreadableBox, NothingToSearch.
    """
    for_tenant = await tenant(connection)
    area, category, q = query.area, query.category, query.q
    phrases = _phrases(q) if q else None
    others = (area, category, query.state, query.bbox, query.updated_since, query.overdue)
    words_alone = all(other is None for other in others)
    filters = Filters(
        area=_area((await directory(connection)).chain_in(for_tenant, area).area.tier, area) if area else None,
        category=_category(await catalogue(connection), for_tenant, category) if category else None,
        states=tuple(sorted({one.value for one in query.state})) if query.state else None,
        box=_box(query.bbox) if query.bbox else None,
        updated_since=query.updated_since,
        overdue=query.overdue,
        phrases=phrases,
        common=phrases is not None and words_alone and common_terms(connection).hold(phrases),
    )
    return Asked(
        for_tenant,
        filters,
        {
            "area": area,
            "category": category,
            "state": filters.states,
            "bbox": filters.box,
            "updated_since": query.updated_since,
            "overdue": query.overdue,
            "q": filters.phrases,
        },
    )


def _area(tier: Tier, code: str) -> tuple[str, str] | None:
    """Column and code; None for the province, which is all of the tenant."""
    return None if tier is Tier.PROVINCE else (_COLUMNS[tier], code)


def _category(known: Catalogue, of: TenantId, code: str) -> tuple[str, str]:
    return ("category_code" if known.category(of, code).parent else "group_code"), code


def _box(bbox: str) -> Box:
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise UnreadableBox from error
    finite = all(math.isfinite(side) for side in (west, south, east, north))
    if not finite or not -180 <= west <= east <= 180 or not -90 <= south <= north <= 90:
        raise UnreadableBox
    return Box(south, west, north, east)


def _phrases(q: str) -> tuple[str, ...]:
    phrases = tuple(" ".join(words) for part in q.split(",") if (words := folded_words(part)))
    if not phrases:
        raise NothingToSearch
    return phrases


def key_after(query: Mapping[str, object], cursor: str | None) -> tuple[datetime, UUID] | None:
    """Key of the last row of the page before. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return None
    at, case_id = read_cursor(query, cursor, int, str)
    try:
        if not 0 <= int(at) <= _LATEST_US:
            raise UnreadableCursor
        return EPOCH + timedelta(microseconds=int(at)), UUID(str(case_id))
    except (ValueError, binascii.Error) as error:
        raise UnreadableCursor from error


def next_cursor(query: Mapping[str, object], page: Page) -> str | None:
    """The cursor of the next page, None on the last."""
    return cursor_of(query, page.after) if page.after is not None else None


def cursor_of(query: Mapping[str, object], key: tuple[datetime, UUID]) -> str:
    """The cursor that goes on after the row with this key."""
    at, case_id = key
    return make_cursor(query, [microseconds(at), str(case_id)])


async def last_event_id(
    last_event_id: Annotated[
        str | None, Header(max_length=64, description="id of the last event you were given; absent: from now on")
    ] = None,
) -> int | None:
    """Position named by `Last-Event-ID`. Raises: UnreadableLastEventId."""
    if not last_event_id:
        return None
    named = last_event_id.strip()
    if not (named.isascii() and named.isdigit() and len(named) <= _MOST_DIGITS):
        raise UnreadableLastEventId
    return int(named)


LastEventId = Annotated[int | None, Depends(last_event_id)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for a report, by which tracking secret, holding which answer, and what a new one is made from."""

    actor: Actor
    secret: str | None
    held: str | None
    database: Database
    books: Books
    lang: Lang
    now: datetime


async def read_by(connection: HTTPConnection) -> Reader:
    """Who sends the request. Raises: UnreadableToken, SessionExpired."""
    return Reader(
        actor=await current_actor(connection, await signed_in_or_none(connection)),
        secret=connection.headers.get("tracking-secret"),
        held=connection.headers.get("if-none-match"),
        database=await database(connection),
        books=await books(connection),
        lang=language(connection),
        now=(await clock(connection)).now(),
    )


def common_terms(connection: HTTPConnection) -> CommonTerms:
    """What the process knows of common words."""
    return cast("CommonTerms", connection.app.state.common_terms)


async def feeds(connection: HTTPConnection) -> LiveFeeds:
    """The process's live feeds."""
    return cast("LiveFeeds", connection.app.state.feeds)


CurrentFeeds = Annotated[LiveFeeds, Depends(feeds)]


async def photo_store(connection: HTTPConnection) -> PhotoStore:
    """Where public copies of pictures lie: all that an anonymous reader's request is given."""
    return cast("PhotoStore", connection.app.state.photo_store)


CurrentPhotoStore = Annotated[PhotoStore, Depends(photo_store)]


async def stores(connection: HTTPConnection) -> Stores:
    """Both, for officers who decide on pictures."""
    return Stores(await store(connection), await photo_store(connection))


CurrentStores = Annotated[Stores, Depends(stores)]
