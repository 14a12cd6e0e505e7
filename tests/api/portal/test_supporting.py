"""“I meet this too” on people's pages: a form that works without scripts, signed in or not, and its way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

from app.cases.terms import CaseState
from app.process import Process
from tests.builders import LAMP, a_case

Drain = Callable[[], Awaitable[int]]
_ASK = "Cơ quan xử lý chỉ thấy số người"
_DONE = "Bạn đã báo “Tôi cũng gặp”"


async def test_a_visitor_supports_a_case_once_sees_so_and_takes_it_back(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    case = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    where = f"/cases/{case.code}"
    before = await client.get(where)
    assert _ASK in before.text
    assert "device" not in client.cookies, "nobody is known by a cookie for having read a page"
    for _ in range(2):
        said = await client.post(f"{where}/support", data={"wanted": "yes"})
        assert (said.status_code, said.headers["location"]) == (303, f"{where}?done=supported#support")
    shown = await client.get(f"{where}?done=supported")
    assert "data-focus" in shown.text, "what was done is read out, far down the page as it is"
    assert _DONE in shown.text
    assert 'role="status"' in shown.text
    await drain()
    assert "<dt>Số người cũng gặp</dt><dd>1 người</dd>" in (await client.get(where)).text
    assert "1 người cũng gặp" in (await client.get("/cases")).text
    back = await client.post(f"{where}/support", data={"wanted": "no"})
    assert back.headers["location"] == f"{where}?done=taken-back#support"
    assert "Đã rút lại." in (await client.get(back.headers["location"])).text
    await drain()
    assert "Số người cũng gặp" not in (await client.get(where)).text


async def test_no_device_is_made_for_what_cannot_be_supported_nor_for_a_form_of_another_site(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    done = await a_case(process, CaseState.RESOLVED)
    await drain()
    over = await client.post(f"/cases/{done.code}/support", data={"wanted": "yes"})
    assert (over.status_code, "hãy gửi phản ánh mới" in over.text) == (409, True)
    assert _ASK not in (await client.get(f"/cases/{done.code}")).text
    assert (await client.post("/cases/H23-261120-9999/support", data={"wanted": "yes"})).status_code == 404
    assert (await client.post("/cases/H23-261120-9999/support", data={"wanted": "no"})).status_code == 303
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    refused = await client.post(f"/cases/{done.code}/support", data={"wanted": "yes"}, headers=foreign)
    assert refused.status_code == 403
    assert await process.db.lane.fetchval("SELECT count(*) FROM citizens") == 0


async def test_the_third_step_of_the_form_offers_it_and_leads_back_to_what_was_written(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    case = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    await client.get("/report")
    written = {
        "category": "lighting.street_lamp",
        "description": "Đèn đường phố Cẩm Thượng không sáng mấy hôm nay",
        "location.lat": str(LAMP.lat),
        "location.lon": str(LAMP.lon),
        "key": "a-key-of-this-form-alone",
        "step": "details",
    }
    details = await client.post("/report", data=written)
    page = await client.get(details.headers["location"])
    assert f'action="/cases/{case.code}/support"' in page.text
    name = details.headers["location"].split("/")[2]
    said = await client.post(f"/cases/{case.code}/support", data={"wanted": "yes", "report": name})
    there = await client.get(said.headers["location"])
    assert f'href="/report/{name}/details"' in there.text
    odd = await client.post(f"/cases/{case.code}/support", data={"wanted": "yes", "report": "../account"})
    assert odd.headers["location"] == f"/cases/{case.code}?done=supported#support"
