"""The pages as an application on a phone: its manifest and icons, its service worker, the page without a network."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path
from starlette.responses import Response

from app.filling import choices
from app.kit.clock import local_day
from app.kit.problems import NotFound
from app.media.terms import MOST_OF_A_REPORT
from app.portal import worker
from app.portal.deps import CurrentVisit, PortalRoute
from app.portal.fronts import CurrentFront
from app.web.etags import bytes_or_304, content_tag
from app.web.pages import Form, icons

router = APIRouter(route_class=PortalRoute)
of_portal = APIRouter(prefix="/portal/{unit}", route_class=PortalRoute)
Name = Annotated[str, Path(pattern=r"^(180|192|512|maskable)$")]
_MASKABLE: Final = 512
_A_DAY: Final = "public, max-age=86400"
_GROUND: Final = "#f4f7f8"


def _manifest(visit: CurrentVisit, *, name: str, short: str, start: str, icons_at: str, colour: str) -> Response:
    """A web app manifest (W3C). `start` is also the application's identity: one portal, one application."""
    sizes = [(f"{icons_at}/icon-{side}.png", side, "any") for side in (192, 512)]
    sizes.append((f"{icons_at}/icon-maskable.png", _MASKABLE, "maskable"))
    report = "Gửi phản ánh" if visit.lang == "vi" else "Send a report"
    content: dict[str, Any] = {
        "id": start,
        "name": name,
        "short_name": short,
        "lang": visit.lang.value,
        "dir": "ltr",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "theme_color": colour,
        "background_color": _GROUND,
        "icons": [
            {"src": src, "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
            for src, side, purpose in sizes
        ],
        "shortcuts": [{"name": report, "url": "/report"}],
    }
    body = orjson.dumps(content)
    held = visit.request.headers.get("if-none-match")
    answer = bytes_or_304(body, content_tag(body), held, media_type="application/manifest+json")
    answer.headers["Vary"] = "Cookie, Accept-Language"
    return answer


@router.get("/manifest.webmanifest")
async def show_manifest(visit: CurrentVisit) -> Response:
    """The province's application."""
    here = visit.tenant.name if visit.lang == "vi" else visit.tenant.name_en
    name = f"Phản ánh, kiến nghị – {here}" if visit.lang == "vi" else f"Citizens’ reports – {here}"
    return _manifest(visit, name=name, short=here, start="/", icons_at="", colour=icons.COLOUR)


@of_portal.get("/manifest.webmanifest")
async def show_portals_manifest(front: CurrentFront) -> Response:
    """A unit's portal as an application of its own, in its name and colour."""
    look, visit = front.portal.look, front.visit
    name = look.name(visit.lang)
    return _manifest(visit, name=name, short=front.unit.name, start=front.page, icons_at=front.page, colour=look.brand)


@router.get("/icon-{name}.png")
async def show_icon(name: Name) -> Response:
    """The icon for a phone's screen."""
    return _icon(icons.COLOUR, name)


@of_portal.get("/icon-{name}.png")
async def show_portals_icon(front: CurrentFront, name: Name) -> Response:
    """The same in the colour of a unit's portal."""
    return _icon(front.portal.look.brand, name)


def _icon(colour: str, name: str) -> Response:
    maskable = name == "maskable"
    content = icons.icon_png(colour, _MASKABLE if maskable else int(name), maskable=maskable)
    return Response(content, media_type="image/png", headers={"Cache-Control": _A_DAY})


@router.get("/service-worker.js")
async def show_worker(visit: CurrentVisit) -> Response:
    """The service worker of all pages for people; browsers ask for it anew at each visit, a changed one takes over."""
    content = worker.script(working=visit.settings.offline_pages)
    held = visit.request.headers.get("if-none-match")
    answer = bytes_or_304(content, content_tag(content), held, media_type="text/javascript; charset=utf-8")
    answer.headers["Content-Security-Policy"] = worker.POLICY
    return answer


@router.get("/offline")
async def show_offline(visit: CurrentVisit) -> Response:
    """The form and the queue on this device: what the service worker shows while there is no network."""
    if not visit.settings.offline_pages:
        raise NotFound
    today = local_day(visit.now, visit.tenant.time_zone)
    return visit.page(
        "offline.html",
        kept=True,
        form=Form(),
        errors={},
        category="",
        categories=choices.categories(visit.books.catalogue, visit.tenant.id, visit.lang, today),
        areas=choices.areas(visit.books.directory, visit.tenant),
        most_files=MOST_OF_A_REPORT,
        most_bytes=visit.most_bytes,
    )
