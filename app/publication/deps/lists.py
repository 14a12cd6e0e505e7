"""Lists of public cases: filters, checked, and cursors."""

from __future__ import annotations

import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, cast
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from app.cases.terms import CaseState
from app.catalogue.deps import catalogue
from app.catalogue.snapshot import Catalogue
from app.directory.deps import directory
from app.directory.terms import Tier
from app.kit.clock import EPOCH, microseconds
from app.kit.geo import Box
from app.kit.ids import TenantId
from app.kit.text import folded_words
from app.publication.errors import NothingToSearch, UnreadableBox
from app.publication.service import CommonTerms
from app.publication.terms import Filters, Page
from app.web.cursors import UnreadableCursor, make_cursor, read_cursor
from app.web.fields import InstantIn
from app.web.tenancy import tenant

_COLUMNS = {Tier.PROVINCE: "area_province", Tier.DISTRICT: "area_district", Tier.COMMUNE: "area_commune"}
_LATEST_US = 253_402_300_799_999_999  # the end of year 9999


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose cases, the filters, and the query they were read from, to which cursors are bound."""

    tenant: TenantId
    filters: Filters
    query: dict[str, object]


class PartQuery(BaseModel):
    """Which part of the public cases."""

    area: Annotated[
        str | None, Field(max_length=8, description="Area code; with everything below it", examples=["288"])
    ] = None
    category: Annotated[str | None, Field(max_length=100, description="Category or group code", examples=["roads"])] = (
        None
    )
    state: Annotated[list[CaseState] | None, Field(max_length=7, description="One state or several")] = None


class CasesQuery(PartQuery):
    """What a list of public cases may be asked for."""

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


class TableQuery(CasesQuery):
    """The same as a table."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Most rows of an answer; `Link` leads to the next")] = 1000


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
        area=area_column((await directory(connection)).chain_in(for_tenant, area).area.tier, area) if area else None,
        category=_category(await catalogue(connection), for_tenant, category) if category else None,
        states=tuple(sorted({one.value for one in query.state})) if query.state else None,
        box=box_of(query.bbox) if query.bbox else None,
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


def area_column(tier: Tier, code: str) -> tuple[str, str] | None:
    """Column and code; None for the province, which is all of the tenant."""
    return None if tier is Tier.PROVINCE else (_COLUMNS[tier], code)


def _category(known: Catalogue, of: TenantId, code: str) -> tuple[str, str]:
    return ("category_code" if known.category(of, code).parent else "group_code"), code


def box_of(bbox: str) -> Box:
    """The box. Raises: UnreadableBox."""
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


def common_terms(connection: HTTPConnection) -> CommonTerms:
    """What the process knows of common words."""
    return cast("CommonTerms", connection.app.state.common_terms)
