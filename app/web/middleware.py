"""Plain ASGI middleware: what every request gets, whoever answers it: an id, a limit, a count and a line in the log."""

from __future__ import annotations

import re
import secrets
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.problems import TooLarge
from app.kit.text import Text
from app.settings import AccessLog

from .language import language
from .logs import CURRENT, log_answer
from .metrics import Metrics
from .problems import answer_to_mistake, render

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


UPLOADS, FORM_WITH_FILES = "/api/v1/uploads", "/report"


class RequestEdge:
    """Gives each request an id (the caller's own if it is well formed) and refuses bodies over the limit with 413.

    A mistake of ours is answered here, so that the answer has its id and is counted like any other.
    """

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, max_upload_bytes: int, metrics: Metrics, access_log: AccessLog
    ) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.max_upload_bytes = max_upload_bytes
        self.metrics = metrics
        self.access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0
        duration_s = 0.0

        async def named_send(message: Message) -> None:
            nonlocal status, duration_s
            if message["type"] == "http.response.start":
                status, duration_s = message["status"], perf_counter() - began
                answer = MutableHeaders(scope=message)
                answer["X-Request-Id"] = request_id
                answer["X-Content-Type-Options"] = "nosniff"
            await send(message)

        self.metrics.in_flight += 1
        current = CURRENT.set(scope)
        try:
            length = headers.get("content-length", "")
            most = self._most(scope)
            if length.isdigit() and int(length) > most:
                await self._refuse(scope, receive, named_send)
            elif length or self._has_no_body(scope, headers):  # the server enforces a stated length
                await self.app(scope, receive, named_send)
            else:
                await self._counted(scope, receive, named_send, most)
        except Exception as error:
            if status:  # the answer has begun: only cutting it off tells that it is not whole
                raise
            answer = answer_to_mistake(Request(scope), error)
            await answer(scope, receive, named_send)
        finally:
            self.metrics.in_flight -= 1
            if status:  # nobody waits for an answer that was never begun
                self.metrics.answered(scope, status, duration_s)
                log_answer(scope, status, duration_s, self.access_log)
            CURRENT.reset(current)

    def _most(self, scope: Scope) -> int:
        """The largest body that the request may bring: files go to an address of their own."""
        with_files = scope["path"].startswith(UPLOADS) or scope["path"] == FORM_WITH_FILES
        return self.max_upload_bytes if with_files else self.max_body_bytes

    @staticmethod
    def _has_no_body(scope: Scope, headers: Headers) -> bool:
        """Whether a request that states no length brings nothing: else HTTP/1 needs a coding (RFC 9112 section 6.3)."""
        return scope["http_version"].startswith("1") and "transfer-encoding" not in headers

    async def _counted(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Serve a request whose length is not stated, counting its body as it comes."""
        seen = 0
        started = False

        def is_over() -> bool:
            return seen > most

        async def counting_receive() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if is_over():
                raise TooLarge(self._sentence())
            return message

        async def watching_send(message: Message) -> None:
            nonlocal started
            if is_over() and not started:
                return  # FastAPI would call it a body that cannot be read; we know better
            started = True
            await send(message)

        try:
            await self.app(scope, counting_receive, watching_send)
        except TooLarge:
            if started:
                raise
        if is_over() and not started:
            await self._refuse(scope, receive, send)

    def _sentence(self) -> Text:
        return Text(
            "Nội dung gửi lên vượt quá {limit} byte. Ảnh và tệp cần gửi riêng.",
            "The body is over {limit} bytes. Photos and files are sent apart.",
        ).fill(limit=self.max_body_bytes)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = render(TooLarge(self._sentence()), language(HTTPConnection(scope)), scope["path"])
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)
