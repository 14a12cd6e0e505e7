"""What an office asks for: only what the procedure asks for, and wrong answers are given anew, with those of before."""

from __future__ import annotations

import httpx
import pytest

from app.db.engine import Database
from app.process import Process
from tests.api.service_requests.conftest import Upload
from tests.api.service_requests.test_land import documents
from tests.applicants import MARITAL, MARRIED, SALE, Life, Offices, an_applicant
from tests.pages import Page

NUMBER = {"about": "/certificate_number", "reason": "Số giấy chứng nhận không có trong sổ."}
PARCEL = {"about": "/parcels/0/number", "reason": "Thửa 12 không có trên tờ 7."}


async def asked(life: Life, at_work: Offices, upload: Upload) -> None:
    """A land request whose office has found two answers and a document wrong."""
    assert (await life.file(documents=await documents(upload))).status_code == 201
    missing = [NUMBER, PARCEL, {"about": "contract", "reason": "Mờ."}]
    done = await life.do(at_work.commune, "ask-supplement", missing=missing)
    assert done.status_code == 200, done.text


@pytest.mark.parametrize("about", ["khong_co_giay_nay", "/khong_co_muc_nay", "/parcels/0/colour", "certificate_number"])
async def test_what_the_procedure_does_not_ask_for_cannot_be_asked_for(
    life: Life, at_work: Offices, upload: Upload, about: str
) -> None:
    assert (await life.file(documents=await documents(upload))).status_code == 201
    missing = [{"about": "contract", "reason": "Mờ."}, {"about": about, "reason": "Thiếu."}]
    refused = await life.do(at_work.commune, "ask-supplement", missing=missing)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-of-procedure")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "/missing/1/about"
    assert about in error["detail"]
    assert (await life.own())["state"] == "submitted", "nothing was asked for"


async def test_wrong_answers_are_given_anew_and_those_of_before_are_kept(
    life: Life, at_work: Offices, upload: Upload, db: Database
) -> None:
    await asked(life, at_work, upload)
    before = await db.lane.fetchrow("SELECT content_hash, fee FROM service_requests")
    anew = {"certificate_number": "AB 123457", "parcels": [{"sheet": 7, "number": 13}]}
    done = await life.ask("supplement", answers=anew)
    assert done.status_code == 200, done.text
    for seen in (await life.own(), (await life.seen_by(at_work.commune)).json()):
        assert seen["state"] == "submitted"
        assert seen["answers"]["certificate_number"] == "AB 123457"
        assert seen["answers"]["parcels"] == [{"sheet": 7, "number": 13}]
        (earlier,) = seen["earlier_answers"]
        assert earlier["supplement"] == 1
        assert earlier["answers"] == {name: SALE[name] for name in anew}
    after = await db.lane.fetchrow("SELECT content_hash, fee FROM service_requests")
    assert before is not None
    assert after is not None
    assert after["content_hash"] != before["content_hash"], "the same thing filed again is known by what it says now"
    stored = await db.lane.fetch(
        "SELECT data::text || COALESCE(text, '') AS said FROM timeline_entries UNION ALL SELECT payload::text"
        " FROM outbox_messages"
    )
    assert not any("AB 12345" in row["said"] for row in stored), "answers are sealed with the papers, nowhere else"


async def test_an_answer_that_nobody_asked_for_or_that_does_not_fit_changes_nothing(
    life: Life, at_work: Offices, upload: Upload
) -> None:
    await asked(life, at_work, upload)
    unasked = await life.ask("supplement", answers={"certificate_number": "AB 123457", "parcel_count": 3})
    assert (unasked.status_code, unasked.json()["type"]) == (422, "/problems/answer-not-asked-for")
    assert [error["pointer"] for error in unasked.json()["errors"]] == ["/answers/parcel_count"]
    unfit = await life.ask("supplement", answers={"parcels": [{"sheet": "bảy", "number": 13}]})
    assert unfit.status_code == 422
    assert [error["pointer"] for error in unfit.json()["errors"]] == ["/answers/parcels/0/sheet"]
    same = await life.ask("supplement", answers={"certificate_number": SALE["certificate_number"]})
    assert (same.status_code, same.json()["type"]) == (422, "/problems/nothing-supplied")
    own = await life.own()
    assert (own["state"], own["earlier_answers"]) == ("supplement_requested", [])
    assert SALE.items() <= own["answers"].items()


async def test_what_only_the_new_answers_need_comes_with_them(life: Life, at_work: Offices, upload: Upload) -> None:
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    missing = [{"about": "/marital_status", "reason": "Theo sổ, bà đã ly hôn."}]
    assert (await life.do(at_work.commune, "ask-supplement", missing=missing)).status_code == 200
    short = await life.ask("supplement", answers={"marital_status": "divorced"})
    assert {error["pointer"] for error in short.json()["errors"]} == {"/answers/spouse_name", "/answers/since"}
    anew = {"marital_status": "divorced", "spouse_name": "Lê Văn Tám", "since": "2020-03-01"}
    bare = await life.ask("supplement", answers=anew)
    assert (bare.status_code, bare.json()["type"]) == (422, "/problems/documents-missing")
    (lacking,) = bare.json()["errors"]
    paper = {"document": lacking["document"], "upload": await upload()}
    assert (await life.ask("supplement", answers=anew, documents=[paper])).status_code == 200
    (earlier,) = (await life.own())["earlier_answers"]
    assert earlier["answers"] == {"marital_status": "never_married", "spouse_name": None, "since": None}


async def test_an_applicant_corrects_the_form_on_the_page_and_the_officer_sees_both(
    client: httpx.AsyncClient, process: Process, at_work: Offices, upload: Upload
) -> None:
    mine = await an_applicant(client)
    client.cookies.set("account", mine["Authorization"].removeprefix("Bearer "))
    life = Life(client, mine)
    await asked(life, at_work, upload)
    address = f"/service-requests/{life.code}"
    page = Page(await client.get(address))
    for words in ("Số giấy chứng nhận không có trong sổ.", "Thửa 12 không có trên tờ 7."):
        assert words in page.text, words
    form = page.form(f"{address}/supplement")
    assert form.values["answers.certificate_number"] == "AB 123456", "as it was answered"
    assert "answers.parcel_count" not in form.values, "only what was asked for"
    more = Page(await client.post(f"{address}/supplement", data={**form.values, "step": "row:answers.parcels"}))
    assert "answers.parcels.1.sheet" in more.form(f"{address}/supplement").values
    wrong = await client.post(f"{address}/supplement", data={**form.values, "answers.parcels.0.number": "mười ba"})
    assert wrong.status_code == 422
    assert 'value="mười ba"' in wrong.text, "what was typed stays"
    typed = {**form.values, "answers.parcels.0.number": "13"}
    sent = await client.post(f"{address}/supplement", data=typed)
    assert sent.headers["location"] == f"{address}?done=supplement", Page(sent).text
    assert (await life.own())["answers"]["parcels"] == [{"sheet": 7, "number": 13}]
    assert "Tờ khai trước lần bổ sung 1" in Page(await client.get(address)).text
