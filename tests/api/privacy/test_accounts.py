"""Senders with an account: what officers are led to by it, and until when."""

from __future__ import annotations

from typing import Any

import httpx

from app.citizens import domain, repository
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.terms import Role
from app.kit import signing
from app.kit.ids import CitizenId
from app.process import Process, keyring_of
from tests.builders import an_officer


async def an_account(client: httpx.AsyncClient, process: Process, phone: str) -> dict[str, str]:
    """Headers of an account that the phone proves."""
    made = (await client.post("/api/v1/auth/devices")).json()
    mine = {"Authorization": f"Bearer {made['access_token']}"}
    codes = keyring_of(process.settings).codes
    key = domain.phone_key(codes, phone)
    sealed = signing.seal(codes, phone.encode(), key)
    citizen = await process.db.lane.fetchval("SELECT citizen_id FROM citizens ORDER BY created_at DESC, 1 DESC LIMIT 1")

    async def prove(work: Work) -> CitizenId:
        return await repository.add_phone(work, key, CitizenId(citizen), sealed)

    assert await in_work(process.db, process.clock, None, prove) == citizen
    return mine


async def sent(client: httpx.AsyncClient, mine: dict[str, str], **reporter: Any) -> str:
    """Code of a report of the account."""
    body = {"category": "lighting.street_lamp", "description": "Đèn đường không sáng.", "area_code": "10507"}
    made = await client.post("/api/v1/reports", json={**body, "reporter": reporter}, headers=mine)
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


async def test_the_contact_of_a_signed_in_sender_is_erased_with_the_way_to_the_accounts_phone(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    mine = await an_account(client, process, "+84912345678")
    code = await sent(client, mine)
    approver = await an_officer(process, Role.APPROVER, unit="H23")
    path = f"/api/v1/staff/cases/{code}/senders"
    assert [one["known"] for one in (await client.get(path, headers=approver.headers)).json()["senders"]] == [True]
    assert (await client.delete(f"/api/v1/reports/{code}/identity", headers=mine)).status_code == 204
    assert [one["known"] for one in (await client.get(path, headers=approver.headers)).json()["senders"]] == [False]
    why = {"reason": "Cần gọi để hẹn giờ vào nhà kiểm tra."}
    refused = await client.post(f"{path}/{code}/openings", json=why, headers=approver.headers)
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/unknown-sender")
    assert (await client.get(f"/api/v1/reports/{code}", headers=mine)).status_code == 200, "it is followed all the same"
    assert await db.lane.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'identity.erased'") == 1


async def test_a_look_up_by_phone_finds_reports_of_the_account_it_proves(
    client: httpx.AsyncClient, process: Process
) -> None:
    mine = await an_account(client, process, "+84912345678")
    named, unnamed, erased = (
        await sent(client, mine),
        await sent(client, mine, anonymous=True),
        await sent(client, mine),
    )
    assert (await client.delete(f"/api/v1/reports/{erased}/identity", headers=mine)).status_code == 204
    other = await an_account(client, process, "+84987654321")
    await sent(client, other)
    dispatcher = await an_officer(process, Role.DISPATCHER, unit="H23")
    asked = {"phone": "0912 345 678", "reason": "Người gửi gọi đường dây nóng, quên mã."}
    answer = await client.post("/api/v1/staff/phone-lookups", json=asked, headers=dispatcher.headers)
    assert answer.status_code == 200, answer.text
    assert named in answer.text
    assert not [one for one in (unnamed, erased) if one in answer.text]
    assert len(answer.json()["items"]) == 1
