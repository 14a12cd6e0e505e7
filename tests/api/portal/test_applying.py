"""Applying on the pages, without scripts: the form, the papers, a last look, the code; on two devices."""

from __future__ import annotations

import httpx
import pytest

from app.media.store import FolderStore
from app.process import Process
from tests.api.service_requests.conftest import store
from tests.applicants import LAND, Life, an_applicant, offices
from tests.pages import Page, go, post
from tests.pictures import PDF

__all__ = ["store"]
TYPED = {
    "applicant.name": "Nguyễn Thị Hoa",
    "applicant.identity_number": "030123456789",
    "applicant.phone": "0912 345 678",
    "applicant.address": "12 Cẩm Thượng",
    "applicant_area": "10507",
    "answers.change": "transfer",
    "answers.certificate_number": "AB 123456",
    "answers.parcel_count": "1",
    "answers.new_certificate": "no",
    "answers.other_parties.0.full_name": "Trần Văn Ba",
    "answers.other_parties.0.identity_number": "030987654321",
    "answers.parcels.0.sheet": "7",
    "answers.parcels.0.number": "12",
}


@pytest.fixture
async def mine(client: httpx.AsyncClient) -> dict[str, str]:
    """The applicant's browser is signed in."""
    headers = await an_applicant(client)
    client.cookies.set("account", headers["Authorization"].removeprefix("Bearer "))
    return headers


async def test_a_request_is_filled_in_kept_and_handed_in_on_the_pages(
    client: httpx.AsyncClient, mine: dict[str, str], store: FolderStore, process: Process
) -> None:
    begin = Page(await client.get(f"/apply/{LAND}"))
    assert "Người đề nghị" in begin.text
    asked = {name for form in begin.forms for name in [*form.values, *(box for box, _ in form.boxes)]}
    assert "answers.full_name" not in asked, "who applies is asked once"
    assert "answers.parcels.0.sheet" in asked
    rows = await go(client, begin.form(f"/apply/{LAND}"), **TYPED, step="row:answers.parcels")
    draft = rows.url.path
    assert "answers.parcels.1.sheet" in rows.text, "another row was asked for; nothing that was typed is lost"
    assert 'value="AB 123456"' in rows.text
    number = "applicant.identity_number"
    wrong = await go(client, Page(rows).form(draft), **{number: "12"}, step="papers")
    assert "Số định danh cá nhân: " in Page(wrong).text.partition("<form")[0], "the summary names the field"
    assert "12 chữ số" in Page(wrong).text
    listed = Page(await client.get("/service-requests"))
    assert draft in listed.links, "a draft is found again from the first page of one's own"
    elsewhere = Page(await client.get(draft))
    papers = await go(client, elsewhere.form(draft), **{number: "030123456789"}, step="papers")
    assert papers.url.path == f"{draft}/papers", papers.text
    assert "Hợp đồng hoặc văn bản chuyển quyền" in papers.text
    stale = await post(client, elsewhere.form(draft), **{number: "030123456780"})
    assert (stale.status_code, "thiết bị khác" in stale.text) == (412, True), "another device was faster"
    step = {"step": "review"}
    missing = await client.post(f"{draft}/papers", data=step, files={"file.certificate": ("gcn.pdf", PDF)})
    assert (missing.status_code, "Còn thiếu" in missing.text) == (422, True), missing.text[:500]
    done = await client.post(f"{draft}/papers", data=step, files={"file.contract": ("hd.pdf", PDF + b"%2")})
    assert done.headers["location"] == f"{draft}/review", done.text
    review = Page(await client.get(f"{draft}/review"))
    for words in ("20 ngày làm việc", "28.000 ₫", "UBND phường Cẩm Thượng", "Sở Nông nghiệp và Môi trường", "gcn.pdf"):
        assert words in review.text, words
    sent = await post(client, review.form(f"{draft}/review"))
    assert sent.status_code == 303, Page(sent).text
    code = sent.headers["location"].partition("?")[0].rpartition("/")[2]
    assert (await post(client, review.form(f"{draft}/review"))).headers["location"] == "/service-requests"
    mine_now = Page(await client.get(sent.headers["location"]))
    assert "Mới đăng ký" in mine_now.text
    assert "AB 123456" in mine_now.text, "what was handed in can be read again"
    life = Life(client, mine, code)
    at_work = await offices(process)
    await life.do(at_work.commune, "ask-supplement", missing=[{"about": "contract", "reason": "Trang 2 mờ."}])
    supplement = await client.get(f"/service-requests/{code}")
    assert "Trang 2 mờ." in supplement.text
    key = Page(supplement).form(f"/service-requests/{code}/supplement").values["key"]
    supplied = await client.post(
        f"/service-requests/{code}/supplement", data={"key": key}, files={"file.contract": ("t2.pdf", PDF + b"%3")}
    )
    assert supplied.headers["location"].endswith("?done=supplement"), supplied.text[:800]
    life.version = (await life.own())["version"]
    assert (await life.do(at_work.commune, "accept")).status_code == 200
    accepted = await client.get(f"/service-requests/{code}")
    assert "Hẹn trả kết quả" in accepted.text
    counted = await client.get(f"/service-requests/{code}/deadline")
    assert "Tết" in counted.text or "24/11" in counted.text
    listed = Page(await client.get("/service-requests"))
    assert code in listed.text


