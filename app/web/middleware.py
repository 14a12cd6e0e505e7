"""Plain ASGI middleware: what every request gets, whoever answers it: an id, a limit, a count and a line in the log."""

from __future__ import annotations

import re
import secrets
from time import perf_counter
from typing import NamedTuple

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


class _Limit(NamedTuple):
    """The largest body that a request may bring; `by_page`: a page tells of it, since a person has sent it."""

    most_bytes: int
    sentence: Text
    by_page: bool = False


class RequestEdge:
    """Gives each request an id (the caller's own if it is well formed) and refuses bodies over the limit with 413.

    A mistake of ours is answered here, so that the answer has its id and is counted like any other.
    """

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, max_upload_bytes: int, metrics: Metrics, access_log: AccessLog
    ) -> None:
        self.app = app
        over = Text("Nội dung gửi lên vượt quá {limit} byte.", "The body is over {limit} bytes.")
        usual = Text(f"{over.vi} Ảnh và tệp cần gửi riêng.", f"{over.en} Photos and files are sent apart.")
        self._usual = _Limit(max_body_bytes, usual.fill(limit=max_body_bytes))
        self._of_uploads = _Limit(max_upload_bytes, over.fill(limit=max_upload_bytes))
        self._of_forms = _Limit(
            max_upload_bytes + max_body_bytes,
            Text(
                "Các tệp gửi kèm vượt quá {limit} MB. Hãy quay lại trang trước, nội dung đã viết vẫn còn, rồi chọn tệp "
                "nhỏ hơn hoặc ít tệp hơn.",
                "The files are over {limit} MB together. Go back, what you wrote is still there, and choose smaller "
                "ones, or fewer.",
            ).fill(limit=max_upload_bytes // 1_048_576),
            by_page=True,
        )
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
                if (limits := scope["state"].get("limits")) is not None:
                    answer["RateLimit-Policy"], answer["RateLimit"] = limits
            await send(message)

        self.metrics.in_flight += 1
        current = CURRENT.set(scope)
        try:
            length = headers.get("content-length", "")
            stated = int(length) if length.isdigit() else 0
            limit = self._limit(scope)
            if stated > limit.most_bytes and not limit.by_page:
                await self._refuse(scope, receive, named_send, limit)
            elif stated <= limit.most_bytes and (length or self._has_no_body(scope, headers)):
                await self.app(scope, receive, named_send)  # the server enforces a stated length
            else:
                await self._counted(scope, receive, named_send, limit, stated)
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

    def _limit(self, scope: Scope) -> _Limit:
        """What the request is held to: files go to addresses of their own."""
        if scope["path"] == FORM_WITH_FILES:
            return self._of_forms
        return self._of_uploads if scope["path"].startswith(UPLOADS) else self._usual

    @staticmethod
    def _has_no_body(scope: Scope, headers: Headers) -> bool:
        """Whether a request that states no length brings nothing: else HTTP/1 needs a coding (RFC 9112 section 6.3)."""
        return scope["http_version"].startswith("1") and "transfer-encoding" not in headers

    async def _counted(self, scope: Scope, receive: Receive, send: Send, limit: _Limit, stated: int) -> None:
        """Serve a request whose length is not stated, counting its body as it comes, or is stated to be too much."""
        seen = stated
        started = False

        def is_over() -> bool:
            return seen > limit.most_bytes

        async def counting_receive() -> Message:
            nonlocal seen
            if is_over():
                raise TooLarge(limit.sentence)
            message = await receive()
            seen += len(message.get("body", b""))
            if is_over():
                raise TooLarge(limit.sentence)
            return message

        async def watching_send(message: Message) -> None:
            nonlocal started
            if is_over() and not started and message.get("status") != TooLarge.status:
                return  # FastAPI would call it a body that cannot be read; we know better
            started = True
            await send(message)

        try:
            await self.app(scope, counting_receive, watching_send)
        except TooLarge:
            if started:
                raise
        if is_over() and not started:
            await self._refuse(scope, receive, send, limit)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: _Limit) -> None:
        answer = render(TooLarge(limit.sentence), language(HTTPConnection(scope)), scope["path"])
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)
