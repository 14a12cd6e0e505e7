"""What was held of a flood is looked through, and senders are blocked, by forms alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.api.console.conftest import Desks
from tests.api.limits.test_limits import LAMP, LINE, REPORTS, calling, limited, slug
from tests.builders import EVERY_HAND, PROVINCE, an_officer
from tests.pages import Page, go, post


@pytest.fixture
async def flood(client: httpx.AsyncClient, application: FastAPI, process: Process, db: Database) -> list[str]:
    """Codes of four held reports from one line."""
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    await limited(client, admin, "flood", "address", 1)
    async with calling(application) as caller:
        return [(await caller.post(REPORTS, json=LAMP)).json()["code"] for _ in range(5)][1:]


async def test_held_cases_are_released_or_refused_several_at_once(
    client: httpx.AsyncClient,
    desk_of: Desks,
    flood: list[str],
    db: Database,
    drain: Callable[[], Awaitable[int]],
) -> None:
    desk = await desk_of(*EVERY_HAND)
    page = Page(await desk.get("/console/held"))
    assert "Đến từ cùng một địa chỉ mạng" in page.text
    assert LINE not in page.text
    form = page.form("/console/held")
    ticked = [value for name, value in form.boxes if name == "case"]
    assert [value.partition("@")[0] for value in ticked] == flood

    async def send(**given: object) -> Page:
        return Page(await desk.post("/console/held", data={"csrf": form.values["csrf"], **given}))

    assert "Chưa chọn vụ việc nào." in (await send(do="release")).text
    silent = await send(do="refuse", case=ticked[:1], answer=" ")
    assert "Hãy viết lý do; người gửi sẽ đọc." in silent.text
    released = await send(do="release", case=[*ticked[:2], "H23-261120-9999@1"])
    assert "Đưa vào hàng việc: 2/3" in released.text
    refused = await send(do="refuse", case=ticked[1:], answer="Trùng lặp, không có thông tin để xử lý.")
    assert "Không xử lý: 2/3" in refused.text, "one of them is held no more"
    assert "Không có vụ việc nào chờ xem." in refused.text
    rows = await db.lane.fetch("SELECT code, state, resolution, publication FROM cases WHERE code = ANY($1)", flood)
    assert {row["code"]: tuple(row)[1:] for row in rows} == {
        **dict.fromkeys(flood[:2], ("received", None, "pending")),
        **dict.fromkeys(flood[2:], ("resolved", "declined", "withheld")),
    }
    await drain()
    assert (await client.get(f"{REPORTS}/{flood[2]}")).status_code == 404, "nobody reads what was refused"


async def test_pages_of_abuse_are_offered_and_open_to_whom_they_are_for(desk_of: Desks, flood: list[str]) -> None:
    auditor, officer, admin = (
        await desk_of(Role.AUDITOR),
        await desk_of(),
        await desk_of(Role.TENANT_ADMIN, unit=PROVINCE),
    )
    links = {
        desk: set(Page(await desk.get("/console")).links) & {"/console/held", "/console/blocks"}
        for desk in (auditor, officer, admin)
    }
    assert list(links.values()) == [set(), {"/console/held"}, {"/console/blocks"}]
    assert (await officer.get("/console/blocks")).status_code == 403
    csrf = Page(await officer.get("/console/held")).form("/console/held").values["csrf"]
    filled = {"report": flood[0], "what": "address", "reason": "Thử", "until": "2026-11-27"}
    assert (await officer.post("/console/blocks", data={"csrf": csrf, **filled})).status_code == 403
    assert "Không xử lý" not in Page(await officer.get("/console/held")).text, "an officer alone gives no answers"
    looked = await auditor.get("/console/held")
    csrf = Page(looked).form("/console/held").values["csrf"]
    tried = await auditor.post("/console/held", data={"csrf": csrf, "do": "release", "case": f"{flood[0]}@1"})
    assert "Đưa vào hàng việc: 0/1" in Page(tried).text


async def test_a_sender_is_blocked_until_a_day_and_let_go_again(
    application: FastAPI, desk_of: Desks, flood: list[str]
) -> None:
    desk = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    page = Page(await desk.get(f"/console/blocks?report={flood[0]}"))
    form = page.form("/console/blocks")
    assert form.values["report"] == flood[0]
    wrong = Page(await post(desk, form, reason="", until="2027-11-19"))
    assert {"what-error", "reason-error"} <= wrong.ids
    late = Page(await post(desk, form, what="address", reason="Gửi dồn dập.", until="2027-11-19"))
    assert {"until-error"} <= late.ids
    assert late.form("/console/blocks").values["reason"] == "Gửi dồn dập."
    unknown = await post(desk, form, what="account", reason="Gửi dồn dập.", until="2026-11-27")
    assert (unknown.status_code, "Không biết" in unknown.text or "không có tài khoản" in unknown.text) == (409, True)

    blocked = Page(await go(desk, form, what="address", reason="Gửi dồn dập.", until="2026-11-27"))
    assert "Đã chặn." in blocked.text
    assert LINE not in blocked.text
    async with calling(application) as caller:
        refused = await caller.post(REPORTS, json=LAMP)
        assert slug(refused) == "sender-blocked"
        assert "27/11/2026" in refused.json()["detail"]
        (lifting,) = (one for one in blocked.forms if one.action.endswith("/lifting"))
        lifted = Page(await go(desk, lifting))
        assert "Đã bỏ chặn" in lifted.text
        assert not [one for one in lifted.forms if one.action.endswith("/lifting")]
        assert (await caller.post(REPORTS, json=LAMP)).status_code == 201
