"""The portal of each unit for programs: feeds, its colours, the element for other sites, officers' calendars."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Annotated, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from app.cases.deps import CurrentBooks
from app.identity.deps import guarded_roles
from app.portal import diaries, feeds
from app.portal.fronts import CurrentFront, Front
from app.portals import service as portals_service
from app.portals.domain import theme
from app.publication import service as publication
from app.publication.deps import cursor_of, key_after
from app.publication.schemas import ATOM, CSV, Feed, atom, table
from app.publication.terms import Told
from app.service_requests.deps import CurrentRequestBooks
from app.web.budgets import counted, spend
from app.web.etags import bytes_or_304, content_tag
from app.web.state import CurrentClock, CurrentDatabase, CurrentSettings

first_router = APIRouter()
router = APIRouter(prefix="/portal/{unit}", dependencies=[Depends(counted(1))])
_FEED_ROWS: Final = 50
_TABLE_ROWS: Final = 1000
_MAP_PAGES: Final = 5000
_MANY_ROWS: Final = 50  # of a table or sitemap, of which each counts as one more read
_A_YEAR: Final = "public, max-age=31536000, immutable"
Cursor = Annotated[str | None, Query(max_length=512)]


async def _news(front: Front, cursor: str | None, name: str) -> tuple[Feed, list[Told], str | None]:
    """What both feeds are made from: the feed, its changes, and where it goes on. Two statements."""
    changed_at = await front.changed_at()  # before what it is the time of
    query, own = {"portal": front.unit.code}, f"{front.host}{front.page}/{name}"
    after = key_after(query, cursor)
    told = await publication.portal_news(front.visit.database, *front.key, after=after, limit=_FEED_ROWS + 1)
    page, look = told[:_FEED_ROWS], front.portal.look
    more = None
    if len(told) > _FEED_ROWS:
        more = f"{own}?{urlencode({'cursor': cursor_of(query, (page[-1].updated_at, page[-1].case_id))})}"
    here = own if cursor is None else f"{own}?{urlencode({'cursor': cursor})}"
    base = f"{front.host}{front.page}"
    feed = Feed(front.unit.code, look.name, look.intro, front.visit.lang, base, base, here, front.naming, changed_at)
    return feed, page, more


@router.get("/feed.atom")
async def get_atom(front: CurrentFront, cursor: Cursor = None) -> Response:
    """The newest changes as Atom."""
    feed, page, more = await _news(front, cursor, "feed.atom")
    return front.answer(atom(feed, feeds.changes(page), more), ATOM, feed.changed_at)


@router.get("/feed.json")
async def get_json_feed(front: CurrentFront, cursor: Cursor = None) -> Response:
    """The newest changes as JSON Feed."""
    feed, page, more = await _news(front, cursor, "feed.json")
    return front.answer(feeds.json_feed(feed, page, more), "application/feed+json", feed.changed_at)


def _next(front: Front, name: str, cursor: str | None) -> dict[str, str]:
    """Where an answer that has no place for it goes on (RFC 8288)."""
    address = f"{front.host}{front.page}/{name}?{urlencode({'cursor': cursor})}"
    return {"Link": f'<{address}>; rel="next"'} if cursor else {}


@router.get("/cases.geojson")
async def get_features(front: CurrentFront, cursor: Cursor = None) -> Response:
    """The cases that have a place, as GeoJSON (RFC 7946), newest change first."""
    query, changed_at = {"portal": front.unit.code}, await front.changed_at()
    page = await publication.portal_cases(
        front.visit.database, *front.key, piece="feature", after=key_after(query, cursor), limit=_TABLE_ROWS
    )
    more = cursor_of(query, page.after) if page.after else None
    content = b'{"type":"FeatureCollection","features":[%b],"next_cursor":%b}' % (page.joined, orjson.dumps(more))
    return front.answer(content, "application/geo+json", changed_at, **_next(front, "cases.geojson", more))


@router.get("/cases.csv")
async def get_table(front: CurrentFront, cursor: Cursor = None) -> Response:
    """The cases as CSV (RFC 4180), newest change first."""
    query, changed_at = {"portal": front.unit.code}, await front.changed_at()
    page = await publication.portal_cases(
        front.visit.database, *front.key, piece="line", after=key_after(query, cursor), limit=_TABLE_ROWS
    )
    more = cursor_of(query, page.after) if page.after else None
    lines = orjson.loads(b"[%b]" % page.joined)
    spend(front.visit.request, len(lines) // _MANY_ROWS)
    content = table(lines, marked=_by_person(front.visit.request))
    headers = {
        "Vary": "Accept",
        "Content-Disposition": f'attachment; filename="{front.unit.code}.csv"',
        **_next(front, "cases.csv", more),
    }
    return front.answer(content, CSV, changed_at, **headers)


def _by_person(request: Request) -> bool:
    """Whether a browser asks, which hands a table to Excel."""
    return "text/html" in request.headers.get("accept", "")


@router.get("/sitemap.xml")
async def get_sitemap(front: CurrentFront) -> Response:
    """The pages of the portal, for search engines."""
    changed_at = await front.changed_at()
    pages = await publication.portal_codes(front.visit.database, *front.key, limit=_MAP_PAGES)
    spend(front.visit.request, len(pages) // _MANY_ROWS)
    base = f"{front.host}{front.page}"
    places = [(base, changed_at), *((f"{base}/cases/{code}", at) for code, at in pages)]
    return front.answer(feeds.sitemap(places), "application/xml", changed_at)


@router.get("/theme.css")
async def get_theme(front: CurrentFront, v: Annotated[str, Query(max_length=12)] = "") -> Response:
    """The portal's colours; kept for ever under the address of their version."""
    content = theme(front.portal.look).encode()
    kept = _A_YEAR if v == str(front.portal.version) else "no-cache"
    return Response(content, media_type="text/css; charset=utf-8", headers={"Cache-Control": kept})


@cache
def _element() -> tuple[bytes, str]:
    content = (files("app.portal") / "data" / "element.js").read_bytes()
    return content, f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


@first_router.get("/portal/element.js")
async def get_element(request: Request) -> Response:
    """The element `lien-thong-status`, for other sites."""
    answer = bytes_or_304(
        *_element(), request.headers.get("if-none-match"), media_type="text/javascript; charset=utf-8", max_age_s=3600
    )
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@first_router.get("/calendars/{secret}.ics")
async def get_calendar(
    secret: Annotated[str, Path(max_length=120)],
    request: Request,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    requests: CurrentRequestBooks,
    settings: CurrentSettings,
) -> Response:
    """Due dates of the officer whose secret address this is; 404 once it was taken back. Raises: NoCalendarAddress."""
    now = clock.now()
    diary = await portals_service.diary_of(database, secret, now=now, guarded=await guarded_roles(request))
    tenant = books.directory.tenant(diary.tenant_id)
    content = diaries.calendar(
        await portals_service.due_dates(database, diary, books, requests.procedures, now=now),
        zone=tenant.time_zone,
        lang=diary.lang,
        base=books.directory.pages_of(
            tenant.id, settings.public_url or str(request.base_url), request.headers.get("host", "")
        ),
        naming=tenant.hosts[0] if tenant.hosts else f"{tenant.slug}.invalid",
    )
    answer = bytes_or_304(
        content,
        content_tag(content),
        request.headers.get("if-none-match"),
        media_type="text/calendar; charset=utf-8",
        private=True,
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
