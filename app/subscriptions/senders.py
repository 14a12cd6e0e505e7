"""Requests to subscribers: bounded in time and size, never redirected, never to a private address."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpcore

from app.couriers.addresses import refused_part
from app.couriers.network import KEPT_S, CheckedNetwork, ForbiddenAddress, patience_of, trusted

from .terms import Attempt, Outcome

MOST_ANSWER_BYTES = 65_536
MOST_EXCERPT = 500
KEPT_CONNECTIONS = 4  # of one endpoint, as many as there are requests to it at once
MOST_ORIGINS = 500  # endpoints whose connections are kept; there may be more of them
_GONE = 410


class Sender:
    """Posts to endpoints; whatever they do, there is an outcome within `timeout_s` seconds."""

    def __init__(self, *, private: bool, timeout_s: float, authorities: Path | None = None) -> None:
        """`private`: requests may go to private addresses and without TLS.

        `authorities`: a PEM file of authorities that are trusted beside those everybody trusts.
        """
        self.timeout_s = timeout_s
        self._private = private
        self._network = CheckedNetwork(private=private)
        self._trust = trusted(authorities)
        self._pools: dict[tuple[str, str, int | None], httpcore.AsyncConnectionPool] = {}
        self._patience = patience_of(timeout_s)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """What came of one POST. The first 64 KiB of an answer are read, its status is what counts."""
        if refused_part(url, private=self._private) is not None:
            return Attempt(Outcome.FORBIDDEN_ADDRESS, excerpt="the address is private, reserved or without TLS")
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._post(url, [(name.encode(), value.encode()) for name, value in headers.items()], body)
        except ForbiddenAddress as error:
            return Attempt(Outcome.FORBIDDEN_ADDRESS, excerpt=str(error))
        except (TimeoutError, httpcore.TimeoutException):
            return Attempt(Outcome.TIMEOUT, excerpt=f"no whole answer within {self.timeout_s:g} s")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
            return Attempt(Outcome.UNREACHABLE, excerpt=_readable(_reason(error).encode()))

    async def _post(self, url: str, headers: list[tuple[bytes, bytes]], body: bytes) -> Attempt:
        """What came of it; over a new connection when a kept one turns out to have been closed by the other side."""
        target = httpcore.URL(url)
        pool = await self._pool_of(target)
        told = [(b"host", _host_of(target)), (b"content-length", b"%d" % len(body)), *headers]
        while True:
            fresh = False

            async def watch(event: str, _: object) -> None:
                nonlocal fresh
                fresh = fresh or event == "connection.connect_tcp.started"

            try:
                return await self._answered(pool, target, told, body, {"timeout": self._patience, "trace": watch})
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                if fresh:
                    raise

    async def _answered(
        self,
        pool: httpcore.AsyncConnectionPool,
        target: httpcore.URL,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
        extensions: dict[str, object],
    ) -> Attempt:
        async with pool.stream("POST", target, headers=headers, content=body, extensions=extensions) as answer:
            read = bytearray()
            async for piece in answer.aiter_stream():  # raw: what is packed small may unpack to anything
                read += piece
                if len(read) >= MOST_ANSWER_BYTES:
                    break
            status, excerpt = answer.status, _readable(bytes(read)) or None
        if 200 <= status <= 299:
            return Attempt(Outcome.ACCEPTED, status, excerpt)
        return Attempt(Outcome.GONE if status == _GONE else Outcome.REFUSED, status, excerpt)

    async def _pool_of(self, target: httpcore.URL) -> httpcore.AsyncConnectionPool:
        """The connections of this endpoint's origin. One pool for all would look at each of them for every request."""
        key = target.scheme.decode(), target.host.decode(), target.port
        pool = self._pools.pop(key, None)
        if pool is None:
            pool = httpcore.AsyncConnectionPool(
                ssl_context=self._trust,
                max_connections=None,
                max_keepalive_connections=KEPT_CONNECTIONS,
                keepalive_expiry=KEPT_S,
                network_backend=self._network,
            )
        self._pools[key] = pool  # the one used last comes last
        for old, idle in list(self._pools.items())[: max(0, len(self._pools) - MOST_ORIGINS)]:
            if all(connection.is_idle() for connection in idle.connections):
                del self._pools[old]
                await idle.aclose()
        return pool

    async def close(self) -> None:
        """Let go of the sockets."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()
        self._network.close()


def _host_of(target: httpcore.URL) -> bytes:
    """The name as it was given, with its port unless that is the scheme's own."""
    host = b"[%s]" % target.host if b":" in target.host else target.host
    usual = {b"https": 443, b"http": 80}.get(target.scheme)
    return host if target.port in {None, usual} else b"%s:%d" % (host, target.port)


def _reason(error: Exception) -> str:
    """Why there was no answer, in words an administrator can act on."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed: {cause.reason or cause}"
    return f"{type(error).__name__}: {error}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _readable(raw: bytes) -> str:
    """The beginning as text that a column can hold."""
    text = raw[: 4 * MOST_EXCERPT].decode("utf-8", "replace")
    return "".join(mark if mark.isprintable() or mark in "\n\t" else "·" for mark in text)[:MOST_EXCERPT]
