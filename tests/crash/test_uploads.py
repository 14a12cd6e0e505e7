"""Uploads when the program is killed, and when the disk is full: what was acknowledged is there, byte for byte."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from tests.crash.program import running

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
MIB = 1024 * 1024
LAMP = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}


async def begun(client: httpx.AsyncClient, length: int) -> str:
    """The path of a new upload."""
    made = await client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(length)})
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


async def offset_of(client: httpx.AsyncClient, path: str) -> int:
    """How much of it is there."""
    return int((await client.head(path, headers=TUS)).headers["upload-offset"])


async def add(client: httpx.AsyncClient, path: str, content: bytes, offset: int) -> httpx.Response:
    """The answer to the rest of the content."""
    return await client.patch(path, content=content[offset:], headers={**BYTES, "Upload-Offset": str(offset)})


async def test_an_upload_goes_on_where_a_killed_program_had_acknowledged_it(committed_url: str, tmp_path: Path) -> None:
    settings = {"LIENTHONG_DATABASE_URL": committed_url, "LIENTHONG_DATA_DIR": str(tmp_path)}
    content, path, given = os.urandom(32 * MIB), "", 0
    async with running("serve", settings) as first, httpx.AsyncClient(base_url=first.url, timeout=60) as client:
        path = await begun(client, len(content))

        async def pieces() -> AsyncIterator[bytes]:
            nonlocal given
            for at in range(0, len(content), 256 * 1024):
                if at > 20 * MIB and first.process.returncode is None:
                    first.kill()
                    await first.process.wait()
                yield content[at : at + 256 * 1024]
                given = at

        try:
            await client.patch(path, content=pieces(), headers={**BYTES, "Upload-Offset": "0"})
        except httpx.HTTPError:
            pass
        else:
            raise AssertionError
    async with running("serve", settings) as second, httpx.AsyncClient(base_url=second.url, timeout=60) as client:
        durable = await offset_of(client, path)
        assert 4 * MIB <= durable <= given, "at least what was settled, never more than what was sent"
        for _ in range(20):  # the turn of the killed one ends within ten seconds
            answer = await add(client, path, content, durable)
            if answer.status_code != 423:
                break
            await asyncio.sleep(1)
        assert answer.status_code == 204, answer.text
        assert answer.headers["upload-offset"] == str(len(content))
    (file,) = (tmp_path / "uploads").rglob("*.raw")
    assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(content).digest()


async def test_a_full_disk_is_said_loses_nothing_and_hinders_no_report(committed_url: str, tmp_path: Path) -> None:
    settings = {
        "LIENTHONG_DATABASE_URL": committed_url,
        "LIENTHONG_DATA_DIR": str(tmp_path),
        "LIENTHONG_UPLOAD_RESERVE_BYTES": str(2 * MIB),
    }
    folder = tmp_path / "uploads"
    folder.mkdir()
    small = f'mount -t tmpfs -o size=14m tmpfs {folder} && exec "$@"'
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    inside = ("unshare", *mapped, "--mount", "sh", "-c", small, "sh")
    async with (
        running("serve", settings, *inside) as program,
        httpx.AsyncClient(base_url=program.url, timeout=60) as client,
    ):
        other, content = await begun(client, 5 * MIB), os.urandom(10 * MIB)
        path = await begun(client, len(content))
        assert (await add(client, other, bytes(5 * MIB), 0)).status_code == 204
        full = await add(client, path, content, 0)
        assert (full.status_code, full.json()["type"]) == (507, "/problems/storage-full")
        durable = await offset_of(client, path)
        assert 4 * MIB <= durable < 7 * MIB, "what was settled before there was no more room"
        told = re.search(r"^lienthong_store_room_bytes (\S+)$", (await client.get("/metrics")).text, re.MULTILINE)
        assert told is not None
        assert 0 <= float(told[1]) < 2 * MIB, "the reserve is left"
        announced = await client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(3 * MIB)})
        assert (announced.status_code, announced.json()["type"]) == (507, "/problems/storage-full")
        assert (await client.post("/api/v1/reports", json=LAMP)).status_code == 201
        assert (await client.delete(other, headers=TUS)).status_code == 204
        answer = await add(client, path, content, durable)
        assert answer.headers["upload-offset"] == str(len(content)), answer.text
