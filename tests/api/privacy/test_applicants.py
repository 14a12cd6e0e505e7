"""Applicants' own data: who of the offices has seen it, a copy of it, its erasure, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest

from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import write_work
from app.identity.domain import Keyring
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import CitizenId
from app.media.store import FolderStore
from app.payments.terms import Subject
from app.process import Process, keyring_of
from app.service_requests import service as requests
from app.settings import Settings
from app.worker.keeping import Resealing, keep_to_rules
from tests.applicants import HOA, MARITAL, MARRIED, Life, Offices, an_applicant, an_upload, offices
from tests.builders import CAM_THUONG, HAIDUONG, an_officer
from tests.treasury import Treasury, a_payment, a_subject, set_up

PAPERS = "SELECT count(*) FROM service_requests WHERE sealed <> ''"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
async def at_work(process: Process) -> Offices:
    return await offices(process)


async def a_life(client: httpx.AsyncClient, mine: dict[str, str], **given: Any) -> Life:
    life = Life(client, mine)
    filed = await life.file(procedure=MARITAL, answers=MARRIED, applicant={**HOA, "email": "hoa@example.org"}, **given)
    assert filed.status_code == 201, filed.text
    return life


async def a_subject_of(process: Process, db: Database, code: str) -> Subject:
    """What a fee of this service request is for."""
    found = await db.lane.fetchval("SELECT id FROM service_requests WHERE code = $1", code)
    return replace(a_subject(process, CAM_THUONG), id=found, code=code)


def words(pdf: bytes) -> str:
    """What stands on it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join("".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


async def test_an_officer_who_looks_is_in_the_trail_and_in_the_applicants_log_once_a_day(
    client: httpx.AsyncClient, process: Process, at_work: Offices, db: Database, clock: FixedClock
) -> None:
    life = await a_life(client, await an_applicant(client))
    for _ in range(3):
        assert (await life.seen_by(at_work.commune)).status_code == 200
    assert (await life.seen_by(at_work.commune_head)).status_code == 200
    assert (await life.seen_by(at_work.neighbour)).status_code == 404
    log = (await client.get("/api/v1/me/access-log", headers=life.mine)).json()["items"]
    assert [(one["report"], one["by"], one["reason"]) for one in log] == [
        (life.code, "UBND phường Cẩm Thượng", "handling")
    ] * 2
    own = f"/api/v1/service-requests/{life.code}/access-log"
    assert (await client.get(own, headers=life.mine)).json()["items"] == log
    assert (await client.get(own)).status_code == 404
    clock.at += timedelta(days=1)
    assert (await life.seen_by(at_work.commune)).status_code == 200
    trail = await db.lane.fetch("SELECT actor_id, subject FROM audit_entries WHERE action = $1", Action.REQUEST_OPENED)
    mine, head = at_work.commune.actor.id, at_work.commune_head.actor.id
    assert sorted(str(row["actor_id"]) for row in trail) == sorted(map(str, (mine, head, mine)))
    assert {row["subject"] for row in trail} == {life.code}
    stranger = await an_applicant(client)
    assert (await client.get("/api/v1/me/access-log", headers=stranger)).json() == {"items": []}


async def test_who_applied_at_a_desk_sees_by_the_receipt_which_office_looked(
    client: httpx.AsyncClient, at_work: Offices
) -> None:
    body = {"procedure": MARITAL, "answers": MARRIED, "applicant": HOA, "applicant_area": "10507"}
    filed = await client.post("/api/v1/staff/service-requests", json=body, headers=at_work.commune.headers)
    assert filed.status_code == 201, filed.text
    code, secret = filed.json()["code"], {"Tracking-Secret": filed.json()["tracking_secret"]}
    assert (await Life(client, {}, code).seen_by(at_work.commune)).status_code == 200
    log = await client.get(f"/api/v1/service-requests/{code}/access-log", headers=secret)
    assert [(one["report"], one["reason"]) for one in log.json()["items"]] == [(code, "handling")]


async def test_an_applicant_takes_everything_along_and_then_only_what_the_law_keeps_is_left(
    client: httpx.AsyncClient,
    process: Process,
    at_work: Offices,
    db: Database,
    settings: Settings,
    store: FolderStore,
    clock: FixedClock,
) -> None:
    mine = await an_applicant(client)
    paper = {"document": "authority", "upload": await an_upload(process, store, settings), "name": "Giấy"}
    refused = await a_life(client, mine, documents=[paper])
    assert (await refused.do(at_work.commune, "refuse", reason="Sai nơi nộp.")).status_code == 200
    going_on = await a_life(client, mine, another=True)
    assert (await going_on.do(at_work.commune, "accept")).status_code == 200
    await set_up(process, "http://127.0.0.1:1")
    asked, provider = await a_payment(process, await a_subject_of(process, db, going_on.code)), Treasury(clock)
    await provider.tell(client, provider.pay(asked.reference, description="NGUYEN THI HOA chuyen tien"))
    draft = {"procedure": MARITAL, "answers": {"purpose": "property"}}
    assert (await client.post("/api/v1/me/service-request-drafts", json=draft, headers=mine)).status_code == 201
    await Life(client, await an_applicant(client)).file(procedure=MARITAL, answers={**MARRIED, "copies": 3})
    copy = (await client.get("/api/v1/me/data", headers=mine)).json()
    assert [one["code"] for one in copy["service_requests"]] == [going_on.code, refused.code]
    told = copy["service_requests"][1]
    assert (told["applicant"]["phone"], told["outcome"], told["decision"]) == (
        "+84912345678", "not_accepted", "Sai nơi nộp."
    )  # fmt: skip
    assert told["answers"]["purpose"] == "property"
    assert [one["content"]["answers"] for one in copy["service_request_drafts"]] == [{"purpose": "property"}]
    receipt, refusal = copy["service_requests"][0]["papers"][0], told["papers"][0]
    assert (receipt["kind"], receipt["applicant"], receipt["email"]) == ("receipt", HOA["name"], "hoa@example.org")
    (money,) = copy["service_requests"][0]["payments"]
    assert (money["reference"], money["state"], money["receipts"][0]["amount"]) == (asked.reference, "paid", "150000")
    assert asked.reference in money["receipts"][0]["messages"][0]
    pdf = await client.get(f"/api/v1/service-requests/{going_on.code}/papers/{receipt['number']}", headers=mine)
    gone = (await client.delete("/api/v1/me/data", headers=mine)).json()
    assert gone["service_requests"] == 2
    assert await db.lane.fetchval("SELECT count(*) FROM service_request_drafts") == 0
    assert await db.lane.fetchval("SELECT count(*) FROM service_requests WHERE citizen_id IS NOT NULL") == 1
    assert await db.lane.fetchval(PAPERS) == 2, "of what ended without a decision nothing is left"
    files = "SELECT count(*) FROM service_request_files f JOIN service_requests r ON r.id = f.request_id"
    assert await db.lane.fetchval(f"{files} WHERE r.code = $1", refused.code) == 0
    for paper in (receipt, refusal):
        assert (await client.get(f"/api/v1/verify/{paper['checksum']}")).json()["genuine"], "its code goes on"
    assert await db.lane.fetchval("SELECT count(*) FROM papers WHERE sealed = ''") == 1
    assert {one["code"] for one in gone["kept"]} >= {"issued_papers", "payments"}
    staff = f"/api/v1/staff/service-requests/{going_on.code}/papers/{receipt['number']}"
    drawn = words((await client.get(staff, headers=at_work.commune.headers)).content)
    assert (HOA["name"] in drawn, "912345678" in drawn, "hoa@example.org" in drawn) == (True, False, False)
    sent = await client.post("/verify", files={"file": ("giay.pdf", pdf.content, "application/pdf")})
    assert "Tệp đúng là bản cơ quan đã lập" in sent.text, "its SHA-256 is known still"
    seen = (await going_on.seen_by(at_work.commune)).json()
    assert seen["applicant"]["name"] == HOA["name"], "the office still has to decide"
    assert "0912345678" not in str(seen)
    assert "+84912345678" not in str(seen)
    assert "hoa@example.org" not in str(seen)
    bare = await refused.seen_by(at_work.commune)
    assert (bare.status_code, HOA["name"] in bare.text) == (200, False)
    assert (await refused.do(at_work.commune, "note", reason="Đã trả.")).status_code == 200


async def test_papers_end_by_the_provinces_rule_and_results_stay(
    client: httpx.AsyncClient, process: Process, at_work: Offices, db: Database, clock: FixedClock
) -> None:
    mine = await an_applicant(client)
    ended, going_on = await a_life(client, mine), await a_life(client, mine, another=True)
    assert (await ended.do(at_work.commune, "refuse", reason="Sai nơi nộp.")).status_code == 200
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    rule = {"subject": "papers", "days": 30, "legal_basis": {"vi": "Quyết định của tỉnh", "en": "A decision"}}
    made = await client.post("/api/v1/staff/retention-rules", json=rule, headers=admin.headers)
    assert made.status_code == 201, made.text
    clock.at += timedelta(days=29)
    await keep_to_rules(process)
    assert await db.lane.fetchval(PAPERS) == 2
    clock.at += timedelta(days=2)
    await keep_to_rules(process)
    assert await db.lane.fetchval("SELECT code FROM service_requests WHERE sealed <> ''") == going_on.code
    applied = await db.lane.fetchval("SELECT details::text FROM audit_entries WHERE action = 'retention.applied'")
    assert '"service_requests": 1' in applied
    await keep_to_rules(process)
    count = "SELECT count(*) FROM audit_entries WHERE action = 'retention.applied'"
    assert await db.lane.fetchval(count) == 1


async def test_issued_papers_drafts_and_messages_end_by_the_provinces_rules(
    client: httpx.AsyncClient, process: Process, at_work: Offices, db: Database, clock: FixedClock
) -> None:
    mine = await an_applicant(client)
    ended = await a_life(client, mine)
    await set_up(process, "http://127.0.0.1:1")
    asked, provider = await a_payment(process, await a_subject_of(process, db, ended.code)), Treasury(clock)
    paid = provider.pay(asked.reference)
    await provider.tell(client, paid)
    assert (await ended.do(at_work.commune, "refuse", reason="Thử")).status_code == 200
    draft = {"procedure": MARITAL, "answers": {"purpose": "property"}}
    drafts = "/api/v1/me/service-request-drafts"
    assert (await client.post(drafts, json=draft, headers=mine)).status_code == 201
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    for subject, days in (("issued_papers", 60), ("drafts", 30), ("payment_callbacks", 90)):
        rule = {"subject": subject, "days": days, "legal_basis": {"vi": "Quyết định của tỉnh", "en": "A decision"}}
        made = await client.post("/api/v1/staff/retention-rules", json=rule, headers=admin.headers)
        assert made.status_code == 201, made.text
    left = """SELECT (SELECT count(*) FROM service_request_drafts), (SELECT count(*) FROM papers WHERE sealed <> ''),
        (SELECT count(*) FROM payment_callbacks WHERE body <> '')"""
    code = await db.lane.fetchval("SELECT checksum FROM papers LIMIT 1")
    for days, expected in ((29, (1, 1, 1)), (2, (0, 1, 1)), (30, (0, 0, 1)), (30, (0, 0, 0))):
        clock.at += timedelta(days=days)
        await keep_to_rules(process)
        assert tuple(await db.lane.fetchrow(left) or ()) == expected
    assert (await client.get(f"/api/v1/verify/{code}")).json()["genuine"]
    applied = await db.lane.fetch("SELECT details::text AS said FROM audit_entries WHERE action = 'retention.applied'")
    assert len(applied) == 3, "each is in the trail"
    assert await db.lane.fetchval("SELECT told_reference FROM payment_receipts") == ""
    again = await provider.tell(client, paid)
    assert (again.status_code, again.json()["outcome"]) == (200, "paid"), "it is counted once still"


async def test_requests_and_drafts_follow_their_owner_and_are_sealed_anew(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    mine = await an_applicant(client)
    life = await a_life(client, mine)
    draft = {"procedure": MARITAL, "answers": {"purpose": "property"}}
    made = await client.post("/api/v1/me/service-request-drafts", json=draft, headers=mine)
    assert process.settings.secret_key is not None
    secret = process.settings.secret_key.get_secret_value()
    old, new = keyring_of(process.settings), Keyring.of(secret, ["a newer secret of thirty-two characters"])
    (before,) = await requests.list_seals(db, new)
    assert (before.identities, before.here, before.newest) == (2, True, False)
    resealing = Resealing(process)
    resealing._keys = new
    await resealing.turn()
    (after,) = await requests.list_seals(db, new)
    assert (after.identities, after.newest) == (2, True)
    (lost,) = await requests.list_seals(db, old)
    assert not lost.here, "doctor says that its key is missing"
    await Resealing(process).turn()  # without the newer key it leaves alone what it cannot open
    assert (await requests.list_seals(db, new))[0].newest
    giver = await db.lane.fetchval("SELECT citizen_id FROM service_requests")
    other = await an_applicant(client)
    taker = CitizenId(
        await db.lane.fetchval("SELECT max(citizen_id::text)::uuid FROM citizens WHERE citizen_id <> $1", giver)
    )
    async with write_work(db, process.clock, None) as work:
        assert await requests.give_over(work, giver, taker, [HAIDUONG]) == 1
        kept, drafts = await requests.kept_of(work, new, taker, [HAIDUONG])
        assert ([one.code for one in kept], len(drafts)) == ([life.code], 1)
        assert kept[0].papers.applicant.name == HOA["name"]
        assert drafts[0].content["answers"] == {"purpose": "property"}
    assert made.status_code == 201
    found = (await client.get("/api/v1/me/service-requests", headers=other)).json()["items"]
    assert [one["code"] for one in found] == [life.code]
