"""Plain ASGI middleware: what every request gets, whoever answers it: an id, a limit, a count and a line in the log."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from time import perf_counter
from typing import Final, NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.problems import CodingNotTaken, Problem, TooLarge, TooSlow
from app.kit.text import Text
from app.settings import AccessLog

from .language import language
from .logs import CURRENT, log_answer
from .metrics import Metrics
from .problems import answer_to_mistake, render
from .robots import HIDDEN, is_shown
from .sharing import preflight, sharing

log = logging.getLogger("lienthong.web")
_NOTHING: Final[Message] = {"type": "http.response.body", "body": b""}
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


UPLOADS, FORM_WITH_FILES, FORM_WITH_PAPER = "/api/v1/uploads", "/report", "/verify"
FORMS_OF_SCRIPTS = frozenset({"/report/kept"})  # what waited for a network
FORMS_OF_OTHERS = frozenset({"/open311/v2/requests.json", "/open311/v2/requests.xml"})  # which bring photos too
STREAMS = "/stream"  # the end of every address whose answer has none
LEAST_BYTES_S = 1024


class _Limit(NamedTuple):
    """The largest body that a request may bring; `by_page`: a page tells of it, since a person has sent it."""

    most_bytes: int
    sentence: Text
    by_page: bool = False


class _Body:
    """A body as it comes. `problem`: why no more of it is taken.

    It may take `wait_s` and a second more for each KiB that is here: a weak network is slow, but it gets on.
    """

    def __init__(self, receive: Receive, limit: _Limit, stated: int, wait_s: float) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = stated if stated > limit.most_bytes else 0  # what is said to be too much need not come
        self._whole = False
        self._wait_s = wait_s
        self._began = asyncio.get_running_loop().time()
        self.problem: Problem | None = None
        self._look()

    def _look(self) -> None:
        if self._seen > self._limit.most_bytes:
            self.problem = TooLarge(self._limit.sentence)

    async def receive(self) -> Message:
        """The next part; once all of it is here, whatever comes. Raises: TooLarge, TooSlow."""
        if self.problem is not None:
            raise self.problem
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._began + self._wait_s + self._seen / LEAST_BYTES_S):
                message = await self._receive()
        except TimeoutError:
            self.problem = TooSlow()
            raise self.problem from None
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        self._look()
        if self.problem is not None:
            raise self.problem
        return message


class _Answer:
    """An answer on its way out. A HEAD is answered as a GET without its body (RFC 9110 section 9.3.2).

    Uploads tell by HEAD how far they are; streams never end.
    """

    def __init__(self, scope: Scope, send: Send, *, only_https: bool) -> None:
        path: str = scope["path"]
        self._scope, self._send, self._only_https = scope, send, only_https
        self._began = perf_counter()
        self._bare = scope["method"] == "HEAD" and not (path.startswith(UPLOADS) or path.endswith(STREAMS))
        if self._bare:
            scope["method"] = "GET"
        self.status = 0
        self.duration_s = 0.0

    async def send(self, message: Message) -> None:
        """The next part, with what every answer has."""
        if message["type"] == "http.response.start":
            self._begin(message)
        elif self._bare:
            if message.get("more_body", False):
                return
            message = _NOTHING
        await self._send(message)

    def _begin(self, message: Message) -> None:
        scope = self._scope
        self.status, self.duration_s = message["status"], perf_counter() - self._began
        answer = MutableHeaders(scope=message)
        answer["X-Request-Id"] = scope["state"]["request_id"]
        answer["X-Content-Type-Options"] = "nosniff"
        if self._only_https:
            answer["Strict-Transport-Security"] = "max-age=31536000"
        if (limits := scope["state"].get("limits")) is not None:
            answer["RateLimit-Policy"], answer["RateLimit"] = limits
        answer.raw.extend(sharing(scope["path"]))
        if not is_shown(scope["path"]):
            answer.raw.append(HIDDEN)
        if self._bare:
            scope["method"] = "HEAD"  # to the server and the log it still is


class RequestEdge:
    """Gives each request an id (the caller's own if it is well formed) and refuses bodies over the limit with 413.

    Bodies that come too slowly are given up with 408.

    A mistake of ours is answered here, so that the answer has its id and is counted like any other.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_body_bytes: int,
        max_upload_bytes: int,
        metrics: Metrics,
        access_log: AccessLog,
        body_wait_s: float,
        *,
        only_https: bool = False,
    ) -> None:
        """`only_https`: people reach this installation by TLS alone, and browsers are told to keep to it (RFC 6797)."""
        self.app = app
        self.only_https = only_https
        self._warned = False
        self.body_wait_s = body_wait_s
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
        self._of_papers = _Limit(
            max_body_bytes,
            Text(
                "Tệp vượt quá {limit} KB; giấy do hệ thống lập nhỏ hơn nhiều. Hãy chọn đúng tệp hoặc nhập mã kiểm tra.",
                "The file is over {limit} KB; papers of ours are much smaller. Choose the right one, or type its code.",
            ).fill(limit=max_body_bytes // 1024),
            by_page=True,
        )
        self.metrics = metrics
        self.access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        self._look_at_proxy(scope, headers)
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(scope, send, only_https=self.only_https)
        self.metrics.in_flight += 1
        current = CURRENT.set(scope)
        try:
            if (told := preflight(scope, headers)) is not None:
                await told(scope, receive, answer.send)
            elif self._has_no_body(scope, headers):
                await self.app(scope, receive, answer.send)
            else:
                await self._guarded(scope, receive, answer.send, headers)
        except Exception as error:
            if answer.status:  # the answer has begun: only cutting it off tells that it is not whole
                raise
            await answer_to_mistake(Request(scope), error)(scope, receive, answer.send)
        finally:
            self.metrics.in_flight -= 1
            if answer.status:  # nobody waits for an answer that was never begun
                self.metrics.answered(scope, answer.status, answer.duration_s)
                log_answer(scope, answer.status, answer.duration_s, self.access_log)
            CURRENT.reset(current)

    def _look_at_proxy(self, scope: Scope, headers: Headers) -> None:
        """Count that a proxy is not believed, and say it once: everybody behind it would share one address.

        The server gives a believed address the port that the proxy told, 0 without one; whoever is not believed keeps
        the port of the connection.
        """
        forwarded = headers.get("x-forwarded-for")
        host, port = scope.get("client") or ("", 0)
        if forwarded is None or not port or f"{host}:{port}" in forwarded or f"[{host}]:{port}" in forwarded:
            return
        self.metrics.unbelieved()
        if not self._warned:
            self._warned = True
            log.warning(
                "X-Forwarded-For from %s is not believed; if that is your proxy, name it in LIENTHONG_TRUSTED_PROXIES",
                host,
            )

    def _limit(self, scope: Scope) -> _Limit:
        """What the request is held to: files go to addresses of their own."""
        if scope["path"] == FORM_WITH_FILES or scope["path"] in FORMS_OF_SCRIPTS | FORMS_OF_OTHERS:
            return self._of_forms
        if scope["path"] == FORM_WITH_PAPER:
            return self._of_papers
        return self._of_uploads if scope["path"].startswith(UPLOADS) else self._usual

    @staticmethod
    def _has_no_body(scope: Scope, headers: Headers) -> bool:
        """Whether a request brings nothing: HTTP/1 states a length, or else a coding (RFC 9112 section 6.3)."""
        if "content-length" in headers:
            return headers["content-length"] == "0"
        return scope["http_version"].startswith("1") and "transfer-encoding" not in headers

    async def _guarded(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """Serve a request with a body, as long as that comes as it is, fast enough and not too much."""
        if headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
            await self._refuse(scope, receive, send, CodingNotTaken())
            return
        limit, length = self._limit(scope), headers.get("content-length", "")
        stated = int(length) if length.isdigit() else 0
        if stated > limit.most_bytes and not limit.by_page:
            await self._refuse(scope, receive, send, TooLarge(limit.sentence))
            return
        body, started = _Body(receive, limit, stated, self.body_wait_s), False

        async def watching_send(message: Message) -> None:
            nonlocal started
            if body.problem is not None and not started and message.get("status") != body.problem.status:
                return  # FastAPI would call it a body that cannot be read; we know better
            started = True
            await send(message)

        try:
            await self.app(scope, body.receive, watching_send)
        except (TooLarge, TooSlow):
            if started:
                raise
        if body.problem is not None and not started:
            await self._refuse(scope, receive, send, body.problem)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
        answer = render(problem, language(HTTPConnection(scope)), scope["path"])
        answer.headers["Connection"] = "close"
        if isinstance(problem, CodingNotTaken):
            answer.headers["Accept-Encoding"] = "identity"
        await answer(scope, receive, send)
