"""Style sheets, scripts and the icon, at addresses that change with their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from app.kit.problems import NotFound

from .packing import packed, unpacks

router = APIRouter(include_in_schema=False)

_CSS, _JS = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_OWN = files("app.web.pages") / "data"
_SWAGGER = files("fastapi_offline") / "static"  # Swagger UI as its makers built it; nothing else of that package
_FILES = (
    (_OWN, "site.css", _CSS),
    (_OWN, "dark.css", _CSS),
    (_OWN, "site.js", _JS),
    (_OWN, "app.js", _JS),
    (_OWN, "offline.js", _JS),
    (_OWN, "steps.js", _JS),
    (_OWN, "place.js", _JS),
    (_OWN, "map.js", _JS),  # written by web/build.mjs
    (_OWN, "map.css", _CSS),
    (_OWN, "icon.svg", "image/svg+xml"),
    (_OWN, "docs.js", _JS),
    (_OWN, "console.css", _CSS),
    (_OWN, "console.js", _JS),
    (_SWAGGER, "swagger-ui.css", _CSS),
    (_SWAGGER, "swagger-ui-bundle.js", _JS),
)
_BEFORE = MappingProxyType({"app.js": ("queue.js",)})  # files of one script: the queue is the service worker's, too


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the pages; `path` names its content, so that it may be kept for ever."""

    path: str
    content: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """The files by name."""
    found: dict[str, Asset] = {}
    for folder, name, media_type in _FILES:
        content = b"".join((folder / part).read_bytes() for part in (*_BEFORE.get(name, ()), name))
        digest = hashlib.blake2b(content, digest_size=8).hexdigest()
        found[name] = Asset(f"/static/{digest}/{name}", content, media_type)
    return MappingProxyType(found)


def script_parts(*names: str) -> bytes:
    """Scripts of this floor one after the other, for a door that makes one of its own from them."""
    return b"\n".join((_OWN / name).read_bytes() for name in names)


@cache
def _packed(name: str) -> bytes | None:
    """The file in gzip, made when the first browser asks."""
    return packed(assets()[name].content, 9)


@router.get("/static/{digest}/{name}")
async def get_asset(
    request: Request, digest: Annotated[str, Path(max_length=32)], name: Annotated[str, Path(max_length=32)]
) -> Response:
    """A file of the pages. An address of an older release gets the present content, which is not to be kept."""
    asset = assets().get(name)
    if asset is None:
        raise NotFound
    kept = "public, max-age=31536000, immutable" if f"/{digest}/" in asset.path else "no-store"
    return _sent(asset, kept, _packed(name) if unpacks(request) else None)


def _sent(asset: Asset, kept: str, small: bytes | None) -> Response:
    """The file, packed where there is a `small` one."""
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if small is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(small or asset.content, media_type=asset.media_type, headers=headers)
