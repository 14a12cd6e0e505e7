"""Requests to subscribers: bounded in time and size, never redirected, never to a private address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx

from .domain import is_forbidden, refused_part
from .terms import Attempt, Outcome

MOST_ANSWER_BYTES = 65_536
MOST_EXCERPT = 500
LOOKUP_THREADS = 64  # a resolver that hangs must not keep the names of others from being resolved
CONNECT_S = 5.0
_GONE = 410


class ForbiddenAddress(httpx.ConnectError):
    """The host is, or resolves to, an address that no request may go to."""


class CheckedTransport(httpx.AsyncBaseTransport):
    """Resolves the host itself, refuses it unless every address is public, and connects to what it has checked.

    A name cannot be resolved to something else between the check and the connection (DNS rebinding): the connection
    is made to the address, with the name kept for `Host` and for TLS. Connections are not kept, since the pool would
    hand one address's connection to another name.
    """

    def __init__(self, *, private: bool) -> None:
        """`private`: addresses of this machine and its network are asked, too."""
        self._private = private
        self._inner = httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
        )
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="lookup")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the first address that can be connected to. Raises: ForbiddenAddress, httpx.TransportError."""
        host = request.url.host
        addresses = await self._addresses(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        failure: httpx.TransportError | None = None
        for address in addresses:
            there = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._inner.handle_async_request(there)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure or httpx.ConnectError("the name has no address")

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Addresses of the host in the system's order, each once."""
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the name cannot be resolved") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._private and any(is_forbidden(address) for address in addresses):
            raise ForbiddenAddress("the address is private or reserved")
        return addresses

    async def aclose(self) -> None:
        """Close what is open; a lookup that hangs is left to itself."""
        await self._inner.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)


class Sender:
    """Posts to endpoints; whatever they do, there is an outcome within `timeout_s` seconds."""

    def __init__(self, *, private: bool, timeout_s: float) -> None:
        """`private`: requests may go to private addresses and without TLS."""
        self._private = private
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(
            transport=CheckedTransport(private=private),
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """What came of one POST. The first 64 KiB of an answer are read, its status is what counts."""
        if refused_part(url, private=self._private) is not None:
            return Attempt(Outcome.FORBIDDEN_ADDRESS, excerpt="the address is private, reserved or without TLS")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(url, headers, body)
        except ForbiddenAddress as error:
            return Attempt(Outcome.FORBIDDEN_ADDRESS, excerpt=str(error))
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(Outcome.TIMEOUT, excerpt=f"no whole answer within {self._timeout_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(Outcome.UNREACHABLE, excerpt=_readable(f"{type(error).__name__}: {error}".encode()))

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        async with self._client.stream("POST", url, headers=dict(headers), content=body) as answer:
            status, read = answer.status_code, bytearray()
            async for piece in answer.aiter_raw(8192):  # raw: what is packed small may unpack to anything
                read += piece
                if len(read) >= MOST_ANSWER_BYTES:
                    break
            excerpt = _readable(bytes(read)) or None
        if answer.is_success:
            return Attempt(Outcome.ACCEPTED, status, excerpt)
        return Attempt(Outcome.GONE if status == _GONE else Outcome.REFUSED, status, excerpt)

    async def close(self) -> None:
        """End requests under way and let go of the sockets."""
        await self._client.aclose()


def _readable(raw: bytes) -> str:
    """The beginning as text that a column can hold."""
    text = raw[: 4 * MOST_EXCERPT].decode("utf-8", "replace")
    return "".join(mark if mark.isprintable() or mark in "\n\t" else "·" for mark in text)[:MOST_EXCERPT]
