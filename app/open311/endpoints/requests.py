"""Handing reports in, and reading those that are public."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.open311 import sending, shapes
from app.open311.asking import MANY_ROWS, requests_asked
from app.open311.deps import call_of, of_key, sender_of
from app.open311.errors import RequestNotFound
from app.open311.fields import fields_of
from app.open311.reading import by_ids, in_window
from app.open311.route import GeoReportRoute
from app.open311.terms import PREFIX, Format
from app.open311.writing import Value
from app.web.budgets import spend

router = APIRouter(prefix=PREFIX, route_class=GeoReportRoute)


@router.post("/requests.{form}")
async def post_request(request: Request, form: Format) -> Response:
    """Gửi phản ánh. Hand a report in; the code comes at once."""
    fields = await fields_of(request)
    call = await call_of(request, form, fields, of_key(request, fields))
    sender = await sender_of(call, fields)
    answer = await sending.submit(call, sender, fields)
    secret = {"Tracking_Secret": found} if (found := answer.body.get("tracking_secret")) else {}
    return call.done("service_requests", [sending.receipt(call, answer)], **secret)


@router.get("/requests.{form}")
async def list_requests(request: Request, form: Format) -> Response:
    """Phản ánh công khai, mới gửi trước. Public requests, newest first; oldest change first with updated_after."""
    call = await call_of(request, form)
    asked = requests_asked(request.query_params)
    ids = asked.service_request_id  # they override all else
    found = await by_ids(call, *ids) if ids else await in_window(call, asked.window(call.now), asked)
    spend(request, len(found.bodies) // MANY_ROWS)
    shaped = await shapes.requests(found.bodies, call.reader, extended=asked.extensions)
    return call.told("service_requests", shaped, further=found.further, private=found.private)


@router.get("/requests/{code}.{form}")
async def get_request(request: Request, code: str, form: Format) -> Response:
    """Một phản ánh công khai. One public request."""
    call = await call_of(request, form, hint=lambda directory: directory.tenant_of_code(code))
    extended = requests_asked(request.query_params).extensions
    found = await by_ids(call, code)
    if not found.bodies:
        raise RequestNotFound
    shaped = shapes.request(found.bodies[0], call.reader, extended=extended)
    return call.told("service_requests", [shaped], private=found.private)


@router.get("/tokens/{token}.{form}")
async def get_token(request: Request, token: str, form: Format) -> Response:
    """Mã phản ánh của token. The request of a token: ours are one and the same, since codes are given at once."""
    call = await call_of(request, form, hint=lambda directory: directory.tenant_of_code(token))
    found = await by_ids(call, token)
    if not found.bodies:
        raise RequestNotFound
    told: list[Value] = [{"service_request_id": token.upper(), "token": token.upper()}]
    return call.told("service_requests", told, private=found.private)
