"""Taking a service request in at a desk or by post, without scripts: choose, fill in, look, file, print the slip."""

from __future__ import annotations

from datetime import timedelta

import httpx
import orjson

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.media.store import FolderStore
from tests.api.console.conftest import Desks
from tests.api.service_requests.conftest import store
from tests.applicants import LAND, MARITAL
from tests.pages import Page, go, post
from tests.pictures import PDF

__all__ = ["store"]
FORM = f"/console/take-in/{MARITAL}"
TYPED = {
    "applicant.name": "Nguyễn Thị Hoa",
    "applicant.identity_number": "030123456789",
    "applicant.born_on": "1990-05-17",
    "applicant.address": "12 Cẩm Thượng",
    "answers.marital_status": "never_married",
    "answers.purpose": "property",
    "answers.copies": "2",
    "answers.relation": "self",
}


async def test_an_officer_files_for_whoever_stands_at_the_desk(
    client: httpx.AsyncClient, desk_of: Desks, store: FolderStore, db: Database, clock: FixedClock
) -> None:
    clerk = await desk_of(Role.OFFICER)
    assert "/console/take-in" in Page(await clerk.get("/console/requests")).links
    found = Page(await clerk.get("/console/take-in?q=tinh+trang+hon+nhan"))
    assert next(link for link in found.links if link.startswith("/console/take-in/")) == FORM
    assert "Không có thủ tục" in (await clerk.get("/console/take-in?q=xyzxyz")).text
    begin = Page(await clerk.get(FORM)).form(FORM)
    assert (begin.values["applicant_area"], begin.values["channel"]) == ("10507", "direct"), "the officer's own ward"
    wrong = await post(clerk, begin, **{**TYPED, "applicant.identity_number": "12"}, step="check")
    assert (wrong.status_code, "12 chữ số" in wrong.text) == (422, True)
    unborn = Page(await post(clerk, begin, **{**TYPED, "applicant.born_on": ""}, step="check"))
    assert "#applicant.born_on" in unborn.links, "what the form asks of the applicant is asked once, and said there"
    typed = {**Page(wrong).form(FORM).values, **TYPED, "paper.authority": "yes", "step": "check"}
    looked = await clerk.post(FORM, data=typed, files={"file.authority": ("cccd.pdf", PDF)})
    look = Page(looked)
    for words in ("Nguyễn Thị Hoa", "3 ngày làm việc", "cccd.pdf", "bản giấy, đã đối chiếu", "UBND phường Cẩm Thượng"):
        assert words in look.text, words
    again = Page(await post(clerk, look.form(FORM), step="edit")).form(FORM)
    assert again.values["have.authority"].endswith("|cccd.pdf"), "what came is kept from step to step"
    dropped = Page(await post(clerk, again, drop=again.values["have.authority"], step="check"))
    assert "cccd.pdf" not in dropped.text
    assert await db.lane.fetchval("SELECT count(*) FROM service_requests") == 0
    filing = dropped.form(FORM)
    sent = await post(clerk, filing, step="accept")
    assert sent.status_code == 303, sent.text
    slip_page = sent.headers["location"]
    assert (await post(clerk, filing, step="accept")).headers["location"] == slip_page, "sent twice it is one"
    code = slip_page.split("/")[3]
    answer = await clerk.get(slip_page)
    slip = Page(answer)
    for words in (code, "Hẹn trả kết quả", "Mã theo dõi", "Nguyễn Thị Hoa"):
        assert words in slip.text, words
    assert answer.headers["cache-control"] == "no-store"
    (receipt,) = [link for link in slip.links if "/papers/" in link]
    assert (await clerk.get(receipt)).headers["content-type"] == "application/pdf"
    row = await db.lane.fetchrow("SELECT state, channel, filed_by, due_at FROM service_requests")
    assert row is not None
    assert (row["state"], row["channel"], row["due_at"] is not None) == ("accepted", "direct", True)
    facts = orjson.loads(await db.lane.fetchval("SELECT facts::text FROM papers"))
    assert [one[2] for one in facts["documents"]] == ["bản giấy, đã đối chiếu"]
    secret = answer.text.partition("<dt>Mã theo dõi</dt><dd><b>")[2].partition("</b>")[0]
    own = (await client.get(f"/api/v1/service-requests/{code}", headers={"Tracking-Secret": secret})).json()
    assert (own["code"], own["shown_on_paper"], own["applicant"]["name"]) == (code, ["authority"], "Nguyễn Thị Hoa")
    assert "đã đối chiếu" in (await clerk.get(f"/console/requests/{code}")).text
    colleague = await desk_of(Role.OFFICER)
    assert (await colleague.get(slip_page)).status_code == 404, "the secret is not every officer's"
    clock.at += timedelta(minutes=61)
    assert (await clerk.get(slip_page)).status_code == 404


async def test_by_post_for_another_office_and_the_same_again_only_when_meant(desk_of: Desks, db: Database) -> None:
    clerk = await desk_of(Role.OFFICER)
    begin = Page(await clerk.get(FORM)).form(FORM)
    for_other = {"for_other": "yes", "filer.name": "Trần Văn Ba", "filer.identity_number": "030987654321"}
    elsewhere = {**TYPED, **for_other, "channel": "post", "applicant_area": "10510", "paper.mandate": "yes"}
    look = Page(await post(clerk, begin, **elsewhere, step="check"))
    assert f"{FORM}" in [form.action for form in look.forms]
    assert ("step", "accept") not in look.form(FORM).buttons, "another office receives it"
    slip = Page(await go(clerk, look.form(FORM), step="file"))
    assert "sẽ báo khi tiếp nhận" in slip.text
    assert not [link for link in slip.links if "/papers/" in link]
    assert await db.lane.fetchval("SELECT state || channel FROM service_requests") == "submittedpost"
    twice = Page(await clerk.get(FORM)).form(FORM)
    same = await post(clerk, Page(await post(clerk, twice, **elsewhere, step="check")).form(FORM), step="file")
    assert (same.status_code, "Người này đang có hồ sơ" in same.text) == (409, True)
    meant = await post(clerk, Page(same).form(FORM), another="yes", step="file")
    assert meant.status_code == 303, meant.text
    refused = await post(clerk, begin, **{**elsewhere, "channel": "web"}, step="check")
    assert refused.status_code == 422, "a desk files by no other channel"
    foreign = await clerk.post(FORM, data={**begin.values, "csrf": "00"})
    assert foreign.status_code == 403
    rows = Page(await clerk.get(f"/console/take-in/{LAND}")).form(f"/console/take-in/{LAND}")
    more = Page(await post(clerk, rows, step="row:answers.parcels"))
    assert "answers.parcels.1.sheet" in more.ids
    auditor = await desk_of(Role.AUDITOR, unit="H23")
    assert (await auditor.get(FORM)).status_code == 403
    assert "/console/take-in" not in Page(await auditor.get("/console/requests")).links
