"""Requests to neighbours: signed, bounded in time and size, never redirected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson

from app.couriers.network import CheckedPool, Unanswered

from .terms import Reply

MOST_ANSWER_BYTES: Final = 4_194_304


class Wire:
    """Asks neighbours; whatever they do, there is a reply of ours within `timeout_s` seconds."""

    def __init__(self, *, private: bool, timeout_s: float, authorities: Path | None = None) -> None:
        """`private`, `authorities`: as for webhooks."""
        self.timeout_s = timeout_s
        self._pool = CheckedPool(private=private, timeout_s=timeout_s, authorities=authorities, connections=16)

    async def post(self, url: str, proof: Mapping[str, str], body: bytes) -> Reply:
        """What it said; not `ok` and with a code for whatever is no 2xx with a JSON object."""
        headers = [
            (b"accept-language", b"vi"),
            (b"user-agent", b"LienThong (federation)"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            *((name.encode(), value.encode()) for name, value in proof.items()),
        ]
        try:
            status, content = await self._pool.ask("POST", url, headers, body, most=MOST_ANSWER_BYTES)
        except Unanswered as error:
            return Reply(ok=False, code=error.code, body={})
        return _read(status, content)

    async def close(self) -> None:
        """Let go of the sockets."""
        await self._pool.close()


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
