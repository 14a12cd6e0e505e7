"""Files that come with a reply: an officer asks for a photo, and the sender gives one, by whatever door."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.cases.terms import CaseState
from app.db.engine import Database
from app.kit.clock import FixedClock
from app.kit.ids import uuid7
from app.media.store import FolderStore
from app.media.terms import MOST_OF_A_REPORT, MOST_WITH_REPLIES
from app.process import Process
from tests.api.media.test_uploads import BYTES, TUS
from tests.builders import Filed, a_case, an_officer
from tests.pages import Page, post
from tests.pictures import PDF, photo


@pytest.fixture
def store(application: FastAPI, tmp_path: Any) -> FolderStore:
    application.state.file_store = FolderStore(tmp_path)
    found: FolderStore = application.state.file_store
    return found


async def uploaded(client: httpx.AsyncClient, content: bytes) -> str:
    """The name of a finished upload."""
    answer = await client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(len(content))})
    url: str = answer.headers["location"]
    assert (await client.patch(url, content=content, headers={**BYTES, "Upload-Offset": "0"})).status_code == 204
    return url.rpartition("/")[2]


async def replied(client: httpx.AsyncClient, filed: Filed, *media: str, **more: str) -> httpx.Response:
    body = {"text": "Cột số 5, có ảnh.", "media": list(media)}
    return await client.post(f"/api/v1/reports/{filed.code}/replies", json=body, headers={**filed.owner, **more})


async def test_a_reply_brings_photos_that_sender_and_officer_find_with_the_report(
    client: httpx.AsyncClient, process: Process, store: FolderStore, db: Database
) -> None:
    filed = await a_case(process, CaseState.AWAITING_REPORTER)
    first, second = await uploaded(client, PDF), await uploaded(client, PDF + b"%2")
    for _ in range(2):
        answer = await replied(client, filed, first, **{"Idempotency-Key": "01932f3e-9b11-7c3d-8e4a-5c0e5b0a1b2d"})
        assert (answer.status_code, answer.json()["state"]) == (200, "in_progress"), answer.text
    assert (await replied(client, filed, second)).status_code == 200
    mine = (await client.get(f"/api/v1/reports/{filed.code}/media", headers=filed.owner)).json()["items"]
    assert [one["bytes"] for one in mine] == [len(PDF), len(PDF) + 2]
    officer = await an_officer(process)
    theirs = await client.get(f"/api/v1/staff/cases/{filed.code}/media", headers=officer.headers)
    assert len(theirs.json()["items"]) == 2
    told = (await client.get(f"/api/v1/reports/{filed.code}/timeline", headers=filed.owner)).json()["items"]
    assert [one["sentence"] for one in told].count("Người gửi đã trả lời, kèm 1 tệp.") == 2
    taken = await replied(client, filed, first)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/upload-taken")
    gone = await replied(client, filed, "khong-co")
    assert (gone.status_code, gone.json()["errors"][0]["pointer"]) == (422, "/media/0")
    row = await db.lane.fetchrow("SELECT id, tenant_id FROM reports WHERE code = $1", filed.code)
    assert row is not None
    await db.lane.fetch(
        "INSERT INTO report_files (tenant_id, report_id, place, upload_id)"
        " SELECT $1, $2, n, gen_random_uuid() FROM generate_series(2, $3::int - 1) n",
        row["tenant_id"],
        row["id"],
        MOST_WITH_REPLIES,
    )
    full = await replied(client, filed, await uploaded(client, PDF + b"%3"))
    assert (full.status_code, full.json()["type"]) == (422, "/problems/upload-unfinished")
    assert f"tối đa {MOST_WITH_REPLIES} tệp" in full.json()["detail"]


async def test_a_reply_kept_by_a_device_brings_its_photo(
    client: httpx.AsyncClient, clock: FixedClock, store: FolderStore, db: Database
) -> None:
    report, key = str(uuid7(clock.at)), {"Device-Key": "k" * 32}
    lamp = {"category": "lighting.street_lamp", "description": "Đèn không sáng.", "area_code": "10507"}
    reply = {"id": str(uuid7(clock.at)), "type": "reply", "report_id": report, "text": "Ảnh đây ạ."}
    items = [
        {"id": report, "type": "report", "report": {**lamp, "media": [await uploaded(client, PDF)]}},
        {**reply, "media": [await uploaded(client, PDF + b"%2")]},
    ]
    for _ in range(2):
        answer = await client.post("/api/v1/submissions", json={"items": items}, headers=key)
        assert [one["outcome"] for one in answer.json()["items"]] == ["accepted", "accepted"], answer.text
    rows = await db.lane.fetch("SELECT place FROM report_files ORDER BY place")
    assert [row["place"] for row in rows] == [0, 1]


async def test_the_page_takes_a_photo_with_words_or_without_and_keeps_it_when_something_is_wrong(
    client: httpx.AsyncClient, process: Process, store: FolderStore, db: Database
) -> None:
    filed = await a_case(process, CaseState.AWAITING_REPORTER)
    await post(client, Page(await client.get("/follow")).form("/follow"), code=filed.code, secret=filed.secret)
    page = f"/follow/{filed.code}"
    form = Page(await client.get(page)).form(f"{page}/replies")
    picture = [("files", ("anh.jpg", photo(width=64, height=64), "image/jpeg"))]
    long = await client.post(form.action, data={**form.values, "text": "a" * 4001}, files=picture)
    assert long.status_code == 422
    again = Page(long).form(f"{page}/replies")
    assert "Đã đính kèm 1 tệp." in Page(long).text
    sent = await post(client, again, text="")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{page}?done=replies")
    own = Page(await client.get(page)).text
    assert "Người gửi đã trả lời, kèm 1 tệp. Gửi thêm ảnh, tệp." in own
    many = [("files", (f"{n}.pdf", PDF + b"%%%d" % n, "application/pdf")) for n in range(MOST_OF_A_REPORT + 1)]
    form = Page(await client.get(page)).form(f"{page}/replies")
    refused = await client.post(form.action, data={**form.values, "text": "Đây ạ."}, files=many)
    assert refused.status_code == 422
    assert f"tối đa {MOST_OF_A_REPORT} tệp" in Page(refused).text
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1
