"""The real program as a child process, and citizens who keep sending whatever happens to it."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests import nursery
from tests.server import ROOT

KEY = "a key for tests only, long enough for the program"


@dataclass(slots=True)
class Program:
    """A running `lienthong`; `url` is where it serves."""

    process: asyncio.subprocess.Process | nursery.Child
    url: str
    said: list[str]

    def kill(self) -> None:
        """As the kernel does when memory is short: no warning, no cleaning up."""
        self.process.send_signal(signal.SIGKILL)

    async def end(self, wanted: signal.Signals) -> int:
        """Exit code after asking it to end."""
        self.process.send_signal(wanted)
        return await asyncio.wait_for(self.process.wait(), 60)


@asynccontextmanager
async def running(
    command: str, settings: Mapping[str, str], *before: str, anew: bool = False
) -> AsyncIterator[Program]:
    """`lienthong COMMAND`, ready; killed at the end if it still runs. `before`: a command that starts it.

    `anew`: by a Python that has imported nothing yet, which takes seconds longer.
    """
    environment = {"LIENTHONG_SECRET_KEY": KEY, "LIENTHONG_PORT": "0", "LANG": "C.UTF-8", **settings}
    process: asyncio.subprocess.Process | nursery.Child
    if before or anew:
        process = await asyncio.create_subprocess_exec(
            *(*before, sys.executable, "-c", "from app.cli.start import run; run()", command),
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    else:
        process = await nursery.begin(nursery.PROGRAM, command, settings=environment)
    said: list[str] = []
    try:
        url = await asyncio.wait_for(_address(process, said), 120)
        listening = asyncio.create_task(_listen(process, said))
        yield Program(process, url, said)
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _address(process: asyncio.subprocess.Process | nursery.Child, said: list[str]) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        said.append(line.decode())
        found = re.search(r"http://127\.0\.0\.1:[0-9]+", said[-1])
        if found:
            return found.group()
    raise AssertionError("".join(said))


async def _listen(process: asyncio.subprocess.Process | nursery.Child, said: list[str]) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        said.append(line.decode())  # noqa: PERF401 - read while it grows


@dataclass(slots=True)
class Sent:
    """One report: what was sent, and the answer once there is one."""

    body: dict[str, Any]
    key: str = field(default_factory=lambda: str(uuid4()))
    answer: dict[str, Any] | None = None


class Citizens:
    """People who send reports at the same time and repeat with the same key until they are answered."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []

    @property
    def acknowledged(self) -> list[Sent]:
        """Reports that somebody was told are taken in."""
        return [sent for sent in self.sent if sent.answer is not None]

    async def send_until(self, url: str, enough: Callable[[], bool], at_once: int = 6) -> None:
        """New reports until `enough` or the program is gone."""
        async with httpx.AsyncClient(base_url=url, timeout=10) as http:
            await asyncio.gather(*(self._send_on(http, enough) for _ in range(at_once)))

    async def _send_on(self, http: httpx.AsyncClient, enough: Callable[[], bool]) -> None:
        while not enough():
            number = len(self.sent)
            self.sent.append(Sent(_report(number)))
            try:
                await _submit(http, self.sent[number])
            except httpx.TransportError:
                return

    async def repeat_unanswered(self, url: str) -> None:
        """Everyone without an answer sends again, with the same key, until answered."""
        async with httpx.AsyncClient(base_url=url, timeout=10) as http:
            for sent in self.sent:
                async with asyncio.timeout(60):
                    while sent.answer is None:
                        try:
                            await _submit(http, sent)
                        except httpx.TransportError:
                            await asyncio.sleep(0.1)
                        if sent.answer is None:
                            await asyncio.sleep(0.1)


async def _submit(http: httpx.AsyncClient, sent: Sent) -> None:
    answer = await http.post("/api/v1/reports", json=sent.body, headers={"Idempotency-Key": sent.key})
    if answer.status_code == 503:  # the database is away: the answer says to repeat
        return
    assert answer.status_code == 201, answer.text
    sent.answer = answer.json()


def _report(number: int) -> dict[str, Any]:
    return {
        "category": "lighting.street_lamp",
        "description": f"Đèn đường số {number} phố Cẩm Thượng không sáng.",
        "location": {"lat": 20.9467, "lon": 106.3134, "accuracy_m": 15},
    }
