"""A case goes to a system of others once, whatever the line does, and what they say comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.identity.terms import Role
from tests.api.partners.conftest import POWER, Installation
from tests.builders import CAM_THUONG, LAMP, Officer, an_officer
from tests.neighbours import KEY, Manner, neighbour
from tests.pages import Page

CUT: dict[str, Any] = {
    "category": "electricity.power_cut",
    "description": "Mất điện cả ngõ 12 từ tối qua. Gọi tôi số 0912345678.",
    "location": {"lat": LAMP.lat, "lon": LAMP.lon},
}


async def a_cut(here: Installation, **given: Any) -> dict[str, Any]:
    """A power cut that somebody has reported."""
    answer = await here.client.post("/api/v1/reports", json={**CUT, **given})
    assert answer.status_code == 201, answer.text
    filed: dict[str, Any] = answer.json()
    assert filed["responsible_unit"]["code"] == POWER
    return filed


async def an_approver(here: Installation) -> Officer:
    return await an_officer(here.process, Role.APPROVER, Role.OFFICER, unit=POWER)


@pytest.mark.parametrize("spoken", ["json", "xml"])
async def test_a_case_is_handed_over_and_its_end_waits_for_a_persons_word(here: Installation, spoken: str) -> None:
    officer = await an_approver(here)
    async with neighbour(here.clock) as there:
        partner = await here.partner(
            there.url,
            api_key=KEY,
            format=spoken,
            services={"electricity.power_cut": "CUT"},
            has_updates=True,
            sends_answers=True,
        )
        answers = {"homes_affected": "few", "since": "days", "customer_code": "PD05000123456"}
        code = (await a_cut(here, answers=answers))["code"]
        await here.deliver()
        (request,) = there.requests
        assert (request["service_code"], request["lat"]) == ("CUT", f"{LAMP.lat:.6f}")
        assert f"[{code}/" in request["description"]
        assert "0912345678" not in request["description"], "what goes out is masked"
        assert not {"first_name", "phone", "email"} & request.keys()
        assert request["attribute[homes_affected]"] == "few"
        assert "attribute[customer_code]" not in request, "what is private is told to nobody"
        assert "Đã chuyển sang hệ thống của PC Hải Dương, mã PC-1." in await here.history(code, officer)
        there.update(0, "Đang cử thợ.")
        assert await here.follow() == 1
        assert await here.follow() == 0, "nothing is heard twice"
        assert "PC Hải Dương báo: đang xử lý. “Đang cử thợ.”" in await here.history(code, officer)
        there.say(0, "closed", "Đã thay cầu chì, có điện lúc 11 giờ.")
        assert await here.follow() == 1
        seen = (await here.client.get(f"/api/v1/staff/cases/{code}", headers=officer.headers)).json()
        assert (seen["state"], seen["publication"]) == ("awaiting_approval", "pending"), "no machine has published it"
        assert seen["draft_answer"] == "Đã thay cầu chì, có điện lúc 11 giờ."
        rejected = await here.client.post(
            f"/api/v1/staff/cases/{code}/reject-draft",
            json={"comment": "Ghi rõ hơn."},
            headers={**officer.headers, "If-Match": f'"{seen["version"]}"'},
        )
        assert rejected.status_code == 200, rejected.text
        await here.deliver()
        assert there.updates[-1]["status"] == "OPEN"
        assert there.updates[-1]["description"] == "Câu trả lời chưa được duyệt; đề nghị xử lý tiếp."
        there.say(0, "closed", "Đã thay cầu chì ba pha, có điện lúc 11 giờ.")
        assert await here.follow() == 1
        seen = (await here.client.get(f"/api/v1/staff/cases/{code}", headers=officer.headers)).json()
        assert (seen["state"], seen["draft_answer"]) == (
            "awaiting_approval",
            "Đã thay cầu chì ba pha, có điện lúc 11 giờ.",
        )
        approved = await here.client.post(
            f"/api/v1/staff/cases/{code}/approve", headers={**officer.headers, "If-Match": f'"{seen["version"]}"'}
        )
        assert approved.json()["state"] == "resolved", approved.text
        await here.deliver()
        assert [one["state"] for one in await here.errands(partner)] == ["called_back"]
        assert there.updates[-1]["status"] == "CLOSED"


@pytest.mark.parametrize("manner", [Manner.LOSING, Manner.BROKEN, Manner.MUTE])
async def test_a_lost_answer_makes_no_second_request(here: Installation, manner: Manner) -> None:
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY)
        there.manners = [manner]
        await a_cut(here)
        await here.deliver(patience=3)
        assert len(there.requests) == 1
        (errand,) = await here.errands(partner)
        assert (errand["state"], errand["service_request_id"]) == ("with_them", "PC-1")


async def test_what_is_away_costs_nothing_and_what_is_refused_is_told_to_people(here: Installation) -> None:
    officer = await an_approver(here)
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY)
        there.manners = [Manner.AWAY] * 4
        code = (await a_cut(here))["code"]
        await here.deliver(patience=6)
        assert [one["state"] for one in await here.errands(partner)] == ["with_them"]
        there.manners = [Manner.REFUSING] * 3
        other = (await a_cut(here, description="Điện yếu, chập chờn."))["code"]
        await here.deliver(patience=4)
        newest = (await here.errands(partner))[0]
        assert (newest["case"], newest["state"], newest["waiting"]["last_code"]) == (other, "refused", "http-400")
        assert any("Không chuyển được" in words for words in await here.history(other, officer))
        path = f"/api/v1/staff/partners/{partner['id']}/errands/{newest['id']}/retry"
        cookie = {"Cookie": f"staff={here.admin.headers['Authorization'].removeprefix('Bearer ')}"}
        shown = Page(await here.client.get(f"/console/partners/{partner['id']}", headers=cookie))
        assert "Đã thôi gửi : vụ việc; 3 lần gửi, đối tác từ chối ( http-400 )" in shown.text, shown.text
        form = shown.form(f"/console/partners/{partner['id']}/errands/{newest['id']}")
        again = await here.client.post(form.action, data=form.values, headers=cookie)
        assert again.headers["location"].endswith("?done=again"), again.text
        await here.deliver()
        assert {one["case"]: one["state"] for one in await here.errands(partner)} == dict.fromkeys(
            (code, other), "with_them"
        )
        assert (await here.client.post(path, headers=here.admin.headers)).status_code == 409


async def test_a_token_becomes_an_id_when_the_partner_is_ready(here: Installation) -> None:
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY)
        there.manners = [Manner.TOKEN]
        await a_cut(here)
        await here.deliver()
        assert (await here.errands(partner))[0]["service_request_id"] is None
        await here.follow()
        assert (await here.errands(partner))[0]["service_request_id"] == "PC-1"


async def test_a_case_that_leaves_the_unit_is_called_back_and_a_reply_is_passed_on_masked(here: Installation) -> None:
    officer = await an_officer(here.process, Role.UNIT_ADMIN, unit=POWER)
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY, has_updates=True)
        filed = await a_cut(here)
        await here.deliver()
        owner = {"Tracking-Secret": filed["tracking_secret"]}
        words = {"text": "Vẫn mất điện, gọi 0987654321."}
        replied = await here.client.post(f"/api/v1/reports/{filed['code']}/replies", json=words, headers=owner)
        assert replied.status_code in {200, 201}, replied.text
        await here.deliver()
        assert (there.updates[0]["service_request_id"], there.updates[0]["status"]) == ("PC-1", "OPEN")
        assert there.updates[0]["description"].startswith("Vẫn mất điện")
        assert "0987654321" not in there.updates[0]["description"]
        seen = (await here.client.get(f"/api/v1/staff/cases/{filed['code']}", headers=officer.headers)).json()
        moved = await here.client.post(
            f"/api/v1/staff/cases/{filed['code']}/refer",
            json={"unit": CAM_THUONG, "reason": "not_competent", "comment": "Đường dây của khu phố."},
            headers={**officer.headers, "If-Match": f'"{seen["version"]}"'},
        )
        assert moved.status_code == 200, moved.text
        await here.deliver()
        assert there.updates[-1]["status"] == "CLOSED"
        assert [one["state"] for one in await here.errands(partner)] == ["called_back"]
        there.say(0, "closed", "Xong.")
        assert await here.follow() == 0, "what they say of it is no longer ours"


async def test_categories_that_the_partner_does_not_have_stay_here(here: Installation) -> None:
    async with neighbour(here.clock) as there:
        await here.partner(there.url, api_key=KEY, default_service=None, services={"water_supply": "W"})
        await a_cut(here)
        await here.deliver(patience=2)
        assert there.requests == []


async def test_what_waits_is_settled_with_its_errand(here: Installation) -> None:
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY, has_updates=True)
        there.manners = [Manner.AWAY]
        withdrawn = await a_cut(here)
        await here.deliver()
        owner = {"Tracking-Secret": withdrawn["tracking_secret"]}
        path = f"/api/v1/reports/{withdrawn['code']}"
        assert (await here.client.post(f"{path}/withdrawal", json={}, headers=owner)).status_code == 200
        await here.deliver(patience=2)
        assert (there.requests, there.updates) == ([], []), "what was never sent is not called back either"
        assert [one["state"] for one in await here.errands(partner)] == ["called_back"]

        there.manners = [Manner.REFUSING] * 3
        refused = await a_cut(here, description="Điện yếu, chập chờn.")
        await here.deliver()
        owner = {"Tracking-Secret": refused["tracking_secret"]}
        path = f"/api/v1/reports/{refused['code']}"
        said = await here.client.post(f"{path}/replies", json={"text": "Nay mất hẳn."}, headers=owner)
        assert said.status_code in {200, 201}, said.text
        await here.deliver(patience=3)
        left = "SELECT kind, state FROM partner_posts ORDER BY number"
        posts = [tuple(row) for row in await here.process.db.lane.fetch(left)]
        assert posts == [("request", "dead"), ("reply", "dead")], "nothing spins behind what was refused"
        newest = (await here.errands(partner))[0]
        again = f"/api/v1/staff/partners/{partner['id']}/errands/{newest['id']}/retry"
        assert (await here.client.post(again, headers=here.admin.headers)).status_code == 204
        await here.deliver(patience=2)
        assert (len(there.requests), [one["description"] for one in there.updates]) == (1, ["Nay mất hẳn."])


async def test_a_doubtful_request_is_known_by_a_sign_that_nobody_can_have_typed_on_whatever_page(
    here: Installation,
) -> None:
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY)
        code = (await a_cut(here))["code"]
        there.page_rows = 1
        there.requests.append({"service_request_id": "PC-1", "description": f"Như phản ánh [{code}]", "status": "open"})
        there.manners = [Manner.LOSING]
        await here.deliver(patience=3)
        assert (len(there.requests), (await here.errands(partner))[0]["service_request_id"]) == (2, "PC-2")


async def test_a_clock_set_back_keeps_nobody_waiting(here: Installation) -> None:
    async with neighbour(here.clock) as there:
        await here.partner(there.url, api_key=KEY, has_updates=True)
        ahead = timedelta(days=2)
        here.clock.at += ahead
        there.manners = [Manner.AWAY]
        await a_cut(here)
        await here.deliver()
        await here.follow()
        here.clock.at -= ahead
        await here.deliver()
        assert len(there.requests) == 1
        there.update(0, "Đang cử thợ.")
        there.say(0, "closed", "Xong.")
        assert await here.follow() == 2
