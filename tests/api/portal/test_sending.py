"""Handing a report in without scripts: what is asked, what is refused beside its field, what is never made twice."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.kit.clock import FixedClock
from app.kit.geo import Point
from app.process import Process
from tests.builders import HAIDUONG, LAMP, a_case
from tests.pages import Page, go, post

WORDS = "Ổ gà sâu trước cổng trường, xe máy hay ngã."
CAM_THUONG = "10507"


async def first_page(client: httpx.AsyncClient) -> Page:
    answer = await client.get("/report")
    assert answer.status_code == 200
    return Page(answer)


async def last_page(client: httpx.AsyncClient, **typed: str) -> Page:
    """The page to check everything on, reached with a pothole in Phường Cẩm Thượng."""
    given = {"description": WORDS, "category": "roads.pothole", "area_code": CAM_THUONG, "step": "check", **typed}
    answer = await go(client, (await first_page(client)).form("/report"), **given)
    assert answer.status_code == 200, Page(answer).text
    return Page(answer)


async def third_page(client: httpx.AsyncClient, **typed: str) -> Page:
    """The page of photos and questions, reached in the same way."""
    return await last_page(client, step="details", **typed)


async def test_a_commune_whose_name_others_bear_is_told_with_its_district(client: httpx.AsyncClient) -> None:
    choices = (await client.get("/report")).text
    borne = re.findall(r">(Xã Hồng Phong[^<]*)<", choices)
    assert borne == [f"Xã Hồng Phong (Huyện {district})" for district in ("Nam Sách", "Ninh Giang", "Thanh Miện")]
    assert '<option value="10507">Phường Cẩm Thượng</option>' in choices


async def count(db: Database) -> int:
    found: int = await db.lane.fetchval("SELECT count(*) FROM reports")
    return found


async def test_a_report_goes_from_empty_form_to_code_without_scripts(client: httpx.AsyncClient, db: Database) -> None:
    details = await third_page(client)
    assert "Bước 3 trên 4" in details.text
    assert "Đây là loại đường nào?" in details.text
    answered = {"answers__road_class": "district", "answers__danger": "no"}
    checking = Page(await go(client, details.form("/report"), step="check", **answered))
    assert WORDS in checking.text
    assert "Phường Cẩm Thượng, Thành phố Hải Dương" in checking.text
    assert "Đây là loại đường nào? Đường huyện" in checking.text

    sent = await post(client, checking.form("/report"), step="send")
    assert (sent.status_code, sent.headers["location"]) == (303, "/report/sent")

    shown = await client.get("/report/sent")
    page = Page(shown)
    row = await db.lane.fetchrow("SELECT code, channel, answers, description FROM reports")
    assert row is not None
    assert (row["channel"], row["description"]) == ("web", WORDS)
    assert row["answers"] == '{"danger": false, "road_class": "district"}'
    assert row["code"] in page.text
    assert "Hạn trả lời" in page.text
    assert "Vì sao" in page.text
    secret = shown.text.split('<code class="secret">')[1].split("<")[0]
    assert len(secret.replace("-", "")) == 32
    assert secret not in str(shown.url)


async def test_the_secret_leaves_the_page_with_its_cookie_but_the_report_stays_followed(
    client: httpx.AsyncClient,
) -> None:
    sent = await post(client, (await last_page(client)).form("/report"), step="send")
    for cookie in sent.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
    await client.get("/report/sent")
    client.cookies.delete("sent")
    gone = await client.get("/report/sent")
    assert (gone.status_code, gone.headers["location"]) == (303, "/follow")
    known = Page(await client.get("/follow"))
    assert any(link.startswith("/follow/H23-") for link in known.links)


async def test_who_forgets_leaves_no_secret_behind(client: httpx.AsyncClient) -> None:
    await post(client, (await last_page(client)).form("/report"), step="send")
    assert (await client.get("/report/sent")).status_code == 200
    await client.post("/follow/forget", data={})
    gone = await client.get("/report/sent")
    assert (gone.status_code, gone.headers["location"]) == (303, "/follow")


async def test_an_empty_form_comes_back_with_a_summary_that_leads_to_each_field(
    client: httpx.AsyncClient, db: Database
) -> None:
    answer = await go(client, (await first_page(client)).form("/report"), step="details")
    page = Page(answer)
    assert answer.status_code == 422
    assert {"#description", "#category", "#area_code"} <= set(page.links)
    assert {"description", "category", "area_code", "description-error", "category-error"} <= page.ids
    assert "Hãy chọn lĩnh vực." in page.text
    assert await count(db) == 0


async def test_whoever_is_at_the_first_step_is_told_nothing_of_the_second(client: httpx.AsyncClient) -> None:
    form = (await first_page(client)).form("/report")
    wrong = await go(client, form, step="where")
    assert wrong.status_code == 422
    assert {"#description", "#category"} == {link for link in Page(wrong).links if link.startswith("#")} - {"#main"}
    there = await go(client, form, step="where", description=WORDS, category="roads.pothole")
    assert there.status_code == 200
    assert "Bước 2 trên 4: Ở đâu?" in Page(there).text


async def test_words_suggest_a_category_that_was_not_chosen(client: httpx.AsyncClient) -> None:
    answer = await go(
        client, (await first_page(client)).form("/report"), description=WORDS, area_code=CAM_THUONG, step="check"
    )
    assert answer.status_code == 422
    assert "chúng tôi đã chọn sẵn" in Page(answer).text
    assert Page(answer).form("/report").values["category"] == "roads.pothole"


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"location__lat": "0", "location__lon": "0"}, "location.lat", "thiết bị chưa định vị được"),
        ({"location__lat": "106,31", "location__lon": "20,94"}, "location.lat", "vĩ độ 20.94, kinh độ 106.31"),
        ({"location__lat": "xx", "location__lon": "106.3"}, "location.lat", "Cần là một số."),
        ({"location__lat": "20.94", "location__lon": ""}, "location.lon", "Thiếu thông tin bắt buộc này."),
        ({"location__lat": "21.2128", "location__lon": "106.4759", "area_code": "11293"}, "area_code", "Vị trí đã lấy"),
        ({"area_code": "00001"}, "area_code", "không thuộc tỉnh này"),
        ({"area_code": "", "address": ""}, "area_code", "Hãy cho biết nơi xảy ra"),
        ({"category": "no.such"}, "category", "Không có lĩnh vực này"),
        ({"description": "x" * 4001}, "description", "dài quá 4000 ký tự"),
        ({"description": "a\u202eb"}, "description", "ký tự điều khiển"),
    ],
)
async def test_what_is_wrong_on_the_first_page_is_said_beside_its_field(
    client: httpx.AsyncClient, db: Database, typed: dict[str, str], field: str, said: str
) -> None:
    given = {"description": WORDS, "category": "roads.pothole", "area_code": CAM_THUONG, "step": "send", **typed}
    if "location__lat" in typed:
        given["area_code"] = typed.get("area_code", "")
    answer = await go(client, (await first_page(client)).form("/report"), **given)
    page = Page(answer)
    assert answer.status_code == 422
    assert said in page.text
    assert f"{field}-error" in page.ids
    assert page.form("/report").values["address"] == typed.get("address", "")
    assert await count(db) == 0


async def test_what_is_wrong_on_a_later_page_is_said_there_and_loses_nothing_that_was_typed(
    client: httpx.AsyncClient, db: Database
) -> None:
    form = (await last_page(client)).form("/report")
    for step, phone in (("check", "123"), ("send", "")):
        answer = await go(client, form, step=step, answers__width_cm="rất rộng", reporter__phone=phone)
        details = Page(answer)
        assert answer.status_code == 422
        assert "Bước 3 trên 4" in details.text
        assert {"#answers.width_cm"} <= set(details.links)
        assert "Chưa tiếp tục được: hãy xem lại Rộng khoảng bao nhiêu xăng-ti-mét:" in details.text, (
            "which question, of several"
        )
        assert details.form("/report").values["answers.width_cm"] == "rất rộng"
    details.form("/report").values["reporter.phone"] = "123"
    answer = await go(client, details.form("/report"), step="send", answers__width_cm="40")
    again = Page(answer)
    assert answer.status_code == 422
    assert {"#reporter.phone"} <= set(again.links)
    kept = again.form("/report").values
    assert (kept["answers.width_cm"], kept["reporter.phone"], kept["description"]) == ("40", "123", WORDS)
    assert await count(db) == 0


async def test_going_back_keeps_every_field(client: httpx.AsyncClient) -> None:
    form = (await last_page(client, address="12 phố Cẩm Thượng")).form("/report")
    answer = await go(client, form, step="edit", answers__width_cm="40", reporter__name="Nguyễn Văn An")
    back = Page(answer).form("/report").values
    assert answer.status_code == 200
    assert back["description"] == WORDS
    assert (back["category"], back["area_code"], back["address"]) == ("roads.pothole", CAM_THUONG, "12 phố Cẩm Thượng")
    assert (back["answers.width_cm"], back["reporter.name"]) == ("40", "Nguyễn Văn An")
    assert back["key"] == form.values["key"]


async def test_a_form_sent_twice_makes_one_report(client: httpx.AsyncClient, db: Database) -> None:
    form = (await last_page(client)).form("/report")
    first = await post(client, form, step="send")
    second = await post(client, form, step="send")
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.cookies["sent"] == second.cookies["sent"]
    assert await count(db) == 1


async def test_other_words_under_a_used_key_are_sent_only_when_sent_again(
    client: httpx.AsyncClient, db: Database
) -> None:
    form = (await last_page(client)).form("/report")
    await post(client, form, step="send")
    refused = await go(client, form, step="send", description="Một ổ gà khác, cách đó 20 mét.")
    page = Page(refused)
    assert refused.status_code == 422
    assert "Một bản trước của phản ánh này đã được nhận" in page.text
    assert await count(db) == 1
    assert (await post(client, page.form("/report"), step="send")).status_code == 303
    assert await count(db) == 2


async def test_a_pin_near_a_border_offers_the_neighbours(
    client: httpx.AsyncClient, db: Database, process: Process
) -> None:
    directory = process.books.directory
    line = (Point(20.90 + step * 0.0005, 106.30 + step * 0.0003) for step in range(400))
    point, unsure = next(
        (point, located) for point in line if (located := directory.locate_in(HAIDUONG, point)).neighbours
    )
    page = await third_page(client, area_code="", location__lat=str(point.lat), location__lon=str(point.lon))
    offered = [value for name, value in page.form("/report").boxes if name == "area_code"]
    assert offered[0] == unsure.chain.area.code
    assert (await post(client, page.form("/report"), step="send", area_code=offered[-1])).status_code == 303
    assert await db.lane.fetchval("SELECT area_code FROM reports") == offered[-1]


async def test_a_matter_of_another_law_is_answered_with_guidance(client: httpx.AsyncClient, process: Process) -> None:
    branch = next(one for one in process.books.catalogue.tree(HAIDUONG) if one.group.kind.diverted)
    checking = await last_page(client, category=(branch.leaves or (branch.group,))[0].code)
    assert "theo trình tự riêng của pháp luật" in checking.text
    assert (await post(client, checking.form("/report"), step="send")).status_code == 303
    assert "theo trình tự riêng của pháp luật" in Page(await client.get("/report/sent")).text


async def test_forms_of_other_sites_are_refused(client: httpx.AsyncClient, db: Database) -> None:
    form = (await last_page(client)).form("/report")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await client.post("/report", data={**form.values, "step": "send"}, headers=headers)
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("text/html")
    assert await count(db) == 0


async def test_a_body_that_is_no_form_is_a_page_too(client: httpx.AsyncClient) -> None:
    for content, kind in ((b"{}", "application/json"), ("é".encode(), "application/x-www-form-urlencoded")):
        answer = await client.post("/report", content=content, headers={"Content-Type": kind})
        assert answer.status_code == 400
        assert "Không đọc được biểu mẫu" in answer.text


async def test_contact_details_are_sealed_and_never_shown_again(client: httpx.AsyncClient, db: Database) -> None:
    form = (await last_page(client)).form("/report")
    await post(client, form, step="send", reporter__name="Nguyễn Văn An", reporter__phone="0912345678")
    sent = (await client.get("/report/sent")).text
    assert "0912345678" not in sent
    assert await db.lane.fetchval("SELECT count(*) FROM reporter_identities WHERE NOT withheld") == 1


async def test_who_does_not_want_to_be_named_says_so_and_is_told_who_may_open_it(
    client: httpx.AsyncClient, db: Database
) -> None:
    page = await last_page(client)
    form = page.form("/report")
    assert ("reporter.anonymous", "yes") in form.boxes
    assert "reporter.anonymous-hint" in page.ids
    assert "Người phê duyệt của đơn vị giữ phản ánh" in page.text
    assert "không nhìn thấy" not in page.text
    typed = {"reporter__name": "Nguyễn Văn An", "reporter__anonymous": "yes"}
    back = Page(await go(client, form, step="edit", **typed)).form("/report")
    again = Page(await go(client, back, step="check")).form("/report")
    assert again.values["reporter.anonymous"] == "yes", "it stays ticked from page to page"
    await post(client, again, step="send")
    assert await db.lane.fetchval("SELECT count(*) FROM reporter_identities WHERE withheld") == 1


async def test_every_page_after_the_first_is_led_to_by_an_address_that_tells_nothing(client: httpx.AsyncClient) -> None:
    form = (await first_page(client)).form("/report")
    typed = {"description": WORDS, "category": "roads.pothole", "area_code": CAM_THUONG}
    wrong = await post(client, form, description=WORDS, step="check")
    led = await post(client, form, **typed, step="check")
    back = await post(client, form, **typed, step="edit")
    refused = await post(client, form, **typed, step="send", reporter__phone="123")
    address = back.headers["location"]
    assert re.fullmatch(r"/report/[0-9a-f]{16}", address)
    assert wrong.headers["location"] == address
    assert {answer.headers["location"] for answer in (led, refused)} == {f"{address}/check"}
    for answer in (wrong, led, back, refused):
        assert answer.status_code == 303
        kept = answer.headers["set-cookie"]
        assert all(each in kept for each in (f"Path={address};", "HttpOnly", "SameSite=lax", "Max-Age=1800"))
        assert len(kept) < 3_200
    for _ in range(2):
        again = await client.get(f"{address}/check")
        assert (again.status_code, again.headers["cache-control"]) == (422, "no-store")
        assert Page(again).form("/report").values["reporter.phone"] == "123"


async def test_what_was_written_is_shown_for_half_an_hour_to_this_browser_alone(
    client: httpx.AsyncClient, clock: FixedClock
) -> None:
    form = (await last_page(client)).form("/report")
    address = (await post(client, form, step="check")).headers["location"]
    value = client.cookies["unsent"]
    others = f"/report/{'0' * 16}/check"
    client.cookies.delete("unsent")
    for where, cookie in ((address, ""), (address, f"{value[:-8]}AAAAAAA="), (address, "a"), (others, value)):
        answer = await client.get(where, headers={"Cookie": f"unsent={cookie}"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/report")
    assert (await client.get(address, headers={"Cookie": f"unsent={value}"})).status_code == 200
    clock.at += timedelta(minutes=31)
    late = await client.get(address, headers={"Cookie": f"unsent={value}"})
    assert (late.status_code, late.headers["location"]) == (303, "/report")
    assert (await post(client, form, step="send")).headers["location"] == "/report/sent"


async def test_after_sending_the_page_before_tells_that_it_was_sent(client: httpx.AsyncClient, db: Database) -> None:
    form = (await last_page(client)).form("/report")
    checking = (await post(client, form, step="check")).headers["location"]
    await post(client, form, step="send")
    for address in (checking, checking.removesuffix("/check"), checking.replace("/check", "/details")):
        back = await client.get(address)
        assert (back.status_code, back.headers["location"]) == (303, "/report/sent")
    assert await count(db) == 1


async def test_without_cookies_every_page_is_the_answer_and_the_code_is_shown(
    client: httpx.AsyncClient, db: Database
) -> None:
    form = (await first_page(client)).form("/report")
    form.values |= {"description": WORDS, "category": "roads.pothole", "area_code": CAM_THUONG}
    for step, status, said in (
        ("edit", 200, "Bước 1 trên 4"),
        ("details", 200, "Bước 3 trên 4"),
        ("check", 200, "Bước 4 trên 4"),
        ("send", 200, "Hãy lưu mã theo dõi"),
    ):
        client.cookies.clear()
        answer = await post(client, form, step=step)
        assert answer.status_code == status
        assert said in Page(answer).text
    assert "đã nhớ sẵn mã" not in Page(answer).text
    assert await count(db) == 1


async def test_words_too_long_for_a_cookie_are_checked_all_the_same(client: httpx.AsyncClient, db: Database) -> None:
    letters = random.Random(7).choices("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạ ", k=4000)
    form = (await first_page(client)).form("/report")
    typed = {"description": "".join(letters).strip(), "category": "roads.pothole", "area_code": CAM_THUONG}
    answer = await post(client, form, **typed, step="check")
    assert answer.status_code == 200
    assert (await post(client, Page(answer).form("/report"), step="send")).headers["location"] == "/report/sent"
    assert await count(db) == 1


async def test_going_back_to_the_empty_form_finds_what_was_typed_and_no_tag_is_made_for_it(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/report")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "etag" not in answer.headers


async def test_what_is_public_of_the_same_matter_is_shown_before_sending_and_mine_goes_all_the_same(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]], db: Database
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    hidden = await a_case(process, CaseState.RECEIVED)
    await drain()
    pin = {"location.lat": str(LAMP.lat + 0.0001), "location.lon": str(LAMP.lon)}
    typed = {"description": "den duong cam thuong khoong sangs", "category": "lighting.street_lamp", "area_code": ""}
    details = await third_page(client, **typed, **pin)
    assert "Có phải đã có người báo việc này?" in details.text
    assert f"/cases/{filed.code}" in details.links
    assert f"/cases/{hidden.code}" not in details.links
    assert "Cách 11 m" in details.text
    assert "Gửi hôm nay" in details.text
    assert "Việc khác, tiếp tục" in details.text
    assert (await post(client, details.form("/report"), step="send")).status_code == 303
    assert await count(db) == 3


async def test_nothing_is_said_to_be_similar_of_another_matter(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    pin = {"location.lat": str(LAMP.lat), "location.lon": str(LAMP.lon)}
    details = await third_page(client, **pin)
    assert "Có phải đã có người báo" not in details.text
    assert "Việc khác" not in details.text


async def test_a_script_is_told_of_the_same_as_soon_as_the_place_is_known_and_there_is_a_way_back(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    form = (await first_page(client)).form("/report")
    written = {"key": form.values["key"], "description": "den duong ko sang", "category": "lighting.street_lamp"}
    assert (await client.post("/report/near", data=written)).status_code == 204
    pin = {"location.lat": str(LAMP.lat), "location.lon": str(LAMP.lon)}
    found = await client.post("/report/near", data={**written, **pin})
    part = Page(found)
    assert "<html" not in found.text
    assert f"/cases/{filed.code}" in part.links
    supported = await post(client, part.form(f"/cases/{filed.code}/support"))
    case = Page(await client.get(supported.headers["location"]))
    back = next(link for link in case.links if link.startswith("/report/"))
    details = Page(await client.get(back))
    assert "Bước 3 trên 4" in details.text
    assert details.form("/report").values["description"] == written["description"]
