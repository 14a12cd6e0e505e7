"""Nothing is done for a parcel before it is known who signed it, and little for whoever never proves anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.federation.domain import signed
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.federation.conftest import NEIGHBOURS, POWER
from tests.api.limits.test_limits import calling, limited, slug
from tests.builders import PROVINCE, Officer, an_officer
from tests.statements import Statements

NOTHING = b'{"parcels": []}'
OTHERS = "whsec_" + "QUFB" * 10 + "QQ=="


@pytest.fixture
async def admin(process: Process) -> Officer:
    return await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)


@pytest.fixture
async def known(client: httpx.AsyncClient, admin: Officer) -> dict[str, Any]:
    body = {"name": "Điện lực", "unit": POWER, "url": "https://dienluc.example.vn"}
    made = await client.post(NEIGHBOURS, json=body, headers=admin.headers)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


class Sent:
    """A body that knows whether anybody wanted it."""

    def __init__(self) -> None:
        self.wanted = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.wanted = True
        yield b'{"parcels": ' + b"[" * 100_000


def _signed(secret: str, at: datetime, body: bytes = NOTHING) -> dict[str, str]:
    return {"content-type": "application/json", **signed(secret, "parcels-1", at, body)}


def _address(neighbour_id: object) -> str:
    return f"/api/v1/federation/{neighbour_id}/parcels"


async def test_only_what_a_neighbour_has_signed_is_read(
    client: httpx.AsyncClient, known: dict[str, Any], clock: FixedClock, statements: Statements
) -> None:
    now, address = clock.now(), _address(known["id"])
    proof = _signed(OTHERS, now)
    for unread, headers, cost in (
        (address, {}, 0),
        (address, {**proof, "webhook-signature": "v1,abc"}, 0),
        (address, _signed(known["secret"], now - timedelta(minutes=6)), 0),
        (_address("x"), proof, 0),
        (_address(uuid4()), proof, 1),
    ):
        statements.clear()
        body = Sent()
        refused = await client.post(unread, content=body, headers=headers)
        assert (refused.status_code, slug(refused)) == (401, "unproven-parcels"), refused.text
        assert (body.wanted, len(statements)) == (False, cost), headers
    body = Sent()
    refused = await client.post(address, content=body, headers=proof)
    assert (refused.status_code, body.wanted) == (401, True), "signed by another, and never taken apart"
    broken = b'{"parcels": '
    refused = await client.post(address, content=broken, headers=_signed(known["secret"], now, broken))
    assert refused.status_code == 400, "only now it is looked at"
    statements.clear()
    taken = await client.post(address, content=NOTHING, headers=_signed(known["secret"], now))
    assert (taken.status_code, len(statements)) == (200, 1), taken.text


async def test_who_proves_nothing_too_often_is_answered_without_a_statement_for_a_while(
    client: httpx.AsyncClient,
    application: FastAPI,
    admin: Officer,
    known: dict[str, Any],
    clock: FixedClock,
    statements: Statements,
) -> None:
    await limited(client, admin, "unproven", "address", 2)
    address = _address(known["id"])
    async with calling(application) as caller, calling(application, "203.113.6.9") as neighbour:
        for _ in range(5):
            statements.clear()
            taken = await caller.post(address, content=NOTHING, headers=_signed(known["secret"], clock.now()))
            assert (taken.status_code, len(statements)) == (200, 1), "what is proved is not counted"
        tried = [slug(await caller.post(address, content=NOTHING)) for _ in range(3)]
        assert tried == ["unproven-parcels"] * 2 + ["limit-reached"]
        statements.clear()
        body = Sent()
        for path in (address, "/api/v1/payments/callbacks/generic"):
            refused = await caller.post(path, content=body)
            assert (refused.status_code, slug(refused), refused.headers["retry-after"]) == (
                429,
                "limit-reached",
                "1800",
            )
        assert (body.wanted, len(statements)) == (False, 0)
        taken = await neighbour.post(address, content=NOTHING, headers=_signed(known["secret"], clock.now()))
        assert taken.status_code == 200, "others are not kept waiting"
        clock.at += timedelta(minutes=1)
        elsewhere = {"Host": "khanhhoa.localhost"}
        refused = await caller.post("/api/v1/payments/callbacks/generic", content=b"{}", headers=elsewhere)
        assert slug(refused) == "callback-unsigned", "a province that is less strict does not wait as long"
        clock.at += timedelta(minutes=30)
        taken = await caller.post(address, content=NOTHING, headers=_signed(known["secret"], clock.now()))
        assert taken.status_code == 200, taken.text
        assert slug(await caller.post("/api/v1/payments/callbacks/generic", content=b"{}")) == "callback-unsigned"
        assert slug(await caller.post("/api/v1/payments/callbacks/generic", content=b"{}")) == "limit-reached"
