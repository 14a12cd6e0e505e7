"""Private streams: each hears what he may see, in order, once, and no longer than he may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from app.cases import service as cases
from app.cases.terms import CaseState, ReferralReason
from app.db.work import Work, in_work, write_work
from app.directory.snapshot import Directory
from app.identity import service as identity
from app.identity.terms import Actor, Membership, NewToken, Role
from app.outbox import service as outbox
from app.process import Process
from app.streams.service import PrivateFeeds, telling
from tests.builders import (
    BINH_HAN,
    CAM_THUONG,
    CITY,
    HAIDUONG,
    PROVINCE,
    Filed,
    Officer,
    a_case,
    a_report,
    acting,
    an_officer,
    someone,
)
from tests.ears import listening, until

STAFF, MINE = "/api/v1/staff/stream", "/api/v1/me/stream"


@pytest.fixture
async def application(application: FastAPI) -> AsyncIterator[FastAPI]:
    """The whole application, with feeds of this test's own."""
    state = application.state
    before = state.tails, state.private_feeds
    state.tails = outbox.Tails(state.database, state.bus, 0.02)
    state.private_feeds = PrivateFeeds(
        state.database, state.clock, lambda: state.directory.current, state.tails, 0.05, ()
    )
    yield application
    await state.private_feeds.close()
    await state.tails.close()
    state.tails, state.private_feeds = before


async def numbered(process: Process) -> None:
    while await outbox.relay(process.db, process.clock, HAIDUONG):
        pass


async def a_citizen(process: Process) -> tuple[Actor, dict[str, str]]:
    new: NewToken = await identity.register_device(process.db, HAIDUONG, user_agent="t", now=process.clock.now())
    return new.signed_in.actor, {"Authorization": f"Bearer {new.access_token}"}


async def note(process: Process, filed: Filed, text: str = "Bí mật nội bộ") -> None:
    await acting(
        process,
        cases.add_note,
        someone(process, filed.unit),
        code=filed.code,
        seen=None,
        text=text,
        for_unit_only=False,
    )


async def refer(process: Process, filed: Filed, to: str) -> None:
    await acting(
        process,
        cases.refer_case,
        someone(process, PROVINCE),
        code=filed.code,
        seen=None,
        to=to,
        reason=ReferralReason.NOT_COMPETENT,
        comment="Lời riêng",
    )


async def test_an_officer_hears_of_cases_of_his_unit_and_below_only(application: FastAPI, process: Process) -> None:
    ward, city, other = [await an_officer(process, unit=unit) for unit in (CAM_THUONG, CITY, BINH_HAN)]
    async with (
        listening(application, STAFF, ward.headers) as one,
        listening(application, STAFF, city.headers) as two,
        listening(application, STAFF, other.headers) as three,
    ):
        filed = await a_report(process)
        await numbered(process)
        await one.until(1)
        await two.until(1)
        name, told = one.events[0]
        assert name == "case.arrived"
        assert (told["code"], told["version"], told["type"], told["state"]) == (
            filed.code,
            1,
            "case.opened",
            "received",
        )
        assert set(told) == {"code", "version", "type", "state", "unit", "due_at", "position", "at"}
        assert (told["unit"], told["due_at"][-1]) == (CAM_THUONG, "Z")
        assert two.events == one.events
        assert three.events == []


async def test_a_case_referred_away_leaves_one_queue_and_arrives_in_another(
    application: FastAPI, process: Process
) -> None:
    filed = await a_report(process)
    await numbered(process)
    old, new, above = [await an_officer(process, unit=unit) for unit in (CAM_THUONG, BINH_HAN, PROVINCE)]
    async with (
        listening(application, STAFF, old.headers) as left,
        listening(application, STAFF, new.headers) as arrived,
        listening(application, STAFF, above.headers) as changed,
    ):
        await refer(process, filed, BINH_HAN)
        await numbered(process)
        for ear in (left, arrived, changed):
            await ear.until(1)
        assert [ear.events[0][0] for ear in (left, arrived, changed)] == ["case.left", "case.arrived", "case.changed"]
        assert set(left.events[0][1]) == {"code", "position", "at"}
        assert b"L\\u1eddi" not in left.heard + arrived.heard + changed.heard
        assert "Lời riêng".encode() not in left.heard + arrived.heard + changed.heard


