"""Whoever has no device comes to the desk, or writes: it records what came, and who brought it."""

from __future__ import annotations

from datetime import timedelta

import httpx

from app.db.engine import Database
from app.kit.clock import FixedClock
from tests.api.service_requests.conftest import Upload
from tests.api.service_requests.test_land import documents
from tests.applicants import Life, Offices

SON = "Nguyễn Văn Nam, con trai"


async def accepted(life: Life, at_work: Offices, upload: Upload) -> None:
    await life.file(documents=await documents(upload))
    answer = await life.do(at_work.commune, "accept")
    assert answer.status_code == 200, answer.text


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2].rpartition("#")[2]


async def test_a_supplement_that_came_to_the_desk_counts_as_the_applicant_s(
    life: Life, at_work: Offices, upload: Upload, db: Database
) -> None:
    await accepted(life, at_work, upload)
    missing = [{"about": "contract", "reason": "Thiếu trang 2"}, {"about": "certificate", "reason": "Bản scan mờ"}]
    await life.do(at_work.commune, "ask-supplement", missing=missing)
    seen = (await life.seen_by(at_work.commune)).json()
    assert {"supply", "ask-withdrawal"} <= set(seen["verbs"])
    nothing = await life.do(at_work.commune, "supply", brought_by=SON)
    assert (nothing.status_code, slug(nothing)) == (422, "nothing-supplied")
    strange = await life.do(at_work.commune, "supply", brought_by=SON, documents=[{"document": "x", "on_paper": True}])
    assert (strange.status_code, slug(strange)) == (422, "documents-missing"), strange.text
    unsaid = await life.do(at_work.commune, "supply", text="Có đủ.")
    assert unsaid.status_code == 422, "who brought it has to be said"
    brought = [
        {"document": "contract", "upload": await upload(), "name": "Hợp đồng"},
        {"document": "certificate", "on_paper": True},
    ]
    taken = await life.do(at_work.commune, "supply", brought_by=SON, text="Đủ hai trang.", documents=brought)
    assert (taken.status_code, taken.json()["state"]) == (200, "accepted"), taken.text
    own = await life.own()
    assert own["paused_at"] is None, "the clock goes on"
    (file,) = [one for one in own["files"] if one["role"] == "supplement"]
    assert (file["document"], file["round"]) == ("contract", 1)
    assert own["shown_on_paper"] == ["certificate"]
    last = own["timeline"][-1]
    assert (last["type"], last["actor_kind"]) == ("service_request.supplied", "staff")
    assert last["sentence"] == (
        f"{SON} bổ sung hồ sơ (Trực tiếp tại bộ phận một cửa); UBND phường Cẩm Thượng ghi nhận."
    )
    told = await db.lane.fetchrow(
        "SELECT action, details::text AS details FROM audit_entries WHERE subject = $1 ORDER BY id DESC LIMIT 1",
        life.code,
    )
    assert told is not None
    assert told["action"] == "service_request.supplied"
    said = await db.lane.fetchval(
        "SELECT payload::text FROM outbox_messages WHERE type = 'service_request.supplied' AND payload->>'code' = $1",
        life.code,
    )
    assert SON not in said, "machines are told no names"
    assert SON not in told["details"], "nor does the trail keep them"


async def test_a_wish_to_withdraw_comes_by_post_and_another_office_may_not_record_it(
    life: Life, at_work: Offices, upload: Upload
) -> None:
    await accepted(life, at_work, upload)
    other = await life.do(at_work.environment, "ask-withdrawal", brought_by=SON)
    assert other.status_code == 404, "its step has not opened"
    asked = await life.do(
        at_work.commune, "ask-withdrawal", brought_by="Nguyễn Thị Hoa", channel="post", reason="Không bán nữa."
    )
    assert (asked.status_code, asked.json()["state"]) == (200, "withdrawal_asked"), asked.text
    last = (await life.own())["timeline"][-1]
    assert last["sentence"].startswith("Nguyễn Thị Hoa xin rút hồ sơ (Bưu chính công ích)")
    assert last["text"] == "Không bán nữa."


async def test_a_complaint_at_the_desk_waits_for_the_date_and_tells_the_unit_above(
    life: Life, at_work: Offices, upload: Upload, clock: FixedClock
) -> None:
    await accepted(life, at_work, upload)
    early = await life.do(at_work.commune, "complain", brought_by=SON)
    assert (early.status_code, slug(early)) == (409, "not-overdue")
    clock.at += timedelta(days=60)
    told = await life.do(at_work.commune, "complain", brought_by=SON, text="Quá hẹn rồi.")
    assert told.status_code == 200, told.text
    assert "phản ánh trễ hẹn" in (await life.own())["timeline"][-1]["sentence"]


async def test_a_refusal_names_only_what_whoever_asks_may_do(life: Life, at_work: Offices, upload: Upload) -> None:
    await life.file(documents=await documents(upload))
    clerk = (await life.do(at_work.commune, "record-payment", receipt="1")).json()["possible"]
    assert "accept" in clerk
    assert "rate" not in clerk
    assert not {"stop", "extend", "agree-withdrawal"} & set(clerk), "an officer signs nothing"
    mine = (await life.ask("supplement", text="Đây.")).json()["possible"]
    assert mine == ["ask-withdrawal"]


async def test_a_step_sent_back_is_told_to_the_applicant(life: Life, at_work: Offices, upload: Upload) -> None:
    await accepted(life, at_work, upload)
    await life.do(at_work.commune, "complete", step="receive")
    back = await life.do(at_work.commune, "send-back", step="verify_origin", to="receive", reason="Thiếu sơ đồ.")
    assert back.status_code == 200, back.text
    last = (await life.own())["timeline"][-1]
    assert (last["type"], last["text"]) == ("service_request.sent_back", "Thiếu sơ đồ.")


async def test_an_opinion_asked_for_says_why_it_is_with_that_unit(life: Life, at_work: Offices, upload: Upload) -> None:
    await accepted(life, at_work, upload)
    await life.do(at_work.commune, "consult", step="receive", unit="H23.03", question="Có vướng quy hoạch không?")
    (step,) = [one for one in (await life.own())["steps"] if one["role"] is None]
    assert step["reason"] == {
        "vi": "UBND phường Cẩm Thượng lấy ý kiến cơ quan này.",
        "en": "People's Committee of Cẩm Thượng Ward asked it for its opinion.",
    }


async def test_a_verb_without_its_body_says_what_is_missing(life: Life, at_work: Offices, upload: Upload) -> None:
    await accepted(life, at_work, upload)
    headers = {**at_work.commune.headers, "If-Match": f'"{life.version}"'}
    answer = await life.client.post(f"{life.staff}/hand-over", headers=headers)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["pointer"], "Thiếu nội dung JSON" in error["detail"], "{}" in error["detail"]) == ("", True, True)
