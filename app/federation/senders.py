"""Requests to neighbours: signed, bounded in time and size, never redirected."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import certifi
import httpcore
import orjson

from app.subscriptions.domain import refused_part
from app.subscriptions.senders import CheckedNetwork, ForbiddenAddress

from .terms import Reply

MOST_ANSWER_BYTES: Final = 4_194_304
_FAILURES: Final = (
    *(TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError),
    *(httpcore.UnsupportedProtocol, ValueError),
)


class Wire:
    """Asks neighbours; whatever they do, there is a reply of ours within `timeout_s` seconds."""

    def __init__(self, *, private: bool, timeout_s: float, authorities: Path | None = None) -> None:
        """`private`, `authorities`: as for webhooks."""
        self.timeout_s = timeout_s
        self._private = private
        self._network = CheckedNetwork(private=private)
        trust = ssl.create_default_context(cafile=certifi.where())
        if authorities is not None:
            trust.load_verify_locations(authorities)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust, max_connections=16, keepalive_expiry=15.0, network_backend=self._network
        )
        step_s = min(5.0, timeout_s)
        self._patience = {"connect": step_s, "pool": timeout_s, "read": timeout_s, "write": timeout_s}

    async def post(self, url: str, proof: Mapping[str, str], body: bytes) -> Reply:
        """What it said; not `ok` and with a code for whatever is no 2xx with a JSON object."""
        if refused_part(url, private=self._private) is not None:
            return Reply(ok=False, code="forbidden-address", body={})
        try:
            async with asyncio.timeout(self.timeout_s):
                status, content = await self._answered(url, proof, body)
        except ForbiddenAddress:
            return Reply(ok=False, code="forbidden-address", body={})
        except _FAILURES as error:
            return Reply(ok=False, code=type(error).__name__, body={})
        return _read(status, content)

    async def close(self) -> None:
        """Let go of the sockets."""
        await self._pool.aclose()
        self._network.close()

    async def _answered(self, url: str, proof: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        headers = [
            (b"accept-language", b"vi"),
            (b"user-agent", b"LienThong (federation)"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            *((name.encode(), value.encode()) for name, value in proof.items()),
        ]
        async with self._pool.stream(
            "POST", url, headers=headers, content=body, extensions={"timeout": self._patience}
        ) as answer:
            read = bytearray()
            async for piece in answer.aiter_stream():
                read += piece
                if len(read) > MOST_ANSWER_BYTES:
                    raise httpcore.RemoteProtocolError("the answer is too long")
            return answer.status, bytes(read)


def _read(status: int, content: bytes) -> Reply:
    if not 200 <= status < 300:
        return Reply(ok=False, code=f"http-{status}", body={})
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        return Reply(ok=False, code="unreadable", body={})
    return Reply(ok=True, code=None, body=found)
