"""Asked to end, the web answers what is under way, loses nothing it acknowledged, and ends its streams whole."""

from __future__ import annotations

import asyncio
import resource
import signal
from pathlib import Path

import asyncpg
import httpx

from app.db.engine import driver_url
from tests.crash.program import Citizens, running


async def test_a_web_process_that_is_asked_to_end_answers_everyone_first(committed_url: str, tmp_path: Path) -> None:
    settings = {"LIENTHONG_DATABASE_URL": committed_url, "LIENTHONG_DATA_DIR": str(tmp_path)}
    citizens = Citizens()
    heard: list[bytes] = []
    async with running("serve", settings) as program, httpx.AsyncClient(base_url=program.url, timeout=None) as http:

        async def listen() -> None:
            async with http.stream("GET", "/api/v1/public/stream") as stream:
                heard.extend([chunk async for chunk in stream.aiter_bytes()])  # raises when it is cut off

        limits = Path(f"/proc/{program.process.pid}/limits").read_text(encoding="ascii")
        files = {one for line in limits.splitlines() if line.startswith("Max open files") for one in line.split()[3:5]}
        listening = asyncio.create_task(listen())
        sending = asyncio.create_task(citizens.send_until(program.url, lambda: program.process.returncode is not None))
        while len(citizens.acknowledged) < 30:
            await asyncio.sleep(0.005)
            assert not sending.done(), "".join(program.said)
        assert await program.end(signal.SIGTERM) == 0
        await asyncio.gather(sending, listening)
    assert heard[0].startswith(b"retry: ")
    assert files == {str(resource.getrlimit(resource.RLIMIT_NOFILE)[1])}, "a listener is a file: all the system allows"
    connection = await asyncpg.connect(driver_url(committed_url))
    stored = {row["code"] for row in await connection.fetch("SELECT code FROM reports")}
    await connection.close()
    acknowledged = {sent.answer["code"] for sent in citizens.acknowledged if sent.answer}
    assert acknowledged <= stored
    # Whoever got no answer had not been taken in: nothing under way was cut off.
    assert len(stored) == len(acknowledged)
