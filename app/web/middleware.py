"""Plain ASGI middleware: a request id for every answer, and a limit on every body."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.problems import TooLarge
from app.kit.text import Text

from .language import language
from .problems import render

_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class RequestEdge:
    """Gives each request an id (the caller's own if it is well formed) and refuses bodies over the limit with 413."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.match(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def named_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["X-Request-Id"] = request_id
                answer["X-Content-Type-Options"] = "nosniff"
            await send(message)

        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > self.max_body_bytes:
            await self._refuse(scope, receive, named_send)
            return
        if length:  # the server enforces a stated length
            await self.app(scope, receive, named_send)
            return
        await self._counted(scope, receive, named_send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose length is not stated, counting its body as it comes."""
        seen = 0
        started = False

        def is_over() -> bool:
            return seen > self.max_body_bytes

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
