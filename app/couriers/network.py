"""Requests to systems of others: bounded in time and size, never redirected, never to a private address."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import certifi
import httpcore

from .addresses import is_forbidden, refused_part

LOOKUP_THREADS = 64  # a resolver that hangs must not keep the names of others from being resolved
CONNECT_S = 5.0
KEPT_S = 15.0
_NOT_REACHED: Final = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.UnsupportedProtocol, ValueError)


class ForbiddenAddress(httpcore.ConnectError):
    """The host is, or resolves to, an address that no request may go to."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves the host itself, refuses it unless every address is public, and connects to what it has checked.

    A name cannot be resolved to something else between the check and the connection (DNS rebinding): the connection is
    made to the address, while the pool above goes on to use the name: for `Host`, for TLS, to tell connections apart. A
    kept connection leads where it led when it was checked.
    """

    def __init__(self, *, private: bool) -> None:
        """`private`: addresses of this machine and its network are connected to, too."""
        self._private = private
        self._inner = httpcore.AnyIOBackend()
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="lookup")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the pool's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that takes it. Raises: ForbiddenAddress, httpcore.ConnectError."""
        failure: Exception | None = None
        for address in await self._addresses(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("the name has no address")

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Addresses of the host in the system's order, each once."""
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._private and any(is_forbidden(address) for address in addresses):
            raise ForbiddenAddress("the address is private or reserved")
        return addresses

    def close(self) -> None:
        """Let go of the threads; a lookup that hangs is left to itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def trusted(authorities: Path | None) -> ssl.SSLContext:
    """Whom connections trust: everybody's authorities, and those of the PEM file."""
    trust = ssl.create_default_context(cafile=certifi.where())
    if authorities is not None:
        trust.load_verify_locations(authorities)
    return trust


def patience_of(timeout_s: float) -> dict[str, float]:
    """How long each part of a request may take."""
    step_s = min(CONNECT_S, timeout_s)
    return {"connect": step_s, "pool": timeout_s, "read": timeout_s, "write": timeout_s}


class Unanswered(Exception):  # noqa: N818 - what came of it, for whoever asked
    """There is no whole answer; `code` says why in a word."""

    def __init__(self, code: str, *, reached: bool) -> None:
        """`reached`: the other side may have taken in what was asked; else it certainly has not."""
        super().__init__(code)
        self.code, self.reached = code, reached


class CheckedPool:
    """Asks systems of others and reads their answers whole, bounded in time and size."""

    def __init__(self, *, private: bool, timeout_s: float, authorities: Path | None, connections: int) -> None:
        """`private`: private addresses are asked, too; `authorities`: a PEM file of whom to trust beside the usual.

        `connections`: at most, to all of them together.
        """
        self._timeout_s = timeout_s
        self._private = private
        self._network = CheckedNetwork(private=private)
        self._patience = patience_of(timeout_s)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted(authorities),
            max_connections=connections,
            keepalive_expiry=KEPT_S,
            network_backend=self._network,
        )

    async def ask(
        self, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes, *, most: int
    ) -> tuple[int, bytes]:
        """Status and whole answer, of at most `most` bytes. Raises: Unanswered."""
        try:
            return await self._ask(method, url, headers, body, most)
        except ForbiddenAddress as error:
            raise Unanswered("forbidden-address", reached=False) from error
        except _NOT_REACHED as error:
            raise Unanswered(type(error).__name__, reached=False) from error
        except (TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Unanswered(type(error).__name__, reached=True) from error

    async def _ask(
        self, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes, most: int
    ) -> tuple[int, bytes]:
        if refused_part(url, private=self._private) is not None:
            raise ForbiddenAddress("the address is private, reserved or without TLS")
        extensions = {"timeout": self._patience}
        async with (
            asyncio.timeout(self._timeout_s),
            self._pool.stream(method, url, headers=headers, content=body, extensions=extensions) as answer,
        ):
            read = bytearray()
            async for piece in answer.aiter_stream():
                read += piece
                if len(read) > most:
                    raise httpcore.RemoteProtocolError("the answer is too long")
            return answer.status, bytes(read)

    async def close(self) -> None:
        """Let go of the sockets."""
        await self._pool.aclose()
        self._network.close()
