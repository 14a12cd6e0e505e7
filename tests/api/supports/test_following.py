"""What supporters are told, and what becomes of who they are: as much as everyone reads, and no longer than needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx

from app.cases import service as cases
from app.cases.terms import CaseState, Resolution
from app.citizens.service import accounts
from app.db.work import Work, in_work
from app.identity.domain import parse_token
from app.identity.terms import Actor, ActorKind, CitizenToken
from app.kit.clock import FixedClock
from app.kit.ids import CitizenId
from app.notices import service as notices
from app.notices.handlers import NoticeConsumer
from app.notices.service import Ways
from app.notices.terms import Channel
from app.process import Process, keyring_of
from app.worker import loop
from app.worker.keeping import keep_to_rules
from tests.api.supports.conftest import Crowd, Person
from tests.apps import Copy
from tests.builders import HAIDUONG, Filed, acting, an_officer, someone

Drain = Callable[[], Awaitable[int]]
_ANSWER: dict[str, Any] = {
    "answer": "Đã thay bóng, gọi ông Nguyễn Văn Nam 0912 345 678.",
    "resolution": Resolution.FIXED,
}


def at(case: Filed) -> str:
    return f"/api/v1/reports/{case.code}/support"


async def resolved(process: Process, case: Filed) -> None:
    await acting(process, cases.resolve_case, someone(process), code=case.code, seen=case.version, **_ANSWER)


async def test_changes_tell_a_supporter_what_everyone_reads_until_it_is_taken_back(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process, drain: Drain
) -> None:
    person, other = await crowd(2)
    copy = Copy(client, person.headers)
    await client.post(at(lamp), headers=person.headers)
    await drain()
    await copy.catch_up()
    (one,) = copy.of("support")
    assert (one["code"], one["support"]["state"], one["support"]["category"]) == (
        lamp.code,
        "in_progress",
        "lighting.street_lamp",
    )
    await client.post(at(lamp), headers=other.headers)
    await acting(
        process, cases.add_note, someone(process), code=lamp.code, seen=lamp.version, text="Nội bộ.", for_unit_only=True
    )
    await drain()
    assert await copy.catch_up() == [], "neither a note nor one supporter more is news"
    await resolved(process, Filed(lamp.code, "", lamp.version + 1, CaseState.IN_PROGRESS, lamp.unit))
    await drain()
    await copy.catch_up()
    (one,) = copy.of("support")
    assert (one["support"]["state"], one["support"]["support_count"]) == ("resolved", 2)
    assert one["support"]["last"]["type"] == "case.resolved"
    assert "0912 345 678" not in str(one), "masked as for everyone"
    assert copy.of("entry") == []
    await client.request("DELETE", at(lamp), headers=person.headers)
    await drain()
    (gone,) = await copy.catch_up()
    assert (gone["gone"], copy.of("support")) == ("elsewhere", [])


async def test_a_case_taken_back_from_the_public_is_gone_for_its_supporters(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process, drain: Drain
) -> None:
    (person,) = await crowd(1)
    copy = Copy(client, person.headers)
    await client.post(at(lamp), headers=person.headers)
    await drain()
    await copy.catch_up()
    await acting(
        process, cases.withhold_case, someone(process), code=lamp.code, seen=lamp.version, comment="Kiểm tra lại."
    )
    await drain()
    (gone,) = await copy.catch_up()
    assert (gone["kind"], gone["gone"], "support" in gone) == ("support", "elsewhere", False)


async def test_a_device_is_pushed_what_happens_once_and_officers_see_no_supporter(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process
) -> None:
    pushed, silent = await crowd(2)
    keys = keyring_of(process.settings)
    token = parse_token(pushed.headers["Authorization"].removeprefix("Bearer "))
    assert isinstance(token, CitizenToken)

    async def subscribe(work: Work) -> None:
        await notices.add_device(
            work, keys, token, endpoint="https://push.example/a", p256dh="B" * 87, auth="A" * 22, private=False
        )

    await in_work(process.db, process.clock, None, subscribe)
    for person in (pushed, silent):
        await client.post(at(lamp), headers=person.headers)
    consumer = NoticeConsumer(
        lambda: process.request_books, keys, Ways(frozenset({Channel.PUSH}), "https://tinh.example")
    )
    await resolved(process, lamp)
    while await loop.turn(process, [consumer]):
        pass
    rows = await process.db.lane.fetch("SELECT occasion, channel, subject, body, sealed_to FROM notices")
    assert [(row["occasion"], row["channel"]) for row in rows] == [("supported_answered", "push")]
    assert lamp.code in rows[0]["subject"]
    assert "Tôi cũng gặp" in rows[0]["body"]
    officer = await an_officer(process)
    told = await client.get(f"/api/v1/staff/cases/{lamp.code}/notices", headers=officer.headers)
    assert told.json()["items"] == []


async def test_a_device_that_ends_in_an_account_counts_as_one_person_who_is_proven(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, device: Person, process: Process, drain: Drain
) -> None:
    (person,) = await crowd(1)
    for one in (person, device):
        await client.post(at(lamp), headers=one.headers)
    await drain()

    async def join(work: Work) -> CitizenId:
        async def none_to_add(citizen: CitizenId) -> CitizenId:
            return citizen

        actor = Actor(ActorKind.CITIZEN, HAIDUONG, CitizenId(device.citizen))
        keys = keyring_of(process.settings)
        return await accounts.entered(work, keys, actor, person.citizen, none_to_add, b"p" * 32, [HAIDUONG])

    await in_work(process.db, process.clock, None, join)
    await drain()
    rows = await process.db.lane.fetch("SELECT citizen_id, proven FROM supports")
    assert [(row["citizen_id"], row["proven"]) for row in rows] == [(person.citizen, True)]
    assert await process.db.lane.fetchval("SELECT support_count FROM cases WHERE code = $1", lamp.code) == 1


async def test_export_names_them_and_erasure_and_time_leave_a_number(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process, clock: FixedClock, drain: Drain
) -> None:
    leaving, staying = await crowd(2)
    for one in (leaving, staying):
        await client.post(at(lamp), headers=one.headers)
    await drain()
    kept = (await client.get("/api/v1/me/data", headers=leaving.headers)).json()
    assert [one["code"] for one in kept["supported"]] == [lamp.code]
    await client.request("DELETE", "/api/v1/me/data", headers=leaving.headers)
    known = "SELECT count(*) FROM supports WHERE citizen_id IS NOT NULL"
    assert await process.db.lane.fetchval(known) == 1
    await resolved(process, lamp)
    await drain()
    await keep_to_rules(process)
    assert await process.db.lane.fetchval(known) == 1, "its case has just ended"
    clock.at += timedelta(days=366)
    await keep_to_rules(process)
    assert await process.db.lane.fetchval(known) == 0
    await drain()
    assert (await client.get(f"/api/v1/reports/{lamp.code}")).json()["support_count"] == 2
