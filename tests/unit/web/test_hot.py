"""What a hot route takes on, and how its parameters are read."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.routing import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from app.web.hot import HotRoute, hot_routes


class Asked(BaseModel):
    """A query."""

    word: str = ""
    number: list[int] | None = None


async def nothing() -> None:
    """A dependency."""


async def with_dependency(_: Annotated[None, Depends(nothing)]) -> Response:
    """Wants what a hot route does not solve."""
    return Response()


async def with_header(x_given: Annotated[str, Header()]) -> Response:
    """Wants a header read for it."""
    return Response(x_given)


async def good(request: Request, code: str, asked: Annotated[Asked, Query()]) -> Response:
    """Takes what a hot route gives."""
    return Response(f"{request.method} {code} {asked}")


def plain(request: Request) -> Response:
    """No coroutine."""
    return Response(request.method)


async def two_bodies(one: Asked, other: Asked) -> Response:
    """Wants its body in parts."""
    return Response(f"{one} {other}")


async def bare_value(word: str) -> Response:
    """Wants a query that is no model."""
    return Response(word)


@pytest.mark.parametrize("path", ["/things/{code}/parts", "/things/{code:path}"])
def test_a_hot_path_has_a_parameter_only_as_its_last_part(path: str) -> None:
    with pytest.raises(TypeError, match="parameter but the last part"):
        APIRouter(route_class=HotRoute).get(path)(good)


@pytest.mark.parametrize("endpoint", [with_dependency, with_header, plain, two_bodies, bare_value])
def test_a_hot_route_refuses_what_it_would_not_solve(endpoint: Any) -> None:
    router = APIRouter(route_class=HotRoute)
    with pytest.raises(TypeError, match="a hot route takes no"):
        router.get("/things")(endpoint)


def test_a_hot_route_is_described_like_any_other() -> None:
    router = APIRouter(route_class=HotRoute)
    router.get("/things/{code}")(good)
    app = FastAPI()
    app.include_router(router)
    assert len(hot_routes(router)) == 1
    described = app.openapi()["paths"]["/things/{code}"]["get"]["parameters"]
    assert [(one["name"], one["in"]) for one in described] == [("code", "path"), ("word", "query"), ("number", "query")]
