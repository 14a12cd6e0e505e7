"""What may be reported, and what has to be told with it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.open311.deps import call_of
from app.open311.route import GeoReportRoute
from app.open311.terms import PREFIX, Format

router = APIRouter(prefix=PREFIX, route_class=GeoReportRoute)


@router.get("/services.{form}")
async def list_services(request: Request, form: Format) -> Response:
    """Các lĩnh vực nhận phản ánh. What may be reported."""
    call = await call_of(request, form)
    return call.told("services", call.services())


@router.get("/services/{code}.{form}")
async def get_definition(request: Request, code: str, form: Format) -> Response:
    """Các câu hỏi của lĩnh vực. What a service asks for."""
    call = await call_of(request, form)
    return call.told("service_definition", call.definition(code))
