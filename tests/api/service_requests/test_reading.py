"""What applicants and offices read besides the request itself: files, the appointment explained, papers; drafts end."""

from __future__ import annotations

import httpx

from tests.api.service_requests.conftest import Upload
from tests.applicants import MARITAL, MARRIED, Life, Offices


async def test_the_applicant_reads_own_files_and_the_appointment_day_by_day(
    client: httpx.AsyncClient, life: Life, at_work: Offices, upload: Upload
) -> None:
    divorced = {**MARRIED, "marital_status": "divorced", "spouse_name": "Trần Văn Ba", "since": "2024-03-05"}
    judgment = [{"document": "divorce", "upload": await upload(), "name": "ban-an.pdf"}]
    filed = await life.file(procedure=MARITAL, answers=divorced, documents=judgment)
    assert filed.status_code == 201, filed.text
    own = (await client.get("/api/v1/me/service-request-files", headers=life.mine)).json()["items"]
    assert [one["name"] for one in own] == ["ban-an.pdf"]
    assert (await client.get("/api/v1/me/service-request-files")).status_code == 401
    accepted = await life.do(at_work.commune, "accept")
    assert accepted.status_code == 200, accepted.text
    told = await client.get(f"/api/v1/service-requests/{life.code}/deadline", headers=life.mine)
    assert told.json()["due_at"] == accepted.json()["due_at"]
    papers = await client.get(f"{life.staff}/papers", headers=at_work.commune.headers)
    assert [one["kind"] for one in papers.json()["items"]] == ["receipt"]
    assert (await client.get(f"{life.staff}/papers", headers=at_work.neighbour.headers)).status_code == 404


async def test_a_draft_ends_when_its_owner_says_so(client: httpx.AsyncClient, life: Life) -> None:
    drafts = "/api/v1/me/service-request-drafts"
    begun = await client.post(drafts, json={"procedure": MARITAL, "answers": MARRIED}, headers=life.mine)
    assert begun.status_code == 201, begun.text
    one = f"{drafts}/{begun.json()['id']}"
    assert (await client.delete(one, headers=life.mine)).status_code == 204
    assert (await client.get(one, headers=life.mine)).status_code == 404
