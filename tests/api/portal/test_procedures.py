"""People find a procedure and read what it takes, in their language and without scripts."""

from __future__ import annotations

import httpx

from tests.pages import Page

LAND, MARITAL = "/procedures/1.004227", "/procedures/1.004873"


async def test_a_procedure_is_found_by_what_people_call_it(client: httpx.AsyncClient) -> None:
    assert MARITAL in Page(await client.get("/procedures?q=giay+doc+than")).links
    assert LAND not in Page(await client.get("/procedures?life_event=child")).links
    found = Page(await client.get("/procedures?life_event=house_land&area=10507"))
    assert f"{LAND}?area=10507" in found.links
    assert "Không tìm thấy" in Page(await client.get("/procedures?q=xyzzy")).text
    assert (await client.get("/procedures?area=00001")).status_code == 422
    assert (await client.get("/procedures/9.999999")).status_code == 404


async def test_a_procedure_says_what_is_needed_how_long_what_it_costs_and_who(client: httpx.AsyncClient) -> None:
    marital = Page(await client.get(MARITAL)).text
    assert "15.000 đồng" in marital
    assert "Chỉ khi bạn khai “Tình trạng hôn nhân hiện nay” là “Đã ly hôn, chưa kết hôn lại”" in marital
    anywhere, here = Page(await client.get(LAND)).text, Page(await client.get(f"{LAND}?area=10507")).text
    assert "Phòng chuyên môn, cấp huyện" in anywhere
    assert "Sở Nông nghiệp và Môi trường tỉnh Hải Dương" in here
    two_tiers = Page(await client.get(LAND, headers={"Host": "khanhhoa.localhost"})).text
    assert "cấp huyện" not in two_tiers, "there are no districts"
    english = Page(await client.get(LAND, params={"lang": "en"}, follow_redirects=True)).text
    assert "20 working days" in english
    assert "Only if" in english
