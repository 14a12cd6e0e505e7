"""Parcels are carried to all neighbours at once, each by itself."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from app.couriers.signing import new_secret
from app.db.engine import Database
from app.federation.senders import Wire
from app.federation.service import Postman
from app.federation.service.keys import seal_secret
from app.kit.clock import FixedClock
from app.kit.ids import TenantId
from app.process import Process, keyring_of
from tests.conftest import NOW
from tests.neighbours import on_a_socket

_NEIGHBOUR = """
    INSERT INTO neighbours (tenant_id, id, unit_id, name, url, sealed_secret, version, active, created_at, updated_at,
        written, retry_at)
    SELECT tenant_id, $1, id, code, $2, $3, 1, true, $4::timestamptz, $4, 1, $5 FROM units
    WHERE tenant_id = $6 ORDER BY id OFFSET $7 LIMIT 1
"""
_CONSIGNMENT = """
    INSERT INTO consignments (tenant_id, id, neighbour_id, side, state, told_version, created_at)
    VALUES ($1, $2, $2, 'giver', 'waiting', 0, $3)
"""
_PARCEL = """
    INSERT INTO parcels (tenant_id, neighbour_id, number, consignment_id, kind, at, body)
    VALUES ($1, $2, 1, $2, 'case', $3, '{}')
"""


class _There:
    """Installations that answer none before both are asked; one of them speaks nonsense."""

    def __init__(self) -> None:
        self.asked = asyncio.Barrier(3)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        await self.asked.wait()
        body = b"?" if scope["path"].startswith("/odd") else orjson.dumps({"heard": 1, "mark": None})
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _a_neighbour(process: Process, tenant_id: TenantId, url: str, place: int, **at: Any) -> UUID:
    id_ = uuid4()
    sealed = seal_secret(keyring_of(process.settings), tenant_id, id_, new_secret())
    await process.db.lane.fetch(_NEIGHBOUR, id_, url, sealed, NOW, at.get("retry_at"), tenant_id, place)
    await process.db.lane.fetch(_CONSIGNMENT, tenant_id, id_, NOW)
    await process.db.lane.fetch(_PARCEL, tenant_id, id_, NOW)
    return id_


async def test_no_neighbour_waits_for_another_nor_for_a_clock_that_was_set_back(db: Database, process: Process) -> None:
    tenant_id = next(iter(process.tenants))
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(on_a_socket(_There()))
        wire = Wire(private=True, timeout_s=5.0)
        stack.push_async_callback(wire.close)
        urls = [f"http://127.0.0.1:{port}{path}" for path in ("", "/odd", "")]
        good = await _a_neighbour(process, tenant_id, urls[0], 0)
        odd = await _a_neighbour(process, tenant_id, urls[1], 1)
        back = await _a_neighbour(process, tenant_id, urls[2], 2, retry_at=NOW + timedelta(days=30))
        postman = Postman(db, FixedClock(NOW), keyring_of(process.settings), wire, books=lambda: process.books)
        assert await postman.deliver([tenant_id]) == 3
    rows = await db.lane.fetch("SELECT id, told, failures FROM neighbours")
    assert {row["id"]: (row["told"], row["failures"]) for row in rows} == {good: (1, 0), odd: (0, 1), back: (1, 0)}
