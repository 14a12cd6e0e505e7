"""What the public would read of a case, shown to officers in scope before they publish it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import orjson

from app.cases import service as cases
from app.cases.terms import CaseState
from app.db.engine import Database
from app.process import Process
from tests.builders import THANH_MIEN, a_case, acting, an_officer, someone

WRITTEN = "Quán của Trần Văn Ba mở karaoke, gọi 0912345678."


def preview(code: str) -> str:
    return f"/api/v1/staff/cases/{code}/public-preview"


async def test_an_officer_sees_what_the_public_would_read(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, description=WRITTEN)
    officer = await an_officer(process)
    answer = await client.get(preview(filed.code), headers=officer.headers)
    masked = "Quán của [tên] mở karaoke, gọi [số điện thoại]."
    shown = answer.json()
    assert (shown["version"], shown["title"], shown["text"], shown["own_wording"]) == (
        filed.version,
        masked,
        masked,
        False,
    )
    assert answer.headers["etag"] == f'"{filed.version}"'
    assert shown["passages"][0] == {
        "where": "text",
        "pieces": [
            {"written": "Quán của ", "mask": None, "kind": None, "confidence": None},
            {"written": "Trần Văn Ba", "mask": "[tên]", "kind": "name", "confidence": "fair"},
            {"written": " mở karaoke, gọi ", "mask": None, "kind": None, "confidence": None},
            {"written": "0912345678", "mask": "[số điện thoại]", "kind": "phone", "confidence": "high"},
            {"written": ".", "mask": None, "kind": None, "confidence": None},
        ],
    }
    assert shown["correction"] == {"show": [], "mask": [], "confirmed_at": None}
    assert answer.headers["cache-control"] == "private, no-store"


async def test_an_officers_own_wording_is_shown_masked_too(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, description=WRITTEN)
    wording = "Quán hát của ông Ba ồn sau 22 giờ."
    await acting(
        process, cases.publish_case, someone(process), code=filed.code, seen=filed.version, public_text=wording
    )
    answer = await client.get(preview(filed.code), headers=(await an_officer(process)).headers)
    assert (answer.json()["text"], answer.json()["own_wording"]) == ("Quán hát của ông [tên] ồn sau 22 giờ.", True)


async def test_what_another_case_says_that_was_merged_is_not_shown_in_its_place(
    client: httpx.AsyncClient, process: Process
) -> None:
    older = await a_case(process, description="Đèn tắt từ tối qua.")
    newer = await a_case(process, description=WRITTEN)
    await acting(process, cases.merge_case, someone(process), code=older.code, seen=older.version, into=newer.code)
    answer = await client.get(preview(newer.code), headers=(await an_officer(process)).headers)
    assert answer.json()["text"].startswith("Quán của [tên]")


async def test_who_may_not_read_the_case_may_not_read_its_preview(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, description=WRITTEN)
    stranger = await an_officer(process, unit=THANH_MIEN)
    assert (await client.get(preview(filed.code), headers=stranger.headers)).status_code == 404
    assert (await client.get(preview(filed.code))).status_code == 401


async def test_an_officers_correction_is_kept_with_the_case_and_published(
    client: httpx.AsyncClient, process: Process, db: Database, drain: Callable[[], Awaitable[int]]
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS, description=WRITTEN)
    address = f"/api/v1/staff/cases/{filed.code}/redact"
    officer = await an_officer(process)

    async def redact(seen: int, **body: list[str]) -> httpx.Response:
        return await client.post(address, json=body, headers={**officer.headers, "If-Match": f'"{seen}"'})

    absent = await redact(filed.version, mask=["karaoke", "hàng xóm"])
    assert (absent.status_code, absent.json()["type"]) == (422, "/problems/phrase-not-found")
    assert "“hàng xóm”" in absent.json()["detail"]
    corrected = await redact(filed.version, show=["Trần Văn Ba", "Trần Văn Ba"], mask=["karaoke"])
    assert (corrected.status_code, corrected.json()["version"]) == (200, filed.version + 1)
    assert (await redact(filed.version, show=[])).json()["type"] == "/problems/stale-version"

    answer = await client.get(preview(filed.code), headers=officer.headers)
    masked = "Quán của Trần Văn Ba mở [đã che], gọi [số điện thoại]."
    assert (answer.json()["text"], answer.headers["etag"]) == (masked, corrected.headers["etag"])
    kept = answer.json()["correction"]
    assert (kept["show"], kept["mask"]) == (["Trần Văn Ba"], ["karaoke"])
    assert kept["confirmed_at"] is not None
    entry = await db.lane.fetchrow("SELECT * FROM audit_entries WHERE action = 'case.redacted'")
    assert entry is not None
    assert (entry["subject"], entry["actor_id"], "karaoke" in str(dict(entry))) == (filed.code, officer.actor.id, False)

    await drain()
    public = (await client.get(f"/api/v1/reports/{filed.code}")).json()
    assert (public["text"], public["title"]) == (masked, masked)
    told = await db.lane.fetchval("SELECT payload FROM outbox_messages WHERE public ORDER BY position DESC LIMIT 1")
    assert orjson.loads(told)["title"] == masked
    await redact(filed.version + 1, mask=["karaoke", "mở"])  # what was said before need not be found again
    await redact(filed.version + 2)  # all as the rules have it
    await drain()
    public = (await client.get(f"/api/v1/reports/{filed.code}")).json()
    assert public["text"] == "Quán của [tên] mở karaoke, gọi [số điện thoại]."