async def test_a_reporter_hears_of_his_report_and_never_of_what_is_internal(
    application: FastAPI, process: Process
) -> None:
    filed, other = await a_report(process), await a_report(process)
    await numbered(process)
    path = f"/api/v1/reports/{filed.code}/stream"
    async with listening(application, path, filed.owner) as ear:
        await note(process, filed)
        await note(process, other)
        case = await acting(process, cases.accept_case, someone(process, filed.unit), code=filed.code, seen=None)
        await numbered(process)
        await ear.until(1)
        assert [(name, told["type"], told["version"]) for name, told in ear.events] == [
            ("report.changed", "case.accepted", case.version)
        ]
        assert ear.events[0][1]["code"] == filed.code
        assert "Bí mật".encode() not in ear.heard


async def test_a_citizen_hears_of_all_his_reports_also_of_those_he_sends_meanwhile(
    application: FastAPI, process: Process
) -> None:
    citizen, headers = await a_citizen(process)
    stranger, _ = await a_citizen(process)
    first = await a_report(process, actor=citizen)
    await numbered(process)
    async with listening(application, MINE, headers) as ear:
        second = await a_report(process, actor=citizen)
        await a_report(process, actor=stranger)
        await numbered(process)
        await ear.until(1)
        for filed in (first, second):
            await acting(process, cases.accept_case, someone(process, filed.unit), code=filed.code, seen=None)
        await numbered(process)
        await ear.until(3)
        assert [told["code"] for _, told in ear.events] == [second.code, first.code, second.code]


async def test_a_reporter_follows_his_case_into_the_one_it_was_merged_into(
    application: FastAPI, process: Process
) -> None:
    mine, other = await a_case(process, CaseState.IN_PROGRESS), await a_case(process, CaseState.IN_PROGRESS)
    await numbered(process)
    async with listening(application, f"/api/v1/reports/{mine.code}/stream", mine.owner) as ear:
        merger = someone(process, mine.unit)
        await acting(process, cases.merge_case, merger, code=mine.code, seen=mine.version, into=other.code)
        await numbered(process)
        await ear.until(1)
        await acting(process, cases.ask_reporter, merger, code=other.code, seen=None, question="Ở đâu?")
        await numbered(process)
        await ear.until(2)
        assert [(told["code"], told["type"]) for _, told in ear.events] == [
            (mine.code, "case.merged"),
            (mine.code, "case.reporter_asked"),
        ]
        assert "Ở đâu".encode() not in ear.heard
        last = ear.positions[-1]
    async with listening(application, f"/api/v1/reports/{mine.code}/stream", mine.owner, 0) as again:
        types = [told["type"] for _, told in again.events]
        assert types.count("case.reporter_asked") == 1
        assert types.count("case.opened") == 1, "the other case was opened before the two met"
        assert again.positions[-1] == last


