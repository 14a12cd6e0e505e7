"""The API's documents for people: Swagger UI from our own host, for installations that reach no other."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from app.web.openapi.parts import Audience

from .assets import assets

router = APIRouter(include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}
_PAGE = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Liên Thông – tài liệu API</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
<style>nav {{ display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: .75rem 1.25rem; font: 1rem/1.5 sans-serif }}
nav [aria-current] {{ font-weight: 700 }}</style>
</head>
<body>
<nav aria-label="Tài liệu · Documents">{parts}
<a href="/openapi.json">openapi.json</a></nav>
<div id="swagger-ui" data-document="/openapi.json?audience={audience}"></div>
<noscript><p>Trang này cần JavaScript; đặc tả ở <a href="/openapi.json">/openapi.json</a>. This page needs JavaScript;
the specification is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<script src="{bundle}"></script>
<script src="{start}"></script>
</body>
</html>
"""


_PARTS = {
    Audience.EVERYONE: "Người dân và cổng · Citizens and portals",
    Audience.STAFF: "Cán bộ · Officers",
    Audience.SYSTEMS: "Hệ thống có khoá · Systems with a key",
}


@router.get("/docs")
async def show_documents(audience: Audience = Audience.EVERYONE) -> HTMLResponse:
    """The operations of an audience, to be read and tried."""
    known = assets()
    here = ' aria-current="page"'
    page = _PAGE.format(
        audience=audience.value,
        parts="\n".join(
            f'<a href="/docs?audience={one.value}"{here if one is audience else ""}>{name}</a>'
            for one, name in _PARTS.items()
        ),
        icon=known["icon.svg"].path,
        style=known["swagger-ui.css"].path,
        bundle=known["swagger-ui-bundle.js"].path,
        start=known["docs.js"].path,
    )
    return HTMLResponse(page, headers=_HEADERS)


@router.get("/favicon.ico")
async def show_icon() -> Response:
    """The icon, where browsers look for it on answers that name none."""
    icon = assets()["icon.svg"]
    return Response(icon.content, media_type=icon.media_type, headers={"Cache-Control": "public, max-age=86400"})
