"""Citizens sign in by phone: a code good once, short tokens, devices one can end, reports one keeps."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from app.citizens import service as citizens_service
from app.citizens.senders import GatewayCodes
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.notices.senders import SmsSender
from app.process import Process
from tests.builders import a_report, an_officer
from tests.postoffice import Gateway, gateway

PHONE, OTHER = "0912 345 678", "+84 987 654 321"
LAMP = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}


@dataclass
class Phones:
    """A client of the application, and the gateway that carries its messages."""

    client: httpx.AsyncClient
    gateway: Gateway

    async def ask(self, phone: str = PHONE, **headers: str) -> httpx.Response:
        """The answer to asking for a code."""
        return await self.client.post("/api/v1/auth/otp", json={"phone": phone}, headers=headers)

    @property
    def messages(self) -> list[dict[str, str]]:
        """What the gateway was sent, in order."""
        return [orjson.loads(body) for _, body in self.gateway.requests]

    def newest(self) -> str:
        """The code in the newest message."""
        found = re.match(r"(\d{6}) ", self.messages[-1]["text"])
        assert found
        return found[1]

    async def check(self, code: str, phone: str = PHONE, **headers: str) -> httpx.Response:
        """The answer to the code."""
        body = {"phone": phone, "code": code}
        return await self.client.post("/api/v1/auth/otp/verification", json=body, headers=headers)

    async def sign_in(self, phone: str = PHONE, **headers: str) -> dict[str, Any]:
        """Tokens of whoever holds the phone."""
        assert (await self.ask(phone, **headers)).status_code == 202
        answer = await self.check(self.newest(), phone, **headers)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def me(self, tokens: dict[str, Any]) -> httpx.Response:
        """Who the access token names."""
        return await self.client.get("/api/v1/me", headers=bearer(tokens))

    async def refresh(self, tokens: dict[str, Any]) -> httpx.Response:
        """The answer to the refresh token."""
        return await self.client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@pytest.fixture
async def phones(client: httpx.AsyncClient, application: FastAPI, clock: FixedClock) -> AsyncIterator[Phones]:
    """The application with a real gateway of this machine."""
    before = application.state.code_sender
    async with gateway() as carrier:
        template = '{"to": "{to}", "text": "{text}"}'
        sender = GatewayCodes(SmsSender(f"http://127.0.0.1:{carrier.port}/send", template, None, timeout_s=2), clock)
        application.state.code_sender = sender
        yield Phones(client, carrier)
        await sender.close()
    application.state.code_sender = before


async def test_a_code_signs_in_once_and_nothing_of_it_or_the_phone_can_be_read_in_the_database(
    phones: Phones, db: Database
) -> None:
    tokens = await phones.sign_in()
    assert phones.messages[-1]["to"] == "+84912345678"
    assert (await phones.me(tokens)).json() == {"citizen": tokens["citizen"], "phone": "+84912345678", "identities": []}
    again = await phones.check(phones.newest())
    assert (again.status_code, again.json()["type"]) == (401, "/problems/wrong-code")
    second = await phones.sign_in("+84912345678")
    assert second["citizen"] == tokens["citizen"], "the same phone, however it is written, is the same account"
    for table in ("phone_codes", "code_limits", "phone_accounts", "citizens", "citizen_sessions", "audit_entries"):
        kept = await db.lane.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        assert "912345678" not in kept
        assert phones.newest() not in kept
        assert b"912345678".hex() not in kept


async def test_a_wrong_an_old_and_a_guessed_at_code_are_told_alike(phones: Phones, clock: FixedClock) -> None:
    nobody = await phones.check("123456")
    await phones.ask()
    wrong = "000000" if phones.newest() != "000000" else "111111"
    answers = [await phones.check(wrong) for _ in range(5)]
    answers.append(await phones.check(phones.newest()))  # right, but guessed at five times
    clock.at += timedelta(minutes=6)
    await phones.ask()
    clock.at += timedelta(minutes=5, seconds=1)
    answers.append(await phones.check(phones.newest()))
    for answer in answers:
        assert answer.status_code == 401
        assert answer.json() == nobody.json()


async def test_of_two_devices_that_send_one_code_at_once_one_is_signed_in(phones: Phones) -> None:
    await phones.ask()
    code = phones.newest()
    answers = await asyncio.gather(*(phones.check(code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_codes_are_counted_by_phone_and_by_address_for_all_processes(
    phones: Phones, clock: FixedClock, application: FastAPI
) -> None:
    for _ in range(7):
        assert (await phones.ask()).status_code == 202
    assert len(phones.messages) == 1, "who taps again and again is sent one message, and charged for one"
    for _ in range(4):
        clock.at += timedelta(minutes=1)
        assert (await phones.ask()).status_code == 202
    assert len(phones.messages) == 5
    assert (await phones.ask()).status_code == 202, "the newest code is a moment old"
    clock.at += timedelta(seconds=31)
    refused = await phones.ask()
    assert "cho số này" in refused.json()["detail"]
    assert refused.headers["ratelimit"].startswith('"codes-person";r=0;t=')
    assert '"codes-person";q=5;w=3600' in refused.headers["ratelimit-policy"]
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-codes")
    elsewhere = await phones.ask(Host="khanhhoa.localhost")
    assert elsewhere.status_code == 429, "one phone is one phone, whatever province is named"
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert (await phones.ask(OTHER)).status_code == 202, "another phone goes on"
    clock.at += timedelta(hours=1)
    assert (await phones.ask()).status_code == 202
    settings = application.state.settings
    application.state.settings = settings.model_copy(update={"codes_per_address_hour": 3})
    answers = [await phones.ask(f"09876543{n:02}") for n in range(4)]
    application.state.settings = settings
    assert answers[-1].status_code == 429
    assert "cùng mạng" in answers[-1].json()["detail"], "nobody was sent a code who is told of many"


async def test_whoever_asks_for_anothers_codes_leaves_their_owner_some(
    phones: Phones, clock: FixedClock, application: FastAPI
) -> None:
    """From one network, over many of its addresses; and no phone is sent more than it may be."""

    async def asked(address: str) -> httpx.Response:
        clock.at += timedelta(seconds=31)
        transport = httpx.ASGITransport(application, client=(address, 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as caller:
            return await Phones(caller, phones.gateway).ask()

    stranger = [await asked(f"203.113.5.{host}") for host in range(1, 7)]
    assert [answer.status_code for answer in stranger] == [202] * 3 + [429] * 3
    assert "mạng khác" in stranger[-1].json()["detail"]
    assert stranger[-1].headers["ratelimit"].startswith('"codes-share";r=0;t=')
    owner = [await asked("14.160.24.7") for _ in range(3)]
    assert [answer.status_code for answer in owner] == [202, 202, 429], "what was refused was charged to nobody"
    assert owner[-1].headers["ratelimit"].startswith('"codes-person";r=0;t=')
    assert len(phones.messages) == 5
    assert (await asked("113.160.0.1")).status_code == 429, "a message costs money, wherever it is asked for"


async def test_a_device_that_has_signed_in_with_the_phone_has_codes_and_tries_that_no_stranger_uses_up(
    phones: Phones, clock: FixedClock, application: FastAPI
) -> None:
    """However many networks they come from: also after it has signed out, and for this phone alone."""

    async def at(address: str, path: str = "", **body: str) -> httpx.Response:
        transport = httpx.ASGITransport(application, client=(address, 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as caller:
            return await caller.post(f"/api/v1/auth/otp{path}", json={"phone": PHONE, **body})

    async def asked(address: str, **body: str) -> int:
        clock.at += timedelta(seconds=31)
        return (await at(address, **body)).status_code

    proof = (await phones.sign_in())["device_proof"]
    assert re.sub(r"\D", "", PHONE)[1:] not in proof, "it does not tell the number"
    strangers = [await asked(f"{network}.113.5.1") for network in range(11, 17)]
    assert strangers == [202] * 4 + [429] * 2, "the fifth was the owner's first"
    assert await asked("14.160.24.7") == 429, "nobody knows the owner without a proof"
    for forged in (proof[:-1] + ("A" if proof[-1] != "A" else "B"), "ltk_", proof.replace("ltk", "lts")):
        assert await asked("14.160.24.7", device_proof=forged) == 429, "nor by one that is none"
    assert await asked("14.160.24.7", device_proof=proof) == 202
    code = phones.newest()
    for number in range(6):
        await at(f"{20 + number}.1.1.1", "/verification", code="000000" if code != "000000" else "000001")
    assert (await at("14.160.24.7", "/verification", code=code)).status_code == 401, "guessed at too often"
    mine = await at("14.160.24.7", "/verification", code=code, device_proof=proof)
    assert mine.status_code == 200, mine.text
    more = [await asked("14.160.24.7", device_proof=proof) for _ in range(5)]
    assert more == [202] * 4 + [429], "five an hour, as for any phone"
    newer = mine.json()["device_proof"]
    assert await asked("14.160.24.7", phone=OTHER, device_proof=newer) == 202, "a proof is not needed for another phone"
    clock.at += timedelta(days=182)
    assert [await asked(f"{n}.113.5.1") for n in range(11, 16)] == [202] * 5
    assert await asked("14.160.24.7", device_proof=newer) == 429, "it has had its time"


@pytest.mark.parametrize("typed", ["", "12", "0220 3 853 155", "+84 220 385 315", "so dien thoai"])
async def test_numbers_that_take_no_messages_are_refused(phones: Phones, typed: str) -> None:
    answer = await phones.ask(typed)
    assert answer.status_code == 422
    assert phones.messages == []


async def test_a_gateway_that_is_away_is_said_and_the_code_that_nobody_got_is_worth_nothing(
    phones: Phones, db: Database
) -> None:
    phones.gateway.statuses.append(503)
    answer = await phones.ask()
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/code-not-sent")
    assert await db.lane.fetchval("SELECT count(*) FROM phone_codes") == 0
    assert (await phones.ask()).status_code == 202, "and may be asked for again at once"


async def test_a_device_brings_its_reports_into_the_account_and_a_second_one_does_too(phones: Phones) -> None:
    client, codes = phones.client, []
    tokens: dict[str, Any] = {}
    for _ in range(2):
        device = (await client.post("/api/v1/auth/devices")).json()["access_token"]
        own = {"Authorization": f"Bearer {device}"}
        codes.append((await client.post("/api/v1/reports", json=LAMP, headers=own)).json()["code"])
        tokens = await phones.sign_in(**own)
        if len(codes) == 2:  # the first device's account became the phone's
            assert (await client.get("/api/v1/me", headers=own)).status_code == 401, "the device's own account ended"
    for code in codes:
        answer = await client.get(f"/api/v1/reports/{code}", headers=bearer(tokens))
        assert answer.json()["description"] == LAMP["description"]


async def test_a_device_that_is_another_persons_keeps_its_reports(phones: Phones) -> None:
    first = await phones.sign_in(PHONE)
    code = (await phones.client.post("/api/v1/reports", json=LAMP, headers=bearer(first))).json()["code"]
    second = await phones.sign_in(OTHER, **bearer(first))
    assert second["citizen"] != first["citizen"]
    assert (await phones.client.get(f"/api/v1/reports/{code}", headers=bearer(second))).status_code == 404
    assert (await phones.client.get(f"/api/v1/reports/{code}", headers=bearer(first))).status_code == 200


async def test_access_is_short_and_refreshed_and_a_lost_answer_can_be_asked_for_again(
    phones: Phones, clock: FixedClock, db: Database
) -> None:
    tokens = await phones.sign_in()
    clock.at += timedelta(minutes=16)
    assert (await phones.me(tokens)).status_code == 401
    fresh = (await phones.refresh(tokens)).json()
    assert (await phones.me(fresh)).status_code == 200
    clock.at += timedelta(seconds=30)
    again = await phones.refresh(tokens)  # the answer was lost on the way
    assert again.status_code == 200
    assert (await phones.me(again.json())).status_code == 200
    clock.at += timedelta(seconds=31)
    assert (await phones.refresh(tokens)).json()["type"] == "/problems/refresh-reused", "a minute from its first use"
    tokens = await phones.sign_in()
    clock.at += timedelta(days=91)
    assert (await phones.refresh(tokens)).json()["type"] == "/problems/refresh-refused"
    assert await db.lane.fetchval("SELECT count(*) FROM citizen_sessions") == 2
    clock.at += timedelta(days=1)
    await citizens_service.forget(db, clock)
    for table in ("citizen_sessions", "citizen_tokens"):
        assert await db.lane.fetchval(f"SELECT count(*) FROM {table}") == 0, "where one was signed in is kept no longer"


async def test_a_refresh_token_that_was_stolen_ends_the_session_for_both(phones: Phones, clock: FixedClock) -> None:
    tokens = await phones.sign_in()
    mine = (await phones.refresh(tokens)).json()
    clock.at += timedelta(seconds=61)
    stolen = await phones.refresh(tokens)
    assert (stolen.status_code, stolen.json()["type"]) == (401, "/problems/refresh-reused")
    assert (await phones.me(mine)).status_code == 401
    assert (await phones.refresh(mine)).json()["type"] == "/problems/refresh-refused"


async def test_devices_are_listed_and_ended_one_by_one_or_all_at_once(phones: Phones, clock: FixedClock) -> None:
    first = await phones.sign_in(**{"User-Agent": "LienThong/1.9 (Android 9)"})
    clock.at += timedelta(minutes=6)
    second = await phones.sign_in(**{"User-Agent": "LienThong/2.0 (Android 14)"})
    listed = (await phones.client.get("/api/v1/me/devices", headers=bearer(second))).json()["items"]
    assert [one["current"] for one in listed] == [True, False]
    assert listed[0]["user_agent"] == "LienThong/2.0 (Android 14)"
    old = f"/api/v1/me/devices/{listed[1]['id']}"
    assert (await phones.client.delete(old, headers=bearer(second))).status_code == 204
    assert (await phones.client.delete(old, headers=bearer(second))).status_code == 404
    assert (await phones.me(first)).status_code == 401
    assert (await phones.refresh(first)).status_code == 401
    stranger = await phones.sign_in(OTHER)
    theirs = f"/api/v1/me/devices/{listed[0]['id']}"
    assert (await phones.client.delete(theirs, headers=bearer(stranger))).status_code == 404
    assert (await phones.client.delete("/api/v1/me/devices", headers=bearer(second))).status_code == 204
    assert (await phones.refresh(second)).status_code == 401
    third = await phones.sign_in(OTHER)
    assert (await phones.client.post("/api/v1/auth/logout", headers=bearer(third))).status_code == 204
    assert (await phones.refresh(third)).status_code == 401, "who has signed out is out"


async def test_a_report_sent_without_an_account_is_claimed_with_its_secret_which_goes_on_working(
    phones: Phones, process: Process
) -> None:
    filed = await a_report(process)
    tokens, client = await phones.sign_in(), phones.client
    claim, address = "/api/v1/me/reports/claim", f"/api/v1/reports/{filed.code}"
    wrong = {"code": filed.code, "tracking_secret": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-HHHH"}
    assert (await client.post(claim, json=wrong, headers=bearer(tokens))).status_code == 404
    right = {"code": filed.code, "tracking_secret": filed.secret}
    for _ in range(2):
        assert (await client.post(claim, json=right, headers=bearer(tokens))).status_code == 204
    assert (await client.get(address, headers=bearer(tokens))).status_code == 200
    assert (await client.get(address, headers=filed.owner)).status_code == 200
    other = await phones.sign_in(OTHER)
    assert (await client.post(claim, json=right, headers=bearer(other))).status_code == 404
    assert (await client.post(claim, json=right)).status_code == 401


async def test_a_block_stays_on_whoever_erases_the_account_and_signs_in_again(
    phones: Phones, process: Process, clock: FixedClock, db: Database
) -> None:
    client, admin = phones.client, await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    tokens = await phones.sign_in()
    code = (await client.post("/api/v1/reports", json=LAMP, headers=bearer(tokens))).json()["code"]
    until = (clock.now() + timedelta(days=3)).isoformat()
    block = {"report": code, "what": "account", "reason": "Gửi liên tiếp nội dung bịa đặt.", "until": until}
    made = await client.post("/api/v1/staff/blocks", json=block, headers=admin.headers)
    assert made.status_code == 201, made.text
    assert len((await client.get("/api/v1/me/data", headers=bearer(tokens))).json()["devices"]) == 1
    for _ in range(2):  # however often it is tried
        assert (await client.delete("/api/v1/me/data", headers=bearer(tokens))).status_code == 200
        assert await db.lane.fetchval("SELECT count(*) FROM blocked_proofs") == 1
        clock.at += timedelta(minutes=20)
        tokens = await phones.sign_in()
        assert await db.lane.fetchval("SELECT count(*) FROM blocked_proofs") == 0
        refused = await client.post("/api/v1/reports", json=LAMP, headers=bearer(tokens))
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/sender-blocked")
    clock.at += timedelta(minutes=20)
    other = await phones.sign_in(OTHER)
    assert (await client.post("/api/v1/reports", json=LAMP, headers=bearer(other))).status_code == 201
