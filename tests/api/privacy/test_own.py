"""One's own data: who opened it, a copy of it, its erasure, and its end when it was kept long enough."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx

from app.cases.terms import CaseState
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.terms import ReporterIdentity, Role
from app.kit.clock import FixedClock
from app.privacy.domain import kept, packaged_rules
from app.privacy.terms import Subject
from app.process import Process, keyring_of
from app.worker.keeping import Resealing, keep_to_rules
from tests.builders import HAIDUONG, a_case, a_report, an_officer

HOA = ReporterIdentity("Nguyễn Thị Hoa", "+84912345678")
_PHOTO = """
WITH kept AS (
  INSERT INTO uploads (id, secret_hash, state, length_bytes, offset_bytes, filename, created_at, updated_at, kind,
    keeps_place, lat, lon)
  VALUES (gen_random_uuid(), '', 'cleared', 9, 9, 'anh.jpg', now(), now(), 'image/jpeg', true, 20.9, 106.3)
  RETURNING id
)
INSERT INTO report_files (tenant_id, report_id, place, upload_id)
SELECT r.tenant_id, r.id, 0, k.id FROM reports r CROSS JOIN kept k WHERE r.code = $1 RETURNING upload_id
"""
_WORDS = """
SELECT r.description || c.summary || (SELECT string_agg(t.text, ' ') FROM timeline_entries t WHERE t.case_id = c.id)
FROM reports r JOIN cases c ON c.id = r.case_id WHERE r.code = $1
"""
KEPT = "SELECT count(*) FROM reporter_identities"


async def test_the_contact_of_a_report_is_erased_and_the_report_goes_on(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_report(process, reporter=HOA)
    path = f"/api/v1/reports/{filed.code}/identity"
    assert (await client.delete(path)).status_code == 404
    assert (await client.delete(path, headers=filed.owner)).status_code == 204
    assert await db.lane.fetchval(KEPT) == 0
    assert (await client.get(f"/api/v1/reports/{filed.code}", headers=filed.owner)).status_code == 200
    assert (await client.delete(path, headers=filed.owner)).status_code == 204


async def test_a_citizen_takes_a_copy_of_everything_and_then_has_it_erased(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    token = (await client.post("/api/v1/auth/devices")).json()["access_token"]
    mine = {"Authorization": f"Bearer {token}"}
    sent = {
        "category": "lighting.street_lamp",
        "description": "Đèn đường không sáng. Nguyễn Thị Hoa, gọi 0912 345 678.",
        "location": {"lat": 20.9467, "lon": 106.3134},
        "reporter": {"name": "Nguyễn Thị Hoa", "phone": "0912345678", "identity_number": "030 123 456 789"},
    }
    code = (await client.post("/api/v1/reports", json=sent, headers=mine)).json()["code"]
    more = {"text": "Hoa đây, cột số 5; số mới 0987 654 321."}
    assert (await client.post(f"/api/v1/reports/{code}/replies", json=more, headers=mine)).status_code < 300
    await db.lane.fetch(_PHOTO, code)
    await a_report(process, reporter=ReporterIdentity("Người khác"))
    answer = await client.get("/api/v1/me/data", headers=mine)
    (report,) = answer.json()["reports"]
    assert (report["code"], report["description"]) == (code, sent["description"])
    assert report["identity"]["identity_number"] == "030123456789"
    assert [one["text"] for one in report["words"]] == [more["text"]]
    assert [(one["latitude"], one["longitude"]) for one in report["files"]] == [(20.9, 106.3)]
    assert (answer.json()["devices"], answer.json()["browsers_told"]) == ([], 0), "a device of its own is no session"
    assert "Người khác" not in answer.text
    assert (await client.get("/api/v1/me/access-log", headers=mine)).json() == {"items": []}
    gone = await client.delete("/api/v1/me/data", headers=mine)
    assert (gone.json()["identities"], gone.json()["reports"]) == (1, 1)
    assert [one["code"] for one in gone.json()["kept"]] == [
        "reports",
        "supports",
        "files",
        "service_requests",
        "issued_papers",
        "payments",
        "audit",
        "blocks",
    ]
    assert (await client.get("/api/v1/me", headers=mine)).status_code == 401
    assert await db.lane.fetchval("SELECT count(*) FROM citizen_tokens") == 0, "nor where one was signed in"
    words = await db.lane.fetchval(_WORDS, code)
    assert "Đèn đường không sáng." in words
    assert "cột số 5" in words
    assert not [one for one in ("Nguyễn Thị Hoa", "0912 345 678", "0987 654 321") if one in words]
    assert await db.lane.fetchval("SELECT count(*) FROM uploads WHERE lat IS NULL AND NOT keeps_place") == 1
    assert await db.lane.fetchval(KEPT) == 1
    assert await db.lane.fetchval("SELECT count(*) FROM reports WHERE citizen_id IS NOT NULL") == 0


async def test_a_wrong_identity_number_or_address_is_told_by_its_pointer(client: httpx.AsyncClient) -> None:
    sent = {
        "category": "lighting.street_lamp",
        "description": "Đèn đường không sáng.",
        "location": {"lat": 20.9467, "lon": 106.3134},
        "reporter": {"identity_number": "12345", "home_address": "x" * 400},
    }
    answer = await client.post("/api/v1/reports", json=sent)
    pointers = [one["pointer"] for one in answer.json()["errors"]]
    assert (answer.status_code, pointers) == (422, ["/reporter/identity_number", "/reporter/home_address"])


async def test_an_anonymous_sender_is_told_of_the_report_and_named_to_nobody(
    client: httpx.AsyncClient, db: Database
) -> None:
    sent = {
        "category": "lighting.street_lamp",
        "description": "Đèn đường không sáng.",
        "location": {"lat": 20.9467, "lon": 106.3134},
    }
    for reporter in ({"anonymous": True, "phone": "0912345678"}, {"anonymous": True}):
        assert (await client.post("/api/v1/reports", json={**sent, "reporter": reporter})).status_code == 201
        assert await db.lane.fetchval(f"{KEPT} WHERE withheld") == 1


async def test_a_rule_is_published_as_a_version_and_identities_end_by_it(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    path = "/api/v1/staff/retention-rules"
    before = (await client.get(path, headers=admin.headers)).json()["items"]
    assert [(one["in_force"]["subject"], one["in_force"]["version"]) for one in before] == [
        ("identity", 0),
        ("files", 0),
        ("papers", 0),
        ("issued_papers", 0),
        ("drafts", 0),
        ("supports", 0),
        ("payment_callbacks", 0),
        ("unproven_callbacks", 0),
    ]
    rule = {"subject": "identity", "days": 30, "legal_basis": {"vi": "Quyết định của tỉnh", "en": "A decision"}}
    made = await client.post(path, json={**rule, "based_on": 0}, headers=admin.headers)
    assert (made.status_code, made.json()["version"]) == (201, 1)
    stale = await client.post(path, json={**rule, "based_on": 0}, headers=admin.headers)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    await a_case(process, CaseState.RESOLVED, reporter=HOA)
    open_still = await a_report(process, reporter=HOA)
    clock.at += timedelta(days=29)
    await keep_to_rules(process)
    assert await db.lane.fetchval(KEPT) == 2
    clock.at += timedelta(days=2)
    await keep_to_rules(process)
    left = await db.lane.fetch("SELECT r.code FROM reporter_identities i JOIN reports r ON r.id = i.id")
    assert [row["code"] for row in left] == [open_still.code]
    applied = await db.lane.fetchval("SELECT details::text FROM audit_entries WHERE action = 'retention.applied'")
    assert '"reports": 1' in applied


async def test_the_vault_is_sealed_anew_by_a_newer_key(process: Process, db: Database) -> None:
    await a_report(process, reporter=HOA)
    old = keyring_of(process.settings)
    assert process.settings.secret_key is not None
    new = Keyring.of(process.settings.secret_key.get_secret_value(), ["a newer secret of thirty-two characters"])

    async def reseal(work: Work) -> tuple[int, UUID | None]:
        return await identity.reseal(work, new, HAIDUONG, UUID(int=0), 200)

    (before,) = await identity.list_seals(db, new)
    assert (before.identities, before.here, before.newest) == (1, True, False)
    assert await in_work(process.db, process.clock, HAIDUONG, reseal) == (1, None)
    assert await in_work(process.db, process.clock, HAIDUONG, reseal) == (0, None)
    (after,) = await identity.list_seals(db, new)
    assert after.newest
    (lost,) = await identity.list_seals(db, old)
    assert not lost.here
    await Resealing(process).turn()  # without the newer key it leaves alone what it cannot open
    assert (await identity.list_seals(db, new))[0].newest


def test_every_subject_has_a_packaged_rule() -> None:
    assert [one.subject for one in packaged_rules()] == list(Subject)
    bases = [*(rule.legal_basis for rule in packaged_rules()), *(one.legal_basis for one in kept())]
    assert all(basis.vi and basis.en for basis in bases)
