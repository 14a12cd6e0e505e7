"""The way through the door: every refusal becomes the `errors` of the specification, in the format asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.db.errors import DatabaseUnavailable, is_down
from app.kit.problems import NotFound, Problem, Unavailable
from app.kit.text import Lang, Text
from app.reports.errors import PlaceNeeded
from app.web.language import language
from app.web.problems import InternalError, name_problem

from .terms import Format
from .writing import Value, written

log = logging.getLogger("lienthong.web")
# Kept as they are; a client of Open311 understands 400, 403 and 404, and HTTP itself the others.
_KEPT: Final = frozenset({403, 404, 408, 413, 429, 500, 503})
# How Open311 calls what our own API calls otherwise.
_FIELDS: Final[Mapping[str, str]] = {
    "category": "service_code",
    "location/lat": "lat",
    "location/lon": "long",
    "location": "lat, long",
    "area_code": "address_id",
    "address": "address_string",
    "reporter/name": "last_name, first_name",
    "reporter/phone": "phone",
    "reporter/email": "email",
}


class GeoReportRoute(APIRoute):
    """A route that answers other systems."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with problems told as the specification wants them."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return refusal(request, problem)
            except RequestValidationError:  # of the address alone: fields are checked by the door itself
                return refusal(request, NotFound(Text("Không có địa chỉ này.", "There is nothing at this address.")))
            except Exception as error:
                if is_down(error):
                    return refusal(request, DatabaseUnavailable())
                log.exception("unhandled error on %s %s", request.method, self.path)
                return refusal(request, InternalError(request_id=request.state.request_id))
            finally:
                await request.close()  # files that came along

        return told


def refusal(request: Request, problem: Problem) -> Response:
    """The `errors` that tell of `problem`; the request's line in the log names it."""
    name_problem(request, problem)
    lang = language(request)
    status = 403 if problem.status == 401 else problem.status if problem.status in _KEPT else 400
    form = Format.JSON if request.url.path.endswith(".json") else Format.XML
    headers = {"Cache-Control": "no-store", "Content-Language": lang.value}
    if isinstance(problem, Unavailable):
        headers["Retry-After"] = "2"
    elif isinstance(wait_s := problem.extensions.get("retry_after_s"), int):
        headers["Retry-After"] = str(wait_s)
    errors: list[Value] = [{"code": status, "description": line} for line in _lines(problem, lang)]
    return Response(written("errors", errors, form), status, headers, form.media_type)


_PLACE: Final = Text(
    "Hãy gửi lat và long, hoặc address_string, hoặc address_id (mã xã, phường).",
    "Send lat and long, or address_string, or address_id (the code of a commune).",
)


def _lines(problem: Problem, lang: Lang) -> list[str]:
    """What is wrong, one sentence for each field; the whole in one where it speaks of no field."""
    if isinstance(problem, PlaceNeeded):  # its own words name the fields of our API
        return [_PLACE(lang)]
    listed = problem.extensions.get("errors")
    fields = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    told = [(named(str(each.get("pointer", "")).strip("/")), each.get("detail")) for each in fields]
    if not told or [detail for _, detail in told] == [problem.title]:
        return [problem.detail(lang)]
    said = [(name, detail(lang) if isinstance(detail, Text) else str(detail)) for name, detail in told]
    return [f"{name}: {detail}" if name else detail for name, detail in said]


def named(pointer: str) -> str:
    """What Open311 calls the field at this place of our own API's body."""
    if pointer.startswith("answers/"):
        return f"attribute[{pointer.removeprefix('answers/')}]"
    if pointer.startswith("media/"):
        return "media"
    return _FIELDS.get(pointer, pointer)
