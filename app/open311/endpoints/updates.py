"""What has happened to requests since: FixMyStreet's extension, read from us and posted to us."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.open311 import adding, shapes
from app.open311.asking import updates_asked
from app.open311.deps import call_of, of_key, sender_of
from app.open311.fields import fields_of
from app.open311.reading import by_ids, in_window
from app.open311.route import GeoReportRoute
from app.open311.terms import PREFIX, Format
from app.publication.terms import Window

router = APIRouter(prefix=PREFIX, route_class=GeoReportRoute)


@router.get("/servicerequestupdates.{form}")
async def list_updates(request: Request, form: Format) -> Response:
    """Diễn biến công khai, cũ trước. Public history, oldest first; a page counts the requests that have changed."""
    call = await call_of(request, form)
    asked = updates_asked(request.query_params)
    since, ids = asked.since(call.now), asked.service_request_id
    found = await by_ids(call, *ids) if ids else await in_window(call, Window(updated_from=since), asked)
    shaped = shapes.updates(found.bodies, call.reader, since=since, before=asked.before())
    return call.told("service_request_updates", shaped, further=found.further, private=found.private)


@router.post("/servicerequestupdates.{form}")
async def post_update(request: Request, form: Format) -> Response:
    """Bổ sung, hoặc đề nghị xử lý lại, phản ánh mà chính hệ thống đã gửi. Add to a report that the system sent."""
    fields = await fields_of(request)
    call = await call_of(request, form, fields, of_key(request, fields))
    sender = await sender_of(call, fields)
    return call.done("service_request_updates", [await adding.add(call, sender, fields)])
