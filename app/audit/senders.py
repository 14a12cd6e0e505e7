"""Where a trail is sent: a syslog receiver (RFC 5424 over UDP, TCP or TLS), a file of JSON lines."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from app.db.disk import settle_names

from .domain import json_line, syslog_line
from .terms import Entry

PORTS: Final = {"udp": 514, "tcp": 601, "tls": 6514}  # RFC 5426, RFC 6587, RFC 5425
TIMEOUT_S: Final = 10.0
_MOST_OF_UDP: Final = 60_000


class Sink(Protocol):
    """Takes entries in their order."""

    @property
    def name(self) -> str:
        """What its cursor is kept under."""

    async def take(self, entries: Sequence[Entry]) -> None:
        """Everything was handed over. Raises: OSError."""

    async def close(self) -> None:
        """Let go of what is open."""


class SyslogSink:
    """Messages of RFC 5424; over a stream each with its length before it (RFC 6587 section 3.4.1, RFC 5425)."""

    def __init__(self, url: str, context: ssl.SSLContext | None = None) -> None:
        """`url`: `udp://`, `tcp://` or `tls://host[:port]`. Raises: ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(url)
        self.name = f"{parts.scheme}://{parts.hostname}:{parts.port or PORTS[parts.scheme]}"
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme]
        self._context = (context or ssl.create_default_context()) if parts.scheme == "tls" else None
        self._here = socket.gethostname() or "-"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def take(self, entries: Sequence[Entry]) -> None:
        """Everything was handed over. Raises: OSError."""
        lines = [syslog_line(entry, self._here, process=os.getpid()) for entry in entries]
        if self._scheme == "udp":
            await self._send_datagrams(lines)
            return
        try:
            async with asyncio.timeout(TIMEOUT_S):
                if self._writer is None or self._reader is None or self._reader.at_eof():
                    self._reader, self._writer = await asyncio.open_connection(
                        self._host, self._port, ssl=self._context
                    )
                self._writer.write(b"".join(b"%d %b" % (len(line), line) for line in lines))
                await self._writer.drain()
        except OSError:
            await self.close()
            raise

    async def _send_datagrams(self, lines: Sequence[bytes]) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=(self._host, self._port)
        )
        try:
            for line in lines:
                transport.sendto(line[:_MOST_OF_UDP])
            await asyncio.sleep(0)
        finally:
            transport.close()

    async def close(self) -> None:
        """Let go of the connection."""
        if self._writer is not None:
            self._writer.close()
            self._reader = self._writer = None


class FileSink:
    """JSON lines appended to a file, on the disk before they count as taken."""

    def __init__(self, path: Path) -> None:
        self.name = f"file:{path.name}"
        self._path = path

    async def take(self, entries: Sequence[Entry]) -> None:
        """Everything is on the disk. Raises: OSError."""
        await asyncio.to_thread(self._append, b"".join(json_line(entry) + b"\n" for entry in entries))

    def _append(self, content: bytes) -> None:
        with self._path.open("ab") as file:
            new = file.tell() == 0
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:
            settle_names(self._path.parent)

    async def close(self) -> None:
        """Nothing stays open."""
