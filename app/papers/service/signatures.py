"""Signatures of others in files they hand us: read and told, never made."""

from __future__ import annotations

import asyncio
import base64
import logging
import sys
from datetime import datetime
from typing import Any, Final

import orjson

from app.papers.errors import SignaturesUnreadable
from app.papers.terms import Later, SeenSignature, Standing, Trust

from .turns import Turns

log = logging.getLogger("lienthong.papers")
WAIT_S: Final = 30.0
MOST_BYTES: Final = 52_428_800
_INSTANTS = ("valid_from", "valid_to", "claimed_at", "stamped_at")


class SignatureReader:
    """Has files read by a program of its own (`app/papers/reader.py`), so many at a time; the others wait."""

    def __init__(self, trust: Trust, *, at_once: int = 1, waiting: int = 8, wait_s: float = WAIT_S) -> None:
        """`waiting` files may queue, further ones are sent away; `wait_s`: how long one file may take."""
        self._roots = [base64.b64encode(one).decode() for one in trust.roots]
        self._turns = Turns(at_once, waiting)
        self._wait_s = wait_s

    async def signatures_of(self, pdf: bytes, at: datetime) -> tuple[SeenSignature, ...]:
        """Every signature in the file, in the order they were made; none is no error. About a second.

        Certificates are judged at `at`, or at the instant of a trusted timestamp. Nothing is fetched: of revocations
        is known what the file carries. Raises: SignaturesUnreadable, DeskBusy.
        """
        if not pdf.startswith(b"%PDF-") or len(pdf) > MOST_BYTES:
            raise SignaturesUnreadable
        async with self._turns.one():
            found = await self._read(orjson.dumps({"roots": self._roots, "at": at.isoformat()}) + b"\n" + pdf)
        return tuple(map(_signature, found))

    async def _read(self, task: bytes) -> list[dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "app.papers.reader"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},  # it needs none of our secrets
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(task), self._wait_s)
        except TimeoutError:
            said = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            log.warning("signatures of a file of %d bytes were not read: exit %s", len(task), process.returncode)
            raise SignaturesUnreadable
        found: list[dict[str, Any]] = orjson.loads(said)
        return found


def _signature(found: dict[str, Any]) -> SeenSignature:
    instants = {name: datetime.fromisoformat(found[name]) if found[name] else None for name in _INSTANTS}
    words = {"later": Later(found["later"]), "standing": Standing(found["standing"])}
    return SeenSignature(**{**found, **instants, **words})
