"""What a page with a map is made from, in both doors: the province's box, boundaries, tiles, and its policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.db.engine import Database
from app.db.work import read_work
from app.directory import service as directory_service
from app.directory.snapshot import Area, Directory, Tenant
from app.directory.terms import AreaCode
from app.kit.clock import Clock
from app.kit.geo import Box
from app.settings import Settings
from app.web.coding import coded_answer
from app.web.etags import content_tag, is_fresh
from app.web.pages import assets, policy

_AROUND: Final = 0.02  # degrees, some two kilometres around a province of which only centres are known


def values(directory: Directory, tenant: Tenant, settings: Settings, places: str) -> dict[str, Any]:
    """Values and headers of a page with a map: pictures may come from the operator's tile server, nothing else may.

    `places`: the address of the areas and their boundaries.
    """
    tiles = settings.map_tiles or ""
    files = assets()
    address = urlsplit(tiles)
    box = box_of(directory, tenant)
    return {
        "map": {
            "box": f"{box.south:.4f},{box.west:.4f},{box.north:.4f},{box.east:.4f}",
            "places": places,
            "tiles": tiles,
            "credit": settings.map_credit or "",
            "script": files["map.js"].path,
            "style": files["map.css"].path,
            "opener": files["place.js"].path,
        },
        "headers": {
            "Content-Security-Policy": policy(images=f"{address.scheme}://{address.netloc}" if address.netloc else "")
        },
    }


async def answer(
    request: Request, database: Database, clock: Clock, directory: Directory, tenant: Tenant, *, kept: str
) -> Response:
    """The areas and their boundaries, with their tag, or the word that the browser holds them already.

    At most two statements. `kept`: by whom the answer may be kept.
    """
    async with read_work(database, clock, tenant.id) as work:
        outlines = await directory_service.outlines(work, tenant.edition, place_codes(directory, tenant))
    content = places(directory, tenant, outlines)
    tag = content_tag(content)
    headers = {"ETag": tag, "Cache-Control": f"{kept}, max-age=3600"}
    if is_fresh(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    found = coded_answer(request, content, headers)
    found.headers["Content-Type"] = "application/geo+json"
    return found


def box_of(directory: Directory, tenant: Tenant) -> Box:
    """The box around the province: its own, else the one around the centres of all that lies in it."""
    province = directory.area(tenant.edition, tenant.province)
    if province.box is not None:
        return province.box
    centres = [area.centroid for area in _below(directory, tenant)] or [province.centroid]
    lats, lons = [point.lat for point in centres], [point.lon for point in centres]
    return Box(min(lats) - _AROUND, min(lons) - _AROUND, max(lats) + _AROUND, max(lons) + _AROUND)


def _below(directory: Directory, tenant: Tenant) -> list[Area]:
    """Areas below the province, the lowest tier alone."""
    first = directory.children(tenant.edition, tenant.province)
    found = [below for area in first for below in directory.children(tenant.edition, area.code) or (area,)]
    return sorted(found, key=lambda area: area.code)


def place_codes(directory: Directory, tenant: Tenant) -> list[AreaCode]:
    """Codes of the areas that the map names, in order."""
    return [area.code for area in _below(directory, tenant)]


def places(directory: Directory, tenant: Tenant, outlines: Mapping[AreaCode, bytes]) -> bytes:
    """The areas as GeoJSON, the wide ones first: each with its centre, the others with boundaries where loaded."""
    first = directory.children(tenant.edition, tenant.province)
    wide = [area for area in first if directory.children(tenant.edition, area.code)]
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": area.code,
                "name": area.name,
                "tier": area.tier.value,
                "centre": [round(area.centroid.lon, 5), round(area.centroid.lat, 5)],
            },
            "geometry": orjson.Fragment(outlines[area.code]) if area.code in outlines else None,
        }
        for area in (*wide, *_below(directory, tenant))
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})