async def test_who_comes_back_to_another_process_hears_everything_once(
    application: FastAPI, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await an_officer(process)
    heard: list[int] = []
    last: int | None = None

    def process_directory() -> Directory:
        return process.directory.current

    async with listening(application, STAFF, officer.headers) as ear:
        await a_report(process)
        await numbered(process)
        await ear.until(1)
        heard, last = ear.positions, ear.positions[-1]
    for ring in (telling.RING_NEWS, 2):
        await a_report(process)
        await numbered(process)
        monkeypatch.setattr(telling, "RING_NEWS", ring)
        state = application.state  # another process knows nothing of the first
        tails = outbox.Tails(state.database, state.bus, 0.02)
        elsewhere = PrivateFeeds(state.database, state.clock, process_directory, tails, 0.05, ())
        ours, state.private_feeds = state.private_feeds, elsewhere
        async with listening(application, STAFF, officer.headers, last) as ear:
            await ear.until(1)
            await a_report(process)
            await numbered(process)
            await ear.until(2)
            heard += ear.positions
            last = heard[-1]
        await elsewhere.close()
        await tails.close()
        state.private_feeds = ours
    assert heard == sorted(set(heard))
    assert len(heard) == 5


async def test_who_cannot_keep_up_is_dropped_and_holds_up_nobody(application: FastAPI, process: Process) -> None:
    officer = await an_officer(process)
    feed = application.state.private_feeds.of(HAIDUONG)
    async with (
        listening(application, STAFF, officer.headers) as slow,
        listening(application, STAFF, officer.headers) as quick,
    ):
        slow.reading.clear()
        await a_report(process)
        await numbered(process)
        await quick.until(1)
        assert feed.listeners == 1
        assert slow.events == []
    assert feed.listeners == 0


async def test_silence_is_broken_by_heartbeats(
    application: FastAPI, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "HEARTBEAT_S", 0.05)
    officer = await an_officer(process)
    async with listening(application, STAFF, officer.headers) as ear:
        await until(lambda: ear.heard.count(b": \n\n") >= 2)


async def test_a_stream_ends_with_its_session(application: FastAPI, process: Process) -> None:
    officer, other = await an_officer(process), await an_officer(process)
    async with (
        listening(application, STAFF, officer.headers) as ear,
        listening(application, STAFF, other.headers) as stays,
    ):
        async with write_work(process.db, process.clock, HAIDUONG) as work:
            await identity.set_active(work, HAIDUONG, username=officer.username, active=False)
        await until(lambda: ear.finished)
        await a_report(process)
        await numbered(process)
        await stays.until(1)
        assert ear.events == []


async def test_a_stream_ends_when_the_officers_units_change(application: FastAPI, process: Process) -> None:
    officer = await an_officer(process)

    async def leave(work: Work) -> None:
        membership = Membership(next(iter(officer.actor.units())), Role.OFFICER)
        await identity.end_membership(work, HAIDUONG, username=officer.username, membership=membership)

    async with listening(application, STAFF, officer.headers) as ear:
        await in_work(process.db, process.clock, HAIDUONG, leave)
        process.clock.at += timedelta(seconds=1)  # type: ignore[attr-defined]
        await until(lambda: ear.finished)


async def test_a_citizens_stream_ends_with_his_token(
    application: FastAPI, process: Process, client: httpx.AsyncClient
) -> None:
    _, headers = await a_citizen(process)
    async with listening(application, MINE, headers) as ear:
        await process.db.lane.fetch("UPDATE citizen_tokens SET revoked_at = now()")
        await until(lambda: ear.finished)


async def test_others_are_refused(client: httpx.AsyncClient, process: Process, application: FastAPI) -> None:
    filed = await a_report(process)
    officer = await an_officer(process)
    _, citizen = await a_citizen(process)
    one = f"/api/v1/reports/{filed.code}/stream"
    assert (await client.get(STAFF)).status_code in {401, 403}
    assert (await client.get(STAFF, headers=citizen)).status_code in {401, 403}
    assert (await client.get(MINE)).status_code in {401, 403}
    assert (await client.get(MINE, headers=officer.headers)).status_code in {401, 403}
    for headers in ({}, citizen, officer.headers, {"Tracking-Secret": "wrong"}):
        assert (await client.get(one, headers=headers)).status_code == 404


async def test_a_position_that_never_was_is_refused(client: httpx.AsyncClient, process: Process) -> None:
    officer = await an_officer(process)
    refused = await client.get(STAFF, headers={**officer.headers, "Last-Event-ID": "999999999"})
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/position-ahead")


async def test_who_was_away_too_long_is_told_to_load_anew(
    application: FastAPI, client: httpx.AsyncClient, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await an_officer(process)
    for _ in range(4):
        await a_report(process)
    await numbered(process)
    monkeypatch.setattr(telling, "RING_NEWS", 2)
    monkeypatch.setattr(telling, "MOST_BEHIND", 2)
    refused = await client.get(STAFF, headers={**officer.headers, "Last-Event-ID": "0"})
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/events-forgotten")


async def test_nobody_takes_all_the_seats(application: FastAPI, client: httpx.AsyncClient, process: Process) -> None:
    officer, other = await an_officer(process), await an_officer(process)
    async with asyncio.timeout(20):
        async with listening(application, STAFF, officer.headers):
            seats = application.state.seats
            for _ in range(9):
                seats.take(None, officer.actor.id)
            try:
                refused = await client.get(STAFF, headers=officer.headers)
                assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-streams")
                async with listening(application, STAFF, other.headers) as ear:
                    assert ear.status == 200
            finally:
                for _ in range(9):
                    seats.free(None, officer.actor.id)
        assert seats.taken == 0


async def test_the_pages_of_officers_hear_by_their_session(application: FastAPI, process: Process) -> None:
    officer: Officer = await an_officer(process)
    cookie = officer.headers["Authorization"].removeprefix("Bearer ")
    async with listening(application, "/console/stream", {"cookie": f"staff={cookie}"}) as ear:
        await a_report(process)
        await numbered(process)
        await ear.until(1)
