"""Heads that come slowly, never or without end; proxies that are believed, and that are not."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx

from app.cli.doctor import Health, examine_machine
from tests.conftest import make_settings
from tests.crash.program import running


async def sent(port: int, *parts: bytes, pause_s: float = 0.3) -> tuple[bytes, float]:
    """What came back until the other side hung up, and after how long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()

    async def drip() -> None:
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_s)
        except ConnectionError:
            return

    dripping = asyncio.create_task(drip())
    try:
        answer = await asyncio.wait_for(reader.read(), 20)
    finally:
        dripping.cancel()
        writer.close()
    return answer, time.monotonic() - began


async def test_slow_and_endless_heads_are_closed_and_honest_ones_answered(committed_url: str, tmp_path: Path) -> None:
    settings = {
        "LIENTHONG_DATABASE_URL": committed_url,
        "LIENTHONG_DATA_DIR": str(tmp_path),
        "LIENTHONG_HEAD_WAIT_S": "1.5",
        "LIENTHONG_PUBLIC_URL": "https://phananh.example.vn",
    }
    async with running("serve", settings) as program:
        port = httpx.URL(program.url).port
        assert port is not None
        dripping = [b"GET /health/live HTTP/1.1\r\n", *[b"X-A: 1\r\n"] * 50]
        silent, slow, endless = await asyncio.gather(
            sent(port),
            sent(port, *dripping),
            sent(port, b"GET / HTTP/1.1\r\n", *[b"X-A: " + b"a" * 8000 + b"\r\n"] * 20),
        )
        assert silent[0] == b""
        assert slow[0].startswith(b"HTTP/1.1 408 ")
        assert slow[1] < 10, "dripping keeps nothing open"
        assert endless[0].startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 408 "))
        async with httpx.AsyncClient(base_url=program.url) as http:
            for _ in range(3):  # one kept connection
                answer = await http.get("/health/live")
                assert answer.status_code == 200
                await asyncio.sleep(0.8)
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            many, _ = await sent(port, b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n" * 2, pause_s=3)
            assert many.count(b"HTTP/1.1 200") == 2


async def test_a_proxy_is_believed_only_where_it_is_named(committed_url: str, tmp_path: Path) -> None:
    common = {"LIENTHONG_DATABASE_URL": committed_url, "LIENTHONG_DATA_DIR": str(tmp_path)}
    body = {"category": "lighting.street_lamp", "description": "Đèn hỏng.", "area_code": "10507"}
    headers = {"X-Forwarded-For": "8.8.4.4, 198.51.100.9"}
    for trusted, left in (("192.0.2.0/24", False), ("127.0.0.0/8,198.51.100.0/24", True)):
        async with (
            running("serve", {**common, "LIENTHONG_TRUSTED_PROXIES": trusted}) as program,
            httpx.AsyncClient(base_url=program.url) as http,
        ):
            answer = await http.post("/api/v1/reports", json=body, headers=headers)
            assert answer.status_code == 201, answer.text
            assert ("reports-address" in answer.headers.get("ratelimit", "")) is left, answer.headers
            for _ in range(2):
                assert (await http.get("/health/live", headers=headers)).status_code == 200
            at = httpx.URL(program.url)
            settings = make_settings(committed_url, tmp_path).model_copy(update={"host": at.host, "port": at.port})
            found = await asyncio.to_thread(list, examine_machine(settings))
            told = [one.health for one in found if "LIENTHONG_TRUSTED_PROXIES" in one.sentence.en]
            assert told == ([] if left else [Health.WARNING]), found
        assert any("is not believed" in line for line in program.said) is not left, program.said
