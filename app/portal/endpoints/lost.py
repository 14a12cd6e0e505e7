"""What a person finds at an address that is none: a page, where a program gets a problem."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from app.kit.problems import NotFound
from app.kit.text import Text
from app.portal.deps import PortalRoute

_OF_PROGRAMS = ("/api/", "/static/", "/health/", "/metrics", "/openapi.json")
_NOTHING_HERE = Text(
    "Không có trang nào ở địa chỉ này. Hãy kiểm tra lại địa chỉ, hoặc bắt đầu từ trang đầu.",
    "There is no page at this address. Please check it, or begin at the first page.",
)


class LostRoute(PortalRoute):
    """Fits whatever a browser looks for, so that it must be the last route of all."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match for programs, nor for an address that only ends in a slash too many."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].endswith("/"):
            return Match.NONE, {}
        wanted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
        if b"text/html" not in wanted or scope["path"].startswith(_OF_PROGRAMS):
            return Match.NONE, {}
        return super().matches(scope)


router = APIRouter(include_in_schema=False, route_class=LostRoute)


@router.get("/{address:path}")
async def show_nothing(address: str) -> Response:  # noqa: ARG001 - whatever it is
    """The page that says so. Raises: NotFound."""
    raise NotFound(_NOTHING_HERE)
