"""The busiest addresses, taken past FastAPI's machinery: from the edge straight to the endpoint and back.

FastAPI describes a hot route like any other, and pydantic checks its parameters; what is left out is what such an
endpoint does not use: the search through all routes, two layers of exception handlers, three exit stacks, the solving
of dependencies (docs/decisions/0023, with figures). It is one more way to the same function, not another function.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from typing import Any, Final, get_origin

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kit.problems import Problem

from .problems import refusal

_NOT_JSON: Final = {"type": "model_attributes_type", "loc": ("body",), "msg": "The body is not JSON", "input": None}
_NO_BODY: Final = {"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}


class HotRoute(APIRoute):
    """An endpoint that takes its request, path parameters, one model of the query and one of the body, nothing else.

    Headers it reads itself and describes with `read_here`; it answers with a Response.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Raises: TypeError when the endpoint wants more than a hot route gives."""
        super().__init__(path, endpoint, **options)
        wants = self.dependant
        if wrong := _asks_too_much(path, endpoint, wants):
            message = f"{path}: a hot route takes no {wrong}"
            raise TypeError(message)
        self._request_name = wants.request_param_name
        self._in_path = tuple(wants.path_params)
        self._query = next(iter(wants.query_params), None)
        self._listed = frozenset(_lists_of(self._query.field_info.annotation) if self._query else ())
        body = next(iter(wants.body_params), None)
        self._body_name = body.name if body else None
        shape: Any = body.field_info.annotation if body else None
        self._body: TypeAdapter[Any] = TypeAdapter(shape)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request whose path parameters are in `scope`."""
        request = Request(scope, receive, send)
        try:
            response = await self.endpoint(**await self._arguments(request))
        except (Problem, RequestValidationError, HTTPException) as error:
            response = refusal(request, error)
        except ClientDisconnect:  # nobody is left to be answered
            return
        await response(scope, receive, send)

    async def _arguments(self, request: Request) -> dict[str, Any]:
        """What the endpoint is called with. Raises: RequestValidationError."""
        given: dict[str, Any] = {self._request_name: request} if self._request_name else {}
        errors: list[Any] = []
        for field in self._in_path:
            given[field.name], found = field.validate(request.path_params[field.alias], loc=("path", field.alias))
            errors += found
        if self._query is not None:
            asked = _query_values(request.query_params, self._listed)
            given[self._query.name], found = self._query.validate(asked, loc=("query",))
            errors += found
        if self._body_name is not None:
            content = await request.body()
            if not content:
                errors.append(_NO_BODY)
            elif not _is_json(request.headers.get("content-type", "")):
                errors.append(_NOT_JSON)
            else:
                try:
                    given[self._body_name] = self._read(content)
                except ValidationError as error:
                    errors += [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        if errors:
            raise RequestValidationError(errors)
        return given

    def _read(self, content: bytes) -> Any:
        """The body as its model. Raises: ValidationError."""
        try:
            return self._body.validate_json(content)
        except ValidationError as error:
            if error.errors()[0]["type"] != "json_invalid":
                raise
            try:
                value = json.loads(content)
            except (ValueError, RecursionError):
                raise error from None
            # pydantic's own reader is stricter: half of a surrogate pair, say, is a fault of that member only.
            return self._body.validate_python(value)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _asks_too_much(path: str, endpoint: Callable[..., Any], wants: Dependant) -> str | None:
    """What the endpoint wants that a hot route does not give."""
    _, _, last = path.rpartition("/")
    inside = path.removesuffix(last)
    models = [one.field_info.annotation for one in (*wants.query_params, *wants.body_params)]
    found = {
        "dependency": wants.dependencies,
        "header or cookie of FastAPI's": wants.header_params or wants.cookie_params,
        "second query or body": len(wants.query_params) > 1 or len(wants.body_params) > 1,
        "query or body that is no model": any(not _is_model(one) for one in models),
        "response or background tasks": wants.response_param_name or wants.background_tasks_param_name,
        "parameter but the last part of its path": "{" in inside or ":" in last,
        "endpoint that is no coroutine": not iscoroutinefunction(endpoint),
    }
    return next((what for what, is_there in found.items() if is_there), None)


def _lists_of(model: Any) -> Iterable[str]:
    """Names of the members that may be given more than once."""
    return [
        field.alias or name
        for name, field in model.model_fields.items()
        if any(get_origin(kind) is list for kind in (field.annotation, *getattr(field.annotation, "__args__", ())))
    ]


def _query_values(query: QueryParams, listed: frozenset[str]) -> dict[str, str | list[str]]:
    """Values by name; of a name given twice the last one, of `listed` names all."""
    return {name: query.getlist(name) if name in listed else value for name, value in query.items()}


def _is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON (RFC 6839 section 3.1)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def hot_routes(router: APIRouter) -> list[HotRoute]:
    """The hot routes among those of `router`."""
    return [route for route in router.routes if isinstance(route, HotRoute)]


class HotPaths:
    """Leads requests for hot routes to them, all others on to FastAPI.

    A hot route's path has no parameter, or one as its last part.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[HotRoute]) -> None:
        """`routes`: with their full paths."""
        self.app = app
        self._whole: dict[tuple[str, str], HotRoute] = {}
        self._below: dict[tuple[str, str], tuple[HotRoute, str]] = {}
        for route in routes:
            above, _, last = route.path.rpartition("/")
            for method in route.methods or ():
                if last.startswith("{"):
                    self._below[method, above] = route, last.strip("{}")
                else:
                    self._whole[method, route.path] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        route = self._found(scope) if scope["type"] == "http" else None
        if route is None:
            await self.app(scope, receive, send)
        else:
            scope["route"] = route
            await route.answer(scope, receive, send)

    def _found(self, scope: Scope) -> HotRoute | None:
        """The hot route of the request, its path parameter noted in `scope`."""
        method, path = scope["method"], scope["path"]
        route = self._whole.get((method, path))
        if route is not None:
            scope["path_params"] = {}
            return route
        above, _, last = path.rpartition("/")
        found = self._below.get((method, above))
        if found is None or not last:
            return None
        scope["path_params"] = {found[1]: last}
        return found[0]
