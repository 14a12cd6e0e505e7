"""An endpoint of subscribers that costs as little as one can: `python -m benchmarks.endpoint`.

Says its port, then for every line it is given how many requests came since the last one, and for each its `webhook-id`
and the moment at which it was there whole, by the clock that does not go back.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from typing import cast

import orjson
import uvloop

_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_ID = re.compile(rb"\r\nwebhook-id: *([^\r]+)", re.IGNORECASE)
_AT_A_TIME = 2**26


class Endpoint(asyncio.Protocol):
    """One connection, kept for as long as the other side likes."""

    def __init__(self, arrivals: list[tuple[str, float]]) -> None:
        self._arrivals = arrivals
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer here."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own kind is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Answer every request that is there whole."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[: end + 2]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length.group(1)) if length else 0)
            if len(self._held) < whole:
                return
            self._held = self._held[whole:]
            named = _ID.search(head)
            self._arrivals.append((named.group(1).decode() if named else "", time.monotonic()))
            self._transport.write(_ANSWER)


async def serve() -> None:
    """Until the other end of standard input is closed."""
    loop = asyncio.get_running_loop()
    arrivals: list[tuple[str, float]] = []
    server = await loop.create_server(lambda: Endpoint(arrivals), "127.0.0.1", 0, backlog=1024)
    sys.stdout.buffer.write(b"%d\n" % server.sockets[0].getsockname()[1])
    sys.stdout.buffer.flush()
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while await asked.readline():
        sys.stdout.buffer.write(orjson.dumps(arrivals) + b"\n")
        sys.stdout.buffer.flush()
        arrivals.clear()
    server.close()


if __name__ == "__main__":
    uvloop.run(serve())