async def test_a_commune_left_out_is_asked_for_and_a_day_reads_as_people_write_it(
    client: httpx.AsyncClient, mine: dict[str, str]
) -> None:
    typed = {
        "applicant.name": "Nguyễn Thị Hoa",
        "applicant.identity_number": "030123456789",
        "applicant.born_on": "1990-05-17",
        "applicant.phone": "0912345678",
        "applicant.address": "12 Cẩm Thượng",
        "answers.marital_status": "never_married",
        "answers.since": "2008-05-17",
        "answers.purpose": "loan",
        "answers.copies": "1",
        "answers.relation": "self",
    }
    begin = Page(await client.get("/apply/1.004873")).form("/apply/1.004873")
    asked = await go(client, begin, **typed, step="papers")
    assert "Xã, phường nơi cư trú: Hãy chọn xã, phường nơi cư trú." in Page(asked).text
    draft = asked.url.path
    papers = await go(client, Page(asked).form(draft), applicant_area="10507", step="papers")
    assert papers.url.path == f"{draft}/papers", Page(papers).text
    assert "Tải tệp lên" not in Page(papers).text, "nothing is asked for that is not needed"
    review = Page(await client.get(f"{draft}/review")).text
    for words in ("17/05/2008", "Sinh ngày 17/05/1990", "12 Cẩm Thượng", "Không có giấy tờ kèm theo"):
        assert words in review, "one looks at all that is about to be handed in"
    assert "2008-05-17" not in review


async def test_all_that_is_missing_is_told_at_once_beside_its_field(
    client: httpx.AsyncClient, mine: dict[str, str]
) -> None:
    begin = Page(await client.get("/apply/1.004873")).form("/apply/1.004873")
    wrong = {
        "applicant.phone": "12",
        "applicant.address": "12 Cẩm Thượng " * 30,
        "for_other": "yes",
        "filer.name": "Trần Văn Bình",
        "answers.since": "hôm qua",
    }
    asked = await go(client, begin, **wrong, step="papers")
    page = Page(asked)
    told = [link.removeprefix("#") for link in page.links if link.startswith("#") and link != "#main"]
    person = ["applicant.name", "applicant.identity_number", "applicant.born_on", "applicant.phone"]
    assert [name for name in told if name in person] == person, "as the form asks"
    assert {
        "applicant.address",
        "applicant_area",
        "filer.identity_number",
        "answers.marital_status",
        "answers.purpose",
    } <= set(told)
    for name in told:
        assert f'id="{name}"' in asked.text, name
        assert f'id="{name}-error"' in asked.text, name


async def test_whoever_is_not_signed_in_is_led_to_where_one_can(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/apply/{LAND}")).headers["location"] == f"/account?next=%2Fapply%2F{LAND}"
    page = await client.get("/service-requests")
    assert "Đăng nhập" in page.text


async def test_what_was_typed_outlives_the_session(client: httpx.AsyncClient, mine: dict[str, str]) -> None:
    form = Page(await client.get(f"/apply/{LAND}")).form(f"/apply/{LAND}")
    client.cookies.delete("account")
    ended = await post(client, form, **TYPED, step="saved")
    page = Page(ended)
    assert (ended.status_code, "Phiên đăng nhập đã hết" in page.text) == (401, True)
    assert any(link.startswith("/account?next=") for link in page.links)
    kept = page.form(f"/apply/{LAND}")
    assert kept.values["applicant.name"] == "Nguyễn Thị Hoa"
    client.cookies.set("account", mine["Authorization"].removeprefix("Bearer "))
    saved = await go(client, kept)
    assert "Đã lưu bản nháp." in saved.text
    assert 'value="AB 123456"' in saved.text
