"""What nobody should send, what is sent too often, and what it costs: refused in words, never a 500, once for all."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.directory.terms import Tier
from app.identity.terms import Role
from app.process import Process
from tests.api.limits.test_limits import calling
from tests.api.service_requests.conftest import Upload
from tests.applicants import HOA, LAND, MARITAL, MARRIED, SALE, Life, Offices, an_applicant
from tests.builders import HAIDUONG, PROVINCE, an_officer
from tests.statements import Statements

FILINGS, DRAFTS = "/api/v1/service-requests", "/api/v1/me/service-request-drafts"
COUNT = "SELECT count(*) FROM service_requests"


def filing(**given: Any) -> dict[str, Any]:
    return {"procedure": MARITAL, "answers": MARRIED, "applicant": HOA, "applicant_area": "10507", **given}


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


@pytest.mark.parametrize("levels", [33, 300, 10_000])
async def test_a_form_nested_without_end_is_refused_in_words(life: Life, levels: int, db: Database) -> None:
    headers = {**life.mine, "Content-Type": "application/json", "Idempotency-Key": "sâu".encode().hex()}
    for path, rest in ((FILINGS, '"applicant_area": "10507",'), (DRAFTS, "")):
        body = f'{{"procedure": "{MARITAL}", {rest} "answers": {nested(levels)}}}'
        answer = await life.client.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (422, 422), answer.text
        assert answer.json()["errors"], path
    assert await db.lane.fetchval(COUNT) == 0


async def test_five_megabytes_of_answers_are_not_even_read(life: Life) -> None:
    for path in (FILINGS, DRAFTS):
        body = filing(answers={"purpose": "x" * 5_000_000})
        answer = await life.client.post(path, json=body, headers=life.mine)
        assert answer.status_code == 413, answer.text[:300]


async def test_papers_of_the_wrong_kind_and_names_of_nothing_are_told_one_by_one(
    life: Life, upload: Upload, db: Database
) -> None:
    strange = [
        {"document": name, "upload": await upload(), "name": name} for name in ("certificate", "moon", "contract")
    ]
    refused = await life.file(documents=strange)
    assert (refused.status_code, slug(refused)) == (422, "documents-missing")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/documents/1/document"]
    nothing = [{"document": "certificate", "upload": "no such upload", "name": ""}, *strange[2:]]
    assert (await life.file(documents=nothing)).status_code in {409, 422}
    twice = [strange[0], {**strange[2], "upload": strange[0]["upload"]}]
    assert (await life.file(documents=twice)).status_code in {409, 422}, "one file is one document"
    assert await db.lane.fetchval(COUNT) == 0


async def test_a_province_without_a_unit_for_a_step_says_so_and_takes_nothing(
    life: Life, process: Process, upload: Upload, db: Database
) -> None:
    directory = process.books.directory
    departments = [
        unit for unit in directory.units(HAIDUONG) if unit.kind.value == "department" and unit.tier is Tier.PROVINCE
    ]
    ids = [unit.id for unit in departments]
    await db.lane.fetch("UPDATE jurisdictions SET valid_to = '2026-01-01' WHERE unit_id = ANY ($1)", ids)
    await db.lane.fetch("UPDATE reference_versions SET version = version + 1 WHERE name = 'directory'")
    try:
        await process.refresh()
        papers = [{"document": name, "upload": await upload(), "name": name} for name in ("certificate", "contract")]
        refused = await life.file(documents=papers)
        assert (refused.status_code, slug(refused), refused.json()["step"]) == (409, "step-without-unit", "decide")
        assert await db.lane.fetchval(COUNT) == 0
    finally:
        await db.lane.fetch("UPDATE jurisdictions SET valid_to = NULL WHERE unit_id = ANY ($1)", ids)
        await db.lane.fetch("UPDATE reference_versions SET version = version + 1 WHERE name = 'directory'")
        await process.refresh()


async def test_five_same_filings_at_the_same_instant_make_one(life: Life, db: Database) -> None:
    answers = await asyncio.gather(
        *(
            life.client.post(FILINGS, json=filing(), headers={**life.mine, "Idempotency-Key": f"{n}" * 8})
            for n in range(5)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    (code,) = [answer.json()["code"] for answer in answers if answer.status_code == 201]
    assert {answer.json().get("code") for answer in answers} == {code}, "its own applicant is told which"
    assert await db.lane.fetchval(COUNT) == 1
    wanted = [filing(another=True)] * 2
    both = await asyncio.gather(*(life.client.post(FILINGS, json=one, headers=life.mine) for one in wanted))
    assert [answer.status_code for answer in both] == [201, 201]


async def test_who_files_for_somebody_who_has_filed_learns_no_code(
    life: Life, client: httpx.AsyncClient, at_work: Offices
) -> None:
    assert (await life.file(**filing())).status_code == 201
    stranger = await an_applicant(client)
    refused = await client.post(FILINGS, json=filing(), headers=stranger)
    assert (refused.status_code, slug(refused), refused.json()["code"]) == (409, "filed-already", None)
    assert life.code not in refused.text
    assert (await client.post(FILINGS, json=filing(another=True), headers=stranger)).status_code == 201
    desk = "/api/v1/staff/service-requests"
    told = await client.post(desk, json=filing(channel="direct"), headers=at_work.commune.headers)
    assert (told.status_code, told.json()["code"] is not None) == (409, True), "an officer finds it by its code"


async def test_too_many_filings_of_one_account_are_refused_but_not_those_of_a_desk(
    life: Life, client: httpx.AsyncClient, application: FastAPI, process: Process, db: Database
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    for per, most in (("person", 2), ("address", 4)):
        path = f"/api/v1/staff/limits/service_requests/{per}"
        headers = {**admin.headers, "If-Match": '"0"'}
        assert (await client.put(path, json={"most": most, "window_s": 3600}, headers=headers)).status_code == 200
    key = {**life.mine, "Idempotency-Key": "12345678"}
    async with calling(application) as caller:
        first = await caller.post(FILINGS, json=filing(another=True), headers=key)
        assert (first.status_code, first.headers["ratelimit"].split(";")[0]) == (201, '"service_requests-person"')
        assert (await caller.post(FILINGS, json=filing(another=True), headers=life.mine)).status_code == 201
        refused = await caller.post(FILINGS, json=filing(another=True), headers=life.mine)
        assert (refused.status_code, slug(refused)) == (429, "limit-reached")
        assert refused.headers["retry-after"]
        again = await caller.post(FILINGS, json=filing(another=True), headers=key)
        assert again.json() == first.json(), "a lost answer is given again, however many there were"
        for status in (201, 201, 429):
            other = await an_applicant(client)
            answer = await caller.post(FILINGS, json=filing(another=True), headers=other)
            assert answer.status_code == status, answer.text
    officer = await an_officer(process)
    for _ in range(3):
        desk = await client.post(
            "/api/v1/staff/service-requests", json=filing(another=True, channel="direct"), headers=officer.headers
        )
        assert desk.status_code == 201, desk.text
    assert await db.lane.fetchval(COUNT) == 7


async def test_what_is_done_costs_so_many_statements(
    life: Life, client: httpx.AsyncClient, at_work: Offices, upload: Upload, statements: Statements
) -> None:
    papers = [{"document": name, "upload": await upload(), "name": name} for name in ("certificate", "contract")]
    cost: dict[str, int] = {}

    async def counted(name: str, answer: Any) -> None:
        statements.clear()
        found = await answer
        assert found.status_code in {200, 201}, (name, found.text)
        cost[name] = len([text for text in statements.texts if "last_seen_at = " not in text])

    one = {"procedure": LAND, "answers": SALE, "documents": papers}
    await counted("file", life.file(**one))
    await counted("own", client.get(f"{FILINGS}/{life.code}", headers=life.mine))
    await counted("own list", client.get("/api/v1/me/service-requests", headers=life.mine))
    officer = at_work.commune
    await counted("queue", client.get("/api/v1/staff/service-requests?view=inbox", headers=officer.headers))
    await counted("first look", life.seen_by(officer))
    await counted("look", life.seen_by(officer))
    await counted("accept", life.do(officer, "accept"))
    await counted("complete", life.do(officer, "complete", step="receive"))
    await counted("note", life.do(officer, "note", reason="Đã gọi."))
    assert cost.pop("file") in {7, 8}, "one more takes a block of codes"
    assert cost == {
        "own": 6, "own list": 2, "queue": 2, "first look": 8, "look": 7,
        "accept": 8, "complete": 8, "note": 6,
    }  # fmt: skip


async def test_begun_at_once_no_more_drafts_are_kept_than_one_may_have(life: Life, db: Database) -> None:
    address, one = "/api/v1/me/service-request-drafts", {"procedure": MARITAL}
    for _ in range(28):
        assert (await life.client.post(address, json=one, headers=life.mine)).status_code == 201
    answers = await asyncio.gather(*(life.client.post(address, json=one, headers=life.mine) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert await db.lane.fetchval("SELECT count(*) FROM service_request_drafts") == 30
