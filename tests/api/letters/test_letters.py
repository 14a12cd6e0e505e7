"""Letters of apology: seen before they are sent, kept as they were, read by their own reader alone."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.letters import service
from app.letters.domain import Template
from app.process import Process
from tests.builders import BINH_HAN, Filed, Officer, a_case, a_report, an_officer
from tests.pages import Page, post

LATER = {"due_on": "2026-12-03", "reason": "Cần khảo sát nền đường."}


async def act(client: httpx.AsyncClient, filed: Filed, verb: str, by: Officer, body: dict[str, Any]) -> httpx.Response:
    url = f"/api/v1/staff/cases/{filed.code}"
    seen = (await client.get(url, headers=by.headers)).headers["etag"]
    return await client.post(f"{url}/{verb}", json=body, headers={**by.headers, "If-Match": seen})


async def letters(client: httpx.AsyncClient, filed: Filed, headers: dict[str, str]) -> Any:
    return (await client.get(f"/api/v1/reports/{filed.code}/letters", headers=headers)).json()["items"]


@pytest.fixture
async def extended(client: httpx.AsyncClient, process: Process) -> tuple[Filed, Officer]:
    filed, approver = await a_case(process, CaseState.IN_PROGRESS), await an_officer(process, Role.APPROVER)
    assert (await act(client, filed, "extend", approver, LATER)).status_code == 200
    return filed, approver


async def test_an_extension_sends_the_letter_that_was_seen_before(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed, approver = await a_case(process, CaseState.IN_PROGRESS), await an_officer(process, Role.APPROVER)
    path = f"/api/v1/staff/cases/{filed.code}/extend/preview"
    seen = await client.post(path, json=LATER, headers=approver.headers)
    assert (seen.status_code, seen.json()["due_at"]) == (200, "2026-12-03T16:59:59Z")
    assert await letters(client, filed, filed.owner) == []
    assert await db.lane.fetchval("SELECT version FROM cases") == filed.version, "a preview writes nothing"

    await act(client, filed, "extend", approver, LATER)
    number = f"01-TXL-{filed.code}"
    sent = (await client.get(f"/api/v1/reports/{filed.code}/letters/{number}", headers=filed.owner)).json()
    draft = seen.json()["letter"]
    assert (sent["number"], sent["vi"], sent["en"], sent["content"]) == (
        number,
        draft["vi"],
        draft["en"],
        draft["content"],
    )
    assert hashlib.sha256(sent["content"].encode()).hexdigest() == sent["checksum"]
    body = " ".join(sent["vi"]["paragraphs"])
    assert LATER["reason"] in body
    assert "03/12/2026" in body
    event = await db.lane.fetchval("SELECT payload::text FROM outbox_messages WHERE type = 'case.extended'")
    assert number in event


async def test_a_second_letter_has_the_next_number_also_after_a_reopening(
    client: httpx.AsyncClient, extended: tuple[Filed, Officer]
) -> None:
    filed, approver = extended
    await act(client, filed, "resolve", approver, {"answer": "Xong.", "resolution": "fixed"})
    await client.post(f"/api/v1/reports/{filed.code}/reopening", json={"reason": "Lại tắt."}, headers=filed.owner)
    assert (await act(client, filed, "extend", approver, {**LATER, "due_on": "2026-12-10"})).status_code == 200
    numbers = [one["number"] for one in await letters(client, filed, filed.owner)]
    assert numbers == [f"01-TXL-{filed.code}", f"02-TXL-{filed.code}"]


async def test_a_letter_that_was_sent_keeps_its_words_when_the_template_changes(
    client: httpx.AsyncClient, extended: tuple[Filed, Officer], monkeypatch: pytest.MonkeyPatch
) -> None:
    filed, _ = extended
    path = f"/api/v1/reports/{filed.code}/letters/01-TXL-{filed.code}"
    before = (await client.get(path, headers=filed.owner)).json()
    monkeypatch.setattr(service, "template_of", lambda _: Template("extension@2", {}))
    assert (await client.get(path, headers=filed.owner)).json() == before


async def test_only_the_sender_and_officers_of_the_case_read_a_letter(
    client: httpx.AsyncClient,
    process: Process,
    extended: tuple[Filed, Officer],
    drain: Callable[[], Awaitable[int]],
) -> None:
    filed, approver = extended
    await drain()
    path = f"/api/v1/reports/{filed.code}/letters"
    assert (await client.get(f"/api/v1/reports/{filed.code}")).status_code == 200, "the case is public"
    other, stranger = await a_report(process), await an_officer(process, Role.APPROVER, unit=BINH_HAN)
    for path_of in (path, f"{path}/01-TXL-{filed.code}"):
        for headers, status in (
            ({}, 404),
            (other.owner, 404),
            (stranger.headers, 404),
            (filed.owner, 200),
            (approver.headers, 200),
        ):
            assert (await client.get(path_of, headers=headers)).status_code == status, headers
    missing = await client.get(f"{path}/02-TXL-{filed.code}", headers=filed.owner)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/letter-not-found")
    own = await client.get(f"/api/v1/reports/{other.code}/letters/01-TXL-{filed.code}", headers=other.owner)
    assert own.status_code == 404, "a number alone opens nothing"


async def test_whoever_joins_a_case_reads_only_letters_since_then(
    client: httpx.AsyncClient, process: Process, extended: tuple[Filed, Officer], clock: FixedClock
) -> None:
    filed, approver = extended
    joins, officer = await a_report(process), await an_officer(process, Role.OFFICER)
    assert (await act(client, joins, "merge", officer, {"into": filed.code})).status_code == 200
    assert await letters(client, joins, joins.owner) == []
    await act(client, filed, "extend", approver, {**LATER, "due_on": "2026-12-10"})
    assert [one["number"] for one in await letters(client, joins, joins.owner)] == [f"02-TXL-{filed.code}"]
    assert len(await letters(client, filed, filed.owner)) == 2


@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        (Role.OFFICER, LATER, 403),
        (Role.APPROVER, {**LATER, "due_on": "2026-11-25"}, 422),
        (Role.APPROVER, {"due_on": "2026-12-03"}, 422),
    ],
)
async def test_a_preview_refuses_what_the_extension_would(
    client: httpx.AsyncClient, process: Process, role: Role, body: dict[str, Any], status: int
) -> None:
    filed, officer = await a_case(process, CaseState.IN_PROGRESS), await an_officer(process, role)
    path = f"/api/v1/staff/cases/{filed.code}/extend/preview"
    assert (await client.post(path, json=body, headers=officer.headers)).status_code == status
    assert (await client.post(path, json=body)).status_code == 401


async def test_the_sender_reads_the_letter_from_the_page_of_the_report(
    client: httpx.AsyncClient, extended: tuple[Filed, Officer]
) -> None:
    filed, _ = extended
    await post(client, Page(await client.get("/follow")).form("/follow"), code=filed.code, secret=filed.secret)
    own = Page(await client.get(f"/follow/{filed.code}"))
    address = f"/follow/{filed.code}/letters/01-TXL-{filed.code}"
    assert address in own.links
    page = Page(await client.get(address))
    assert LATER["reason"] in page.text
    assert "THƯ XIN LỖI" in page.text
    assert (await client.get(f"{address}0")).status_code == 404
    await client.post("/follow/forget")
    assert (await client.get(address)).status_code == 404
