"""What is asked for below the door's address and is not there."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.kit.problems import NotFound
from app.kit.text import Text
from app.open311.route import GeoReportRoute

router = APIRouter(route_class=GeoReportRoute)
_LOST = Text(
    "Không có địa chỉ này; hãy xem /open311/v2/discovery.xml.",
    "There is nothing at this address; see /open311/v2/discovery.xml.",
)


@router.get("/open311/{rest:path}")
async def lost(rest: str) -> Response:  # noqa: ARG001 - whatever it is
    """Không có gì ở đây. Nothing is here."""
    raise NotFound(_LOST)
