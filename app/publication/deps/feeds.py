"""The public cases of a province as feeds: where they are, and where they go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from app.directory.deps import directory
from app.kit.text import Text
from app.publication.schemas import Feed
from app.web.language import language
from app.web.state import settings

from .lists import Asked

_NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)  # of a feed that has never told anything
_TITLE: Final = Text("Phản ánh công khai – {province}", "Public cases – {province}")
_INTRO: Final = Text("Vụ việc công khai, mới cập nhật trước.", "Public cases, newest change first.")


async def host_of(request: Request, of: Asked) -> str:
    """How the province's pages are reached, without a slash at the end."""
    public = (await settings(request)).public_url or str(request.base_url)
    return (await directory(request)).pages_of(of.tenant, public, request.headers.get("host", ""))


def continued(request: Request, host: str, cursor: str | None) -> str | None:
    """The same address, from the cursor on; None without one."""
    if cursor is None:
        return None
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{host}{request.url.path}?{urlencode([*others, ('cursor', cursor)])}"


async def feed_of(request: Request, of: Asked, cases: Sequence[Mapping[str, Any]]) -> Feed:
    """What the feed says of itself; each choice of filters is a feed of its own."""
    tenant, host = (await directory(request)).tenant(of.tenant), await host_of(request, of)
    chosen = urlencode(sorted(pair for pair in request.query_params.multi_items() if pair[0] in of.query))
    query = f"?{request.url.query}" if request.url.query else ""
    return Feed(
        name=f"cases?{chosen}" if chosen else "cases",
        title=Text(_TITLE.vi.format(province=tenant.name), _TITLE.en.format(province=tenant.name_en)),
        intro=_INTRO,
        lang=language(request),
        page=f"{host}/cases",
        base=host,
        own=f"{host}{request.url.path}{query}",
        naming=tenant.hosts[0] if tenant.hosts else f"{tenant.slug}.invalid",
        changed_at=max((datetime.fromisoformat(case["updated_at"]) for case in cases), default=_NEVER),
    )
