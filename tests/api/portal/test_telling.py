"""How an applicant wants to be told, on the pages: of one service request, of all that are open."""

from __future__ import annotations

import httpx

from app.process import Process
from tests.applicants import HOA, MARITAL, MARRIED, Life, an_applicant
from tests.builders import CAM_THUONG, an_officer
from tests.pages import Page, go, post

TICKED = {"language": "en", "channels": ["sms"], "since": "22:00", "until": "06:30"}


async def test_an_account_says_how_it_is_told_of_all_that_is_open(client: httpx.AsyncClient) -> None:
    mine = await an_applicant(client)
    client.cookies.set("account", mine["Authorization"].removeprefix("Bearer "))
    assert "Không có hồ sơ nào" in Page(await client.get("/account/notices")).text
    first, second = Life(client, mine), Life(client, mine)
    for life, copies in ((first, 1), (second, 2)):
        assert (await life.file(procedure=MARITAL, answers={**MARRIED, "copies": copies})).status_code == 201
    assert "/account/notices" in Page(await client.get("/account")).links
    page = Page(await client.get("/account/notices"))
    assert f"/service-requests/{first.code}/notices" in page.links
    wrong = await client.post("/account/notices", data={**TICKED, "since": "25:00", "codes": [first.code]})
    assert wrong.status_code == 422
    for codes in ([], ["H23-261122-9999"]):
        none = await client.post("/account/notices", data={**TICKED, "codes": codes})
        assert (none.status_code, "ít nhất một hồ sơ" in none.text) == (422, True)
    kept = await client.post("/account/notices", data={**TICKED, "codes": [first.code, second.code]})
    assert kept.headers["location"] == "/account/notices?done=1", kept.text
    assert Page(await client.get("/account/notices")).text.count("SMS, chỉ tin bắt buộc") == 2
    for life in (first, second):
        path = f"/api/v1/service-requests/{life.code}/notices"
        told = (await client.get(path, headers=mine)).json()
        assert told.pop("told") == []
        hours = {"since": "22:00", "until": "06:30"}
        assert told == {"language": "en", "channels": ["sms"], "quiet_hours": hours, "wanted": False}
    one = f"/service-requests/{first.code}/notices"
    assert one in Page(await client.get(f"/service-requests/{first.code}")).links
    form = Page(await client.get(one)).form(one)
    assert form.values["since"] == "22:00"
    assert "Đã lưu" in Page(await go(client, form, wanted="1")).text
    assert (await client.get(f"/api/v1{one}", headers=mine)).json()["wanted"]
    client.cookies.clear()
    assert (await client.get(one)).headers["location"] == f"/service-requests?code={first.code}"
    lost = await post(client, form)
    assert lost.headers["location"] == f"/service-requests?code={first.code}"


async def test_the_secret_of_a_receipt_opens_the_page_and_what_one_is_told(
    client: httpx.AsyncClient, process: Process
) -> None:
    clerk = await an_officer(process, unit=CAM_THUONG)
    body = {"procedure": MARITAL, "answers": MARRIED, "applicant": HOA, "applicant_area": "10507"}
    filed = (await client.post("/api/v1/staff/service-requests", json=body, headers=clerk.headers)).json()
    page = f"/service-requests/{filed['code']}"
    asked = await client.get(page)
    opening = Page(await client.get(asked.headers["location"])).form("/service-requests")
    assert (await post(client, opening, secret="AAAA")).status_code == 422
    own = Page(await go(client, opening, secret=filed["tracking_secret"]))
    assert filed["code"] in own.text, "the browser keeps the secret where its pages are"
    form = Page(await client.get(f"{page}/notices")).form(f"{page}/notices")
    assert "Đã lưu" in Page(await go(client, form, since="20:00", until="08:00")).text
