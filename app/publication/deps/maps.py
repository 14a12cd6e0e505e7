"""Tiles and densities: what they may be narrowed to, and which of them a client holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated
from zlib import crc32

from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from app.cases.terms import CaseState
from app.catalogue.deps import catalogue
from app.directory.deps import directory
from app.kit.clock import local_day
from app.kit.ids import TenantId
from app.publication.terms import RESOLUTIONS, DensityAsked
from app.web.state import clock
from app.web.tenancy import tenant

from .lists import area_column, box_of

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
        area_column(known.chain_in(for_tenant, query.area).area.tier, query.area) if query.area else None,
        box_of(query.bbox) if query.bbox else None,
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
