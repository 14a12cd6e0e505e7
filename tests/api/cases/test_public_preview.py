"""What the public would read of a case, shown to officers in scope before they publish it."""

from __future__ import annotations

import httpx

from app.cases import service as cases
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
    assert answer.json() == {"title": masked, "text": masked, "own_wording": False}
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
