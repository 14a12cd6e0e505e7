"""Where words about a person come to lie: never in messages, deliveries, kept answers; nowhere once they are erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from app.worker.keeping import keep_to_rules
from tests.applicants import HOA, MARITAL, MARRIED, Life, Offices, an_applicant, offices
from tests.builders import an_officer

NAME, PHONE, MAIL = "Phùng Thị Ẩn Danh", "0912345678", "an.danh@example.org"
SAID = (NAME, PHONE, MAIL)
WHO = {**HOA, "name": NAME, "phone": PHONE, "email": MAIL}
Drain = Callable[[], Awaitable[int]]
MAY_BE_THERE = {"service_requests", "service_request_steps", "timeline_entries"}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@pytest.fixture
async def at_work(process: Process) -> Offices:
    return await offices(process)


async def holding(db: Database, *words: str) -> set[str]:
    """Tables of which some row says one of the words, in whatever column."""
    wanted = [f"%{word}%" for word in words]
    found = set[str]()
    for row in await db.lane.fetch(_TABLES):
        name = row["tablename"]
        if await db.lane.fetchval(f"SELECT EXISTS (SELECT FROM {name} x WHERE x::text LIKE ANY ($1::text[]))", wanted):
            found.add(name)
    return found


async def refused_with_words(client: httpx.AsyncClient, mine: dict[str, str], at_work: Offices) -> Life:
    """A request about which everybody wrote more than they should have; it ended without a decision."""
    life = Life(client, {**mine, "Idempotency-Key": "gui-ho-so-lan-1"})
    filed = await life.file(procedure=MARITAL, answers=MARRIED, applicant=WHO)
    assert filed.status_code == 201, filed.text
    life.mine = {**mine, "Idempotency-Key": "bo-sung-lan-1"}
    missing = [{"about": "/copies", "reason": f"{NAME} ghi sai, đã gọi {PHONE}."}]
    asked = await life.do(at_work.commune, "ask-supplement", missing=missing, text=f"Xin {NAME} xem lại.")
    assert asked.status_code == 200, asked.text
    supplied = await life.ask("supplement", answers={"copies": 3}, text=f"Tôi là {NAME}, {PHONE}, {MAIL}.")
    assert supplied.status_code == 200, supplied.text
    assert (await life.do(at_work.commune, "note", reason=f"Đã gặp {NAME}.")).status_code == 200
    refused = await life.do(at_work.commune, "refuse", reason=f"{NAME} không cư trú ở đây.")
    assert refused.status_code == 200, refused.text
    return life


async def test_an_erasure_reaches_every_word_about_what_ended_and_the_ways_to_reach_somebody(
    client: httpx.AsyncClient, process: Process, at_work: Offices, db: Database, drain: Drain
) -> None:
    mine = await an_applicant(client)
    await refused_with_words(client, mine, at_work)
    going_on = Life(client, mine)
    assert (await going_on.file(procedure=MARITAL, answers={**MARRIED, "copies": 4}, applicant=WHO)).status_code == 201
    assert (await going_on.ask("withdrawal", reason=f"Gọi tôi số {PHONE} hay viết {MAIL}.")).status_code == 200
    await drain()
    held = await holding(db, *SAID)
    assert held == MAY_BE_THERE - {"service_request_steps"}, "not in papers, messages, deliveries, or kept answers"
    assert (await client.delete("/api/v1/me/data", headers=mine)).status_code == 200
    assert await holding(db, *SAID) == set()
    shown = (await going_on.seen_by(at_work.commune)).json()
    assert any("Gọi tôi số" in (one["text"] or "") for one in shown["timeline"]), "the rest of it is for the office"


async def test_words_end_with_the_papers_by_the_provinces_rule(
    client: httpx.AsyncClient, process: Process, at_work: Offices, db: Database, clock: FixedClock
) -> None:
    life = await refused_with_words(client, await an_applicant(client), at_work)
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    for subject in ("papers", "issued_papers"):
        rule = {"subject": subject, "days": 30, "legal_basis": {"vi": "Quyết định của tỉnh", "en": "A decision"}}
        made = await client.post("/api/v1/staff/retention-rules", json=rule, headers=admin.headers)
        assert made.status_code == 201, made.text
    listed = f"/api/v1/staff/service-requests/{life.code}/papers"
    papers = (await client.get(listed, headers=at_work.commune.headers)).json()["items"]
    clock.at += timedelta(days=31)
    await keep_to_rules(process)
    assert await holding(db, *SAID) == set()
    admin = await an_officer(process, unit="H23.21.01")
    seen = await life.seen_by(admin)
    assert (seen.status_code, seen.json()["decision_text"]) == (200, None)
    assert {one["type"] for one in seen.json()["timeline"]} >= {"service_request.refused", "service_request.noted"}
    for paper in papers:
        assert (await client.get(f"/api/v1/verify/{paper['checksum']}")).json()["genuine"], "its code goes on"
        drawn = await client.get(f"{listed}/{paper['number']}", headers=admin.headers)
        assert (drawn.status_code, drawn.content[:5]) == (200, b"%PDF-"), drawn.text[:200]
