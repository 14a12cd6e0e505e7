"""The OpenAPI document as a product: problems described once, no anonymous shapes, an example of every operation."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.web.headers import CLIENT_VERSION
from app.web.problems import ProblemOut, problem_responses
from app.web.versions import SUBMISSIONS, ClientTooOld, can_wait

from .examples import operations, weave
from .names import lift, rename
from .parts import Audience, part
from .wording import tell_of_operation, tell_of_parameter

DESCRIPTION = """
Phản ánh, kiến nghị của người dân: tiếp nhận, chuyển đúng một đơn vị chịu trách nhiệm ở ba cấp, tính hạn theo ngày làm
việc, trả lời và công khai.

Citizens' reports: taken in, routed to exactly one responsible unit across three tiers, timed in working days, answered
and published. Errors are `application/problem+json` (RFC 9457) in the language of `Accept-Language`; their `type`
leads to an explanation. Lists have keyset pages: send `next_cursor` back as `cursor`. Officers' changes carry
`If-Match` with the case's ETag; citizens' POSTs may carry an `Idempotency-Key`.
"""


def operation_id(route: APIRoute) -> str:
    """Stable id of an operation: its tag and the name of the function, in letters that every language takes."""
    return re.sub(r"\W+", "_", f"{route.tags[0]}_{route.name}") if route.tags else route.name


def _tell_of_old_apps(path: str, method: str, operation: dict[str, Any]) -> None:
    """The 426 that the edge gives before an endpoint is asked, and the header it goes by."""
    if can_wait(method.upper(), path):
        status = ClientTooOld.status
        operation["responses"].setdefault(str(status), problem_responses(ClientTooOld)[status])
    if "426" in operation["responses"] or path == SUBMISSIONS:
        operation.setdefault("parameters", []).append(dict(CLIENT_VERSION))


def install(app: FastAPI) -> None:
    """Serve a document with our shared parts; made once, then kept."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            shapes = schema.setdefault("components", {}).setdefault("schemas", {})
            problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
            shapes.update(problem.pop("$defs", {}))
            shapes["ProblemOut"] = problem
            for unused in ("HTTPValidationError", "ValidationError"):
                shapes.pop(unused, None)
            for path, method, operation in operations(schema):
                _tell_of_old_apps(path, method, operation)
                tell_of_operation(operation)
                for parameter in operation.get("parameters", ()):
                    tell_of_parameter(parameter)
            lift(schema)
            rename(schema)
            weave(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
    making = asyncio.Lock()
    made: dict[Audience | None, bytes] = {}

    def make(audience: Audience | None) -> bytes:
        return orjson.dumps(part(document(), audience) if audience else document())

    async def serve(audience: Audience | None = None) -> Response:
        """Made when somebody first asks, beside the loop: it takes seconds, in which others are answered."""
        async with making:
            if audience not in made:
                made[audience] = await asyncio.to_thread(make, audience)
        return Response(made[audience], media_type="application/json")

    app.add_api_route("/openapi.json", serve, include_in_schema=False)
