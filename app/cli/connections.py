"""Connections whose head comes too slowly, or without end, are closed: each one holds memory and a file."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 65_536
_EMPTY = b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout" + _EMPTY
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large" + _EMPTY


class PatientProtocol(HttpToolsProtocol):
    """The server's protocol with a clock on each head.

    A connection that has sent nothing is closed without a word: browsers open some in advance. What comes after the
    head is guarded where requests are (`RequestEdge`).
    """

    wait_s: ClassVar[float]
    _clock: asyncio.TimerHandle | None = None
    _begun = False  # some of a head is here
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take more, unless it is a head that has no end."""
        if self._clock is not None:
            if self._head_bytes > MOST_HEAD_BYTES:
                self._close(_TOO_LARGE)
                return
            self._head_bytes += len(data)
        if not self.transport.is_closing():
            super().data_received(data)

    def on_message_begin(self) -> None:
        """A head begins; of a connection that is kept, with a clock of its own."""
        super().on_message_begin()
        self._begun = True
        self._wait()

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._done()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._done()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self.wait_s, self._too_slow)

    def _done(self) -> None:
        self._begun, self._head_bytes = False, 0
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_slow(self) -> None:
        self._close(_TOO_SLOW if self._begun else b"")

    def _close(self, words: bytes) -> None:
        self._done()
        if not self.transport.is_closing():
            self.transport.write(words)
            self.transport.close()


def heads_within(wait_s: float) -> type[PatientProtocol]:
    """The protocol for connections that send each head within `wait_s` seconds."""
    return type("Heads", (PatientProtocol,), {"wait_s": wait_s})
