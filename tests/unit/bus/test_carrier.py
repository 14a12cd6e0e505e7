"""The carrier of signals outlives whatever its connection says."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from app.bus.hub import Bus
from app.bus.postgres import PostgresCarrier
from app.bus.terms import Incoming


async def test_an_error_of_the_driver_itself_is_waited_out_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    carrier, tries = PostgresCarrier("postgresql://nobody@127.0.0.1:1/nowhere"), asyncio.Event()
    tried = 0

    async def carry(incoming: Incoming) -> None:
        nonlocal tried
        tried += 1
        carrier.works = True
        if tried == 2:
            tries.set()
        message = "cannot switch to state 12; another operation (2) is in progress"
        raise asyncpg.InternalClientError(message)

    monkeypatch.setattr(carrier, "_carry", carry)
    bus = Bus(carrier)
    bus.start()
    async with asyncio.timeout(20):
        await tries.wait()
    await asyncio.sleep(0)
    assert not bus.works, "everybody polls meanwhile"
    await bus.close()
