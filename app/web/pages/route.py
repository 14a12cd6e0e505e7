"""The path of a page's request: forms of other sites are refused, and every problem becomes a page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.db.errors import DatabaseUnavailable, is_down
from app.kit.problems import Forbidden, NotFound, Problem, Unavailable
from app.kit.text import Text
from app.settings import Settings
from app.web.problems import InternalError, name_problem

from .rendering import Pages

log = logging.getLogger("lienthong.web")


class ForeignForm(Forbidden):
    """A form was sent from another site, or its page is older than the session."""

    slug = "foreign-form"
    title = Text("Biểu mẫu không được gửi từ trang này", "The form was not sent from this site")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Vì an toàn, biểu mẫu chỉ được nhận từ chính trang này. Hãy tải lại trang rồi gửi lại; "
            "chưa có gì được ghi.",
            "For safety, forms are taken from this site's own pages only. Reload the page and send it again; "
            "nothing was written.",
        )


class PageRoute(APIRoute):
    """A route that answers people: a door makes a subclass with its own pages."""

    pages: ClassVar[Pages]

    def told(self, problem: Problem) -> Text:
        """What a person is told of it."""
        return problem.detail

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with problems shown instead of thrown."""
        handle = super().get_route_handler()

        async def as_page(request: Request) -> Response:
            try:
                refuse_foreign(request)
                return await handle(request)
            except Problem as problem:
                return await self.refusal(request, problem)
            except RequestValidationError:
                return await self.refusal(request, NotFound())
            except Exception as error:  # whatever it is, a person must not be left with a blank screen
                if is_down(error):
                    return await self.refusal(request, DatabaseUnavailable())
                log.exception("unhandled error on %s %s", request.method, self.path)
                return await self.refusal(request, InternalError(request_id=request.state.request_id))

        return as_page

    async def refusal(self, request: Request, problem: Problem) -> Response:
        """The page that tells of `problem`; the request's line in the log names it."""
        name_problem(request, problem)
        wait_s = 2 if isinstance(problem, Unavailable) else problem.extensions.get("retry_after_s")
        headers = {"Retry-After": str(wait_s)} if wait_s else {}
        told = self.told(problem)
        return self.pages.answer(
            request, "problem.html", status=problem.status, headers=headers, problem=problem, told=told
        )


def refuse_foreign(request: Request) -> None:
    """Nothing for a form of ours. Raises: ForeignForm when the browser says that another site sent it."""
    if request.method in {"GET", "HEAD"}:
        return
    origin = request.headers.get("origin")
    settings = cast("Settings", request.app.state.settings)
    ours = {request.headers.get("host", ""), urlsplit(settings.public_url or "").netloc} - {""}
    if origin is not None and urlsplit(origin).netloc not in ours:  # also for "null", a frame without an origin
        raise ForeignForm
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForeignForm
