"""Asking ClamAV's daemon whether a file holds malware: its protocol clamd, INSTREAM, one connection a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from app.settings import Settings

CONNECT_S, ANSWER_S = 3.0, 60.0
_CHUNK_BYTES = 256 * 1024
# What it could not look through; whoever sent it has done nothing wrong.
_TOO_MUCH = ("Heuristics.Limits.Exceeded",)


class ScannerAway(Exception):  # noqa: N818 - the message is for the operator
    """Nobody takes connections there: nothing is known of any file."""


class Unscanned(Exception):  # noqa: N818 - likewise
    """The daemon did not look through this file to its end: it broke off, took too long, or has set limits."""


class Scanner:
    """A daemon at an address: `host:port`, or the path of its socket."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def ask(self, content: bytes) -> str | None:
        """Name of the malware in the content, None when there is none. Raises: ScannerAway, Unscanned."""
        async with self._connected() as (reader, writer):
            # One that has seen enough closes before it has read all, and has answered.
            with suppress(ConnectionError):
                writer.write(b"zINSTREAM\0")
                for at in range(0, len(content), _CHUNK_BYTES):
                    chunk = content[at : at + _CHUNK_BYTES]
                    writer.write(len(chunk).to_bytes(4) + chunk)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            answer = await _answer(reader)
        found = answer.removeprefix("stream: ")
        if found == "OK":
            return None
        name, _, verdict = found.rpartition(" ")
        if verdict != "FOUND" or name.startswith(_TOO_MUCH):
            raise Unscanned(answer)
        return name

    async def version(self) -> str:
        """What answers there, and how old its signatures are. Raises: ScannerAway, Unscanned."""
        async with self._connected() as (reader, writer):
            writer.write(b"zVERSION\0")
            return await _answer(reader)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        host, _, port = self._address.rpartition(":")
        try:
            async with asyncio.timeout(CONNECT_S):
                if self._address.startswith("/"):
                    reader, writer = await asyncio.open_unix_connection(self._address)
                else:
                    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        except (OSError, TimeoutError) as error:
            raise ScannerAway(f"{self._address}: {error!r}") from error
        try:
            async with asyncio.timeout(ANSWER_S):
                yield reader, writer
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise Unscanned(f"{self._address}: {error!r}") from error
        finally:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> str:
    return (await reader.readuntil(b"\0")).rstrip(b"\0").decode(errors="replace").strip()


def scanner_of(settings: Settings) -> Scanner | None:
    """The daemon of this installation, None when it has none."""
    return Scanner(settings.clamd_url) if settings.clamd_url is not None else None
