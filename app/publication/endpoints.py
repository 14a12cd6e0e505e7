"""Everyone: public cases as lists and on a map, and their changes live. Only stored bytes leave here."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.catalogue.deps import catalogue
from app.catalogue.errors import UnknownCategory
from app.directory.deps import directory
from app.directory.errors import AreaOutsideTenant, UnknownArea, UnknownUnit
from app.media.errors import StorageAway
from app.media.terms import Variant
from app.outbox.errors import EventsForgotten, PositionAhead
from app.web.budgets import ReadTooMuch, spend
from app.web.coding import coded_or_304
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import bytes_or_304, content_tag, is_fresh
from app.web.headers import IF_NONE_MATCH, read_here
from app.web.hot import HotRoute
from app.web.live import EventStream, TooManyStreams, address_of, seats_of
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase, database
from app.web.tenancy import CurrentTenant, tenant

from . import service
from .deps import (
    Asked,
    CasesQuery,
    CurrentFeeds,
    CurrentPhotoStore,
    DensityQuery,
    FeaturesQuery,
    FiguresQuery,
    LastEventId,
    TableQuery,
    TileQuery,
    asked,
    categories_of,
    continued,
    density_asked,
    feed_of,
    figures_asked,
    host_of,
    key_after,
    next_cursor,
    tile_held,
    tile_tag,
)
from .domain.mercator import Tile
from .errors import (
    MonthsOutOfOrder,
    NoSuchTile,
    NothingToSearch,
    PhotoNotFound,
    PhotoWithdrawn,
    TooManyCells,
    UnreadableBox,
    UnreadableLastEventId,
)
from .schemas import (
    ATOM,
    CSV,
    DensityFeaturesOut,
    DensityOut,
    FeatureCollectionOut,
    PublicFiguresOut,
    PublicPageOut,
    atom,
    density_bytes,
    density_features,
    table,
)
from .terms import Page

hot_router = APIRouter(prefix="/api/v1/public", tags=["public"], route_class=HotRoute)
router = APIRouter(prefix="/api/v1/public", tags=["public"])

_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You hold the present answer"}}
_REFUSALS = problem_responses(
    UnknownArea, AreaOutsideTenant, UnknownCategory, UnreadableBox, NothingToSearch, UnreadableCursor, ForeignCursor
)
# A copy that a browser keeps longer would outlive an officer's second thought.
_SHOWN_BRIEFLY = {
    "Cache-Control": "public, max-age=60, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
_MAP = {
    "description": "A GeoJSON FeatureCollection (RFC 7946)",
    "content": {"application/geo+json": {"schema": {"$ref": "#/components/schemas/FeatureCollectionOut"}}},
}
_HEXAGONS = {
    "description": "A GeoJSON FeatureCollection (RFC 7946)",
    "content": {"application/geo+json": {"schema": {"$ref": "#/components/schemas/DensityFeaturesOut"}}},
}
_TABLE = {"description": "CSV in UTF-8 with a line of names", "content": {CSV: {"schema": {"type": "string"}}}}
_FEED = {"description": "An Atom feed", "content": {ATOM: {"schema": {"type": "string"}}}}
OUTLINES_A_READ = 100  # drawing more takes more of an address's budget
MVT = "application/vnd.mapbox-vector-tile"
_TILE = {
    "description": "A tile, empty where there is nothing",
    "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
}
_DENSITY_REFUSALS = problem_responses(UnknownArea, AreaOutsideTenant, UnreadableBox, TooManyCells)


@hot_router.get(
    "/cases",
    response_model=PublicPageOut,
    responses={**_REFUSALS, **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def list_public_cases(request: Request, query: Annotated[CasesQuery, Query()]) -> Response:
    """Các vụ việc công khai, mới cập nhật trước. Public cases, newest change first.

    A page is complete in itself. To follow changes, ask with `updated_since` and keep `updated_at` of the last item;
    cases taken back since are then among the items, whatever the other filters, as `{code, withdrawn, updated_at}`.
    """
    of = await asked(request, query)
    after = key_after(of.query, query.cursor)
    page = await service.public_cases(await database(request), of.tenant, of.filters, after=after, limit=query.limit)
    content = b'{"items":[%b],"next_cursor":%b}' % (page.joined, orjson.dumps(next_cursor(of.query, page)))
    return bytes_or_304(content, content_tag(content), request.headers.get("if-none-match"))


@hot_router.get(
    "/cases.geojson",
    response_model=FeatureCollectionOut,
    responses={200: _MAP, **_REFUSALS, **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def list_public_features(request: Request, query: Annotated[FeaturesQuery, Query()]) -> Response:
    """Các vụ việc công khai trên bản đồ (GeoJSON). Public cases that have a place, as GeoJSON."""
    of = await asked(request, query)
    after = key_after(of.query, query.cursor)
    page = await service.features(await database(request), of.tenant, of.filters, after=after, limit=query.limit)
    content = b'{"type":"FeatureCollection","features":[%b],"next_cursor":%b}' % (
        page.joined,
        orjson.dumps(next_cursor(of.query, page)),
    )
    held = request.headers.get("if-none-match")
    return bytes_or_304(content, content_tag(content), held, media_type="application/geo+json")


@router.get(
    "/cases.csv",
    status_code=200,
    response_class=Response,
    responses={**_REFUSALS, **_UNCHANGED, 200: _TABLE},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_public_table(request: Request, query: Annotated[TableQuery, Query()]) -> Response:
    """Các vụ việc công khai thành bảng (CSV). Public cases as CSV (RFC 4180), newest change first.

    `Link` with `rel="next"` leads to the next rows. With `updated_since` cases taken back since are among the rows,
    with nothing but their code, the time and `withdrawn`.
    """
    of = await asked(request, query)
    after = key_after(of.query, query.cursor)
    page = await service.public_cases(await database(request), of.tenant, of.filters, after=after, limit=query.limit)
    by_person = "text/html" in request.headers.get("accept", "")  # a browser, which hands it to Excel
    content = table(orjson.loads(b"[%b]" % page.joined), marked=by_person)
    answer = coded_or_304(request, content, f"W/{content_tag(content)}", media_type=CSV)
    answer.headers["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return await _led_on(request, of, page, answer, "Accept")


@router.get(
    "/cases.atom",
    status_code=200,
    response_class=Response,
    responses={**_REFUSALS, **_UNCHANGED, 200: _FEED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_public_feed(request: Request, query: Annotated[CasesQuery, Query()]) -> Response:
    """Các vụ việc công khai thành nguồn tin Atom. Public cases as Atom (RFC 4287), newest change first.

    A case taken back is a deleted entry (RFC 6721): in the feed of all cases, and in any that has `updated_since`.
    """
    of = await asked(request, query)
    after = key_after(of.query, query.cursor)
    page = await service.public_news(await database(request), of.tenant, of.filters, after=after, limit=query.limit)
    news = orjson.loads(b"[%b]" % page.joined)
    more = continued(request, await host_of(request, of), next_cursor(of.query, page))
    content = atom(await feed_of(request, of, news), news, more)
    answer = coded_or_304(request, content, f"W/{content_tag(content)}", media_type=ATOM)
    return await _led_on(request, of, page, answer, "Accept-Language")


async def _led_on(request: Request, of: Asked, page: Page, answer: Response, varies: str) -> Response:
    """The answer, with where it goes on (RFC 8288) and what else it depends on."""
    if more := continued(request, await host_of(request, of), next_cursor(of.query, page)):
        answer.headers["Link"] = f'<{more}>; rel="next"'
    answer.headers["Vary"] = f"Accept-Encoding, {varies}"
    return answer


@router.get(
    "/tiles/{z}/{x}/{y}.mvt",
    status_code=200,
    response_class=Response,
    responses={**problem_responses(NoSuchTile, UnknownCategory), **_UNCHANGED, 200: _TILE},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_public_tile(
    z: Annotated[int, Path(description="Mức thu phóng, 0–18. Zoom.", examples=[12])],
    x: Annotated[int, Path(description="Cột từ phía tây. Column from the west.", examples=[3257])],
    y: Annotated[int, Path(description="Hàng từ phía bắc. Row from the north.", examples=[1805])],
    request: Request,
    query: Annotated[TileQuery, Query()],
) -> Response:
    """Các vụ việc công khai trên một ô bản đồ. Public cases of a map tile (Web Mercator), as Mapbox Vector Tile 2.1.

    Layer `cases`, points. Cases near each other are one point with `count` and the number in each state
    (`in_progress: 12`); a case by itself has `count` 1, `code`, `category` and `state`. The counts of all tiles of a
    zoom together are those of the public cases that have a place. A case taken back is gone from the next answer on.
    """
    of, tile = await tenant(request), Tile(z, x, y)
    if not tile.is_one:
        raise NoSuchTile
    categories, held = await categories_of(request, of, query.category), request.headers.get("if-none-match")
    drawn = await service.draw_tile(
        await database(request), of, tile, categories=categories, states=query.state, held=tile_held(held, categories)
    )
    return coded_or_304(request, drawn.content, tile_tag(drawn.version, categories), media_type=MVT)


@router.get(
    "/density",
    response_model=DensityOut,
    responses={**_DENSITY_REFUSALS, **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_public_density(request: Request, query: Annotated[DensityQuery, Query()]) -> Response:
    """Mật độ vụ việc công khai theo ô lục giác (H3). Density of public cases in hexagons (H3).

    Counted at the place that everyone is told: coarse where the case's own place is told coarsely.
    """
    of = await density_asked(request, query)
    found = await service.density(await database(request), query.resolution, of)
    content = density_bytes(query.resolution, query.since, found)
    return coded_or_304(request, content, f"W/{content_tag(content)}", media_type="application/json")


@router.get(
    "/density.geojson",
    response_model=DensityFeaturesOut,
    responses={**_DENSITY_REFUSALS, **problem_responses(ReadTooMuch), **_UNCHANGED, 200: _HEXAGONS},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_public_density_features(request: Request, query: Annotated[DensityQuery, Query()]) -> Response:
    """Mật độ vụ việc công khai trên bản đồ (GeoJSON). The same density as GeoJSON polygons, at most 4,000 of them."""
    of = await density_asked(request, query)
    found = await service.density(await database(request), query.resolution, of, service.MOST_OUTLINES)
    spend(request, len(found) // OUTLINES_A_READ)
    content = density_features(found)
    return coded_or_304(request, content, f"W/{content_tag(content)}", media_type="application/geo+json")


@router.get(
    "/statistics",
    response_model=PublicFiguresOut,
    responses={
        **problem_responses(UnknownArea, AreaOutsideTenant, UnknownCategory, UnknownUnit, MonthsOutOfOrder),
        **_UNCHANGED,
    },
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_public_figures(
    request: Request, query: Annotated[FiguresQuery, Query()], database: CurrentDatabase
) -> Response:
    """Các vụ việc công khai bằng con số. The public cases of the province in figures, from counts that are kept.

    Every public case counts, whether or not it has a place. With `area`, `category`, `unit`, `since` and `until` only
    those of that part; `state` leaves only cases in these states, but for `standing`.
    """
    of = await figures_asked(request, query)
    known, categories = await directory(request), await catalogue(request)
    found = await service.overview(database, of, [one.code for one in categories.all(of.tenant)])
    told = PublicFiguresOut.of(found, of.tenant, known, categories, query.state)
    content = told.model_dump_json().encode()
    return coded_or_304(request, content, f"W/{content_tag(content)}", media_type="application/json")


@router.get(
    "/stream",
    status_code=200,  # FastAPI would look for a default in the class's constructor
    response_class=EventStream,
    responses={
        **problem_responses(UnreadableLastEventId, EventsForgotten, PositionAhead, TooManyStreams, ReadTooMuch),
        200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
    },
)
async def stream_public_changes(
    request: Request, tenant: CurrentTenant, feeds: CurrentFeeds, after: LastEventId
) -> EventStream:
    """Thay đổi công khai, trực tiếp (server-sent events). Public changes as they happen.

    Events `publication.published`, `publication.updated` (data: a line of the list) and `publication.withdrawn`
    (data: the code). Reconnecting with `Last-Event-ID` continues without loss or repeat; 410 when that was so long ago
    that events in between are no longer kept, or when there never was such an event: load the list anew and listen from
    now on.
    """
    seats = seats_of(request)
    seats.check(address_of(request.scope))
    feed = feeds.of(tenant)
    await feed.start()
    await feed.check(after)
    spend(request, feed.pages_behind(after))
    return EventStream(feed, after, seats)


@router.get(
    "/photos/{photo}/{variant}",
    status_code=200,
    response_class=Response,
    responses={
        **problem_responses(PhotoNotFound, PhotoWithdrawn, StorageAway),
        **_UNCHANGED,
        200: {"description": "JPEG", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
    },
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_public_photo(
    photo: Annotated[UUID, Path(description="Mã ảnh công khai. Id of a public photo, as in a case's `photos`.")],
    variant: Variant,
    request: Request,
    tenant: CurrentTenant,
    database: CurrentDatabase,
    photos: CurrentPhotoStore,
) -> Response:
    """Ảnh mà cán bộ cho mọi người xem. A photo that an officer lets everyone see: 410 once that has ended."""
    content, digest = await service.public_photo(database, photos, tenant, photo, variant)
    headers = {"ETag": f'"{digest}"', **_SHOWN_BRIEFLY}
    if is_fresh(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/jpeg", headers=headers)
