"""Cases pass between two installations once and in order, whatever the line does, and both sides agree in the end."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from app.federation import domain
from app.federation.domain import signed
from app.identity.terms import Role
from tests.api.federation.conftest import POWER, Pair, a_cut
from tests.builders import PROVINCE, Officer, an_officer


async def _officers(pair: Pair) -> tuple[Officer, Officer]:
    """Who approves at the unit that stands for the power company here, and who works there."""
    here = await an_officer(pair.here.process, Role.APPROVER, Role.OFFICER, unit=POWER)
    return here, await an_officer(pair.there.process, Role.APPROVER, Role.OFFICER, unit=POWER)


async def _there(pair: Pair) -> list[dict[str, Any]]:
    rows = await pair.there.process.db.lane.fetch(
        "SELECT code, description, channel, citizen_id, answers::text FROM reports ORDER BY received_at, code"
    )
    return [dict(row) for row in rows]


async def _agree(pair: Pair, count: int) -> None:
    """Both sides know the same of as many consignments."""
    for side in (pair.here, pair.there):
        found = await side.asked(f"/reconciliation?until={pair.clock.at:%Y-%m-%d}&since=2026-11-19")
        assert (found["agreed"], found["differences"]) == (count, []), found
        assert (found["waiting"], found["their_waiting"]) == (0, 0)


async def test_a_case_goes_over_once_and_its_answer_comes_back_over_a_line_that_loses_answers(pair: Pair) -> None:
    approver, worker = await _officers(pair)
    pair.there.line.loses = 2
    answers = {"homes_affected": "few", "since": "days", "customer_code": "PD05000123456"}
    filed = await a_cut(pair, answers=answers)
    await pair.exchange()
    (report,) = await _there(pair)
    assert (report["channel"], report["citizen_id"]) == ("open311", None)
    told = orjson.loads(report["answers"])
    assert told == {"homes_affected": "few", "since": "days"}, "what is private stays here"
    seen = await pair.there.case(report["code"], worker)
    assert seen["summary"].startswith(f"[Tỉnh Hải Dương {filed['code']}] Mất điện"), "queues say whose it is"
    due = datetime.fromisoformat(filed["due_at"]).astimezone(timezone(timedelta(hours=7)))
    (came,) = [one["text"] for one in seen["timeline"] if one["text"]]
    assert f"mã {filed['code']} của Tỉnh Hải Dương" in came
    assert f"hạn bên đó {due:%H:%M %d/%m/%Y}" in came
    assert "0912345678" not in report["description"], "what goes out is masked"
    identities = await pair.there.process.db.lane.fetchval("SELECT count(*) FROM reporter_identities")
    assert identities == 0, "who reported stays where it was reported"
    words = [one["text"] for one in (await pair.here.case(filed["code"], approver))["timeline"] if one["text"]]
    assert any(f"đã tiếp nhận, mã {report['code']}" in one for one in words), words

    owner = {"Tracking-Secret": filed["tracking_secret"]}
    path = f"/api/v1/reports/{filed['code']}"
    await pair.here.client.post(f"{path}/replies", json={"text": "Cả ngõ 14 nữa."}, headers=owner)
    await pair.exchange()
    seen = await pair.there.case(report["code"], worker)
    assert any("Cả ngõ 14 nữa." in (one["text"] or "") for one in seen["timeline"])
    seen = await pair.here.case(filed["code"], approver)
    assert (seen["state"], seen["accepted_at"]) == ("received", None)

    await pair.there.do(worker, report["code"], "accept")
    taken_up = pair.clock.at
    pair.clock.at += timedelta(hours=2)
    await pair.exchange()
    seen = await pair.here.case(filed["code"], approver)
    assert (seen["state"], datetime.fromisoformat(seen["accepted_at"])) == ("in_progress", taken_up)
    assert seen["publication"] == "pending", "no machine publishes"
    history = (await pair.here.client.get(f"{path}/timeline", headers=owner)).json()["items"]
    assert any(one["type"] == "case.accepted" and "Điện lực" in one["sentence"] for one in history), history

    await pair.there.do(worker, report["code"], "ask", question="Cầu dao nhà mình có bật không?")
    await pair.exchange()
    seen = await pair.here.case(filed["code"], approver)
    assert seen["state"] == "awaiting_reporter"
    pauses = (await pair.here.client.get(f"{path}/deadline", headers=owner)).json()["pauses"]
    assert [(one["cause"], one["until"]) for one in pauses] == [("reporter", None)]
    history = (await pair.here.client.get(f"{path}/timeline", headers=owner)).json()["items"]
    assert any(one["text"] == "Cầu dao nhà mình có bật không?" for one in history), history
    await pair.here.client.post(f"{path}/replies", json={"text": "Có bật."}, headers=owner)
    await pair.exchange()
    seen = await pair.there.case(report["code"], worker)
    assert seen["state"] == "in_progress"
    assert any("Có bật." in (one["text"] or "") for one in seen["timeline"])

    await pair.there.do(worker, report["code"], "resolve", answer="Đã xong.", resolution="fixed")
    await pair.exchange()
    await pair.here.do(approver, filed["code"], "reject-draft", comment="Ghi rõ hơn.")
    found = await pair.here.asked(f"/reconciliation?until={pair.clock.at:%Y-%m-%d}&since=2026-11-19")
    (one,) = found["differences"]
    assert (one["ours"]["state"], one["theirs"]["state"]) == ("held", "answered"), "before anything is told"
    await pair.exchange()
    seen = await pair.there.case(report["code"], worker)
    assert seen["state"] == "assigned"
    assert any("chưa duyệt câu trả lời" in (one["text"] or "") for one in seen["timeline"])
    assert not any("Ghi rõ hơn." in (one["text"] or "") for one in seen["timeline"]), "that is for officers here"
    await _agree(pair, 1)

    await pair.there.do(worker, report["code"], "resolve", answer="Đã đóng lại cầu dao đầu ngõ.", resolution="fixed")
    pair.here.line.loses = 1
    await pair.exchange()
    seen = await pair.here.case(filed["code"], approver)
    assert (seen["state"], seen["draft_answer"]) == ("awaiting_approval", "Đã đóng lại cầu dao đầu ngõ.")
    await pair.here.do(approver, filed["code"], "approve")
    await pair.exchange()
    await _agree(pair, 1)

    again = await pair.here.client.post(f"{path}/reopening", json={"reason": "Vẫn mất điện."}, headers=owner)
    assert again.status_code == 200, again.text
    await pair.exchange()
    seen = await pair.there.case(report["code"], worker)
    assert seen["state"] == "assigned"
    assert any("Vẫn mất điện." in (one["text"] or "") for one in seen["timeline"])
    assert len(await _there(pair)) == 1
    await _agree(pair, 1)


async def test_each_fact_is_told_by_itself_and_what_is_referred_back_goes_back(pair: Pair) -> None:
    approver, worker = await _officers(pair)
    filed = await a_cut(pair)
    await pair.exchange()
    (report,) = await _there(pair)
    await pair.there.do(worker, report["code"], "accept")
    await pair.there.do(worker, report["code"], "ask", question="Cột điện số mấy?")
    await pair.exchange()
    told = [one["text"] or "" for one in (await pair.here.case(filed["code"], approver))["timeline"]]
    assert any("Cột điện số mấy?" in one for one in told), told

    await pair.there.do(worker, report["code"], "resolve", answer="Câu trả lời sai.", resolution="fixed")
    await pair.exchange()
    head = await an_officer(pair.there.process, Role.DISPATCHER, Role.APPROVER, Role.UNIT_ADMIN, unit=POWER)
    await pair.there.do(head, report["code"], "reopen", comment="Nhầm.")
    await pair.exchange()
    seen = await pair.here.case(filed["code"], approver)
    assert (seen["state"], "approve" in seen["verbs"]) == ("in_progress", False), "they took their answer back"
    assert any("không còn hiệu lực" in (one["text"] or "") for one in seen["timeline"])
    assert (await pair.there.case(report["code"], worker))["state"] == "assigned", "that they are not told"
    await _agree(pair, 1)
    await pair.there.do(worker, report["code"], "resolve", answer="Câu trả lời vội.", resolution="fixed")
    await pair.exchange()
    await pair.there.do(head, report["code"], "reopen", comment="Vẫn nhầm.")
    await pair.there.do(worker, report["code"], "resolve", answer="Câu trả lời đúng.", resolution="fixed")
    await pair.exchange()
    seen = await pair.here.case(filed["code"], approver)
    assert (seen["state"], seen["draft_answer"]) == ("awaiting_approval", "Câu trả lời đúng.")
    await _agree(pair, 1)
    await pair.there.process.db.lane.fetch("UPDATE consignments SET answer_sha256 = 'other words'")
    found = await pair.here.asked("/reconciliation?since=2026-11-19&until=2026-11-21")
    assert len(found["differences"]) == 1, "what was answered is compared too"

    second = await a_cut(pair, description="Mất điện ở ngõ 20.")
    await pair.exchange()
    code = (await _there(pair))[1]["code"]
    chief = await an_officer(pair.there.process, Role.DISPATCHER, Role.UNIT_ADMIN, unit=PROVINCE)
    await pair.there.do(
        chief, code, "refer", unit=PROVINCE, reason="not_competent", comment="Lưới điện này của khu công nghiệp."
    )
    await pair.exchange()
    here = await pair.here.case(second["code"], await an_officer(pair.here.process, Role.DISPATCHER, unit=PROVINCE))
    assert here["responsible_unit"]["code"] != POWER, "it is in somebody's hands"
    assert any("của khu công nghiệp." in (one["text"] or "") for one in here["timeline"])
    assert (await pair.there.case(code, chief))["state"] == "closed"
    for side in (pair.here, pair.there):
        assert (await side.asked("/consignments"))["items"][0]["state"] == "returned"


async def test_a_database_that_waits_loses_nothing_and_doubles_nothing(pair: Pair) -> None:
    approver, worker = await _officers(pair)
    filed = await a_cut(pair)
    async with pair.there.locked("LOCK TABLE consignments IN SHARE MODE"):
        await pair.here.deliver()
    assert (await pair.there.row())["heard"] == 0, "it has to come again"
    pair.clock.at += timedelta(minutes=11)
    async with pair.there.locked("SELECT FROM neighbours FOR UPDATE"):
        await pair.here.deliver()
    await pair.there.process.db.lane.fetch("DELETE FROM idempotency_keys")  # as after eight days
    pair.clock.at += timedelta(minutes=11)
    await pair.exchange()
    (report,) = await _there(pair)
    (consignment,) = (await pair.here.asked("/consignments"))["items"]
    assert (consignment["state"], consignment["their_code"]) == ("held", report["code"])

    await pair.there.do(worker, report["code"], "resolve", answer="Đã đóng cầu dao.", resolution="fixed")
    async with pair.here.locked("LOCK TABLE consignments IN SHARE MODE"):
        await pair.there.deliver()
    pair.clock.at += timedelta(minutes=11)
    await pair.exchange()
    seen = await pair.here.case(filed["code"], approver)
    assert (seen["state"], seen["draft_answer"]) == ("awaiting_approval", "Đã đóng cầu dao.")
    await _agree(pair, 1)


async def test_a_request_that_ends_in_the_middle_goes_on_from_there(pair: Pair) -> None:
    _, worker = await _officers(pair)
    filed = await a_cut(pair)
    await pair.exchange()
    (report,) = await _there(pair)
    owner, path = {"Tracking-Secret": filed["tracking_secret"]}, f"/api/v1/reports/{filed['code']}"
    await pair.here.client.post(f"{path}/replies", json={"text": "Cả ngõ 14 nữa."}, headers=owner)
    await a_cut(pair, description="Mất điện ở ngõ 20.")
    await pair.here.client.post(f"{path}/replies", json={"text": "Ngõ 16 cũng mất."}, headers=owner)
    posts = pair.there.line.posts
    async with pair.there.locked("LOCK TABLE reports IN SHARE MODE"):
        await pair.here.deliver()
    assert pair.there.line.posts == posts + 1
    assert ((await pair.there.row())["heard"], (await pair.here.row())["told"]) == (2, 2), "the words, not the case"
    pair.clock.at += timedelta(minutes=11)
    await pair.exchange()
    assert len(await _there(pair)) == 2
    seen = await pair.there.case(report["code"], worker)
    told = [one["text"] for one in seen["timeline"] if one["text"] in {"Cả ngõ 14 nữa.", "Ngõ 16 cũng mất."}]
    assert told == ["Cả ngõ 14 nữa.", "Ngõ 16 cũng mất."], "each once, in their order"
    await _agree(pair, 2)


async def test_a_case_for_which_nobody_there_is_responsible_comes_back(pair: Pair) -> None:
    there = pair.there.process
    await there.db.lane.fetch("UPDATE units SET valid_to = '2026-11-19'")
    await there.db.lane.fetch("UPDATE reference_versions SET version = version + 1 WHERE name = 'directory'")
    await there.refresh()
    filed = await a_cut(pair)
    await pair.exchange()
    assert await _there(pair) == []
    seen = await pair.here.case(filed["code"], await an_officer(pair.here.process, Role.DISPATCHER, unit=PROVINCE))
    assert seen["responsible_unit"]["code"] != POWER, "it is in somebody's hands"
    assert any("không tiếp nhận được" in (one["text"] or "") for one in seen["timeline"])
    (consignment,) = (await pair.here.asked("/consignments"))["items"]
    assert (consignment["case"], consignment["state"]) == (filed["code"], "refused")
    assert (await pair.here.row())["told"] == (await pair.here.row())["written"], "it stops nothing"


async def test_what_is_not_theirs_comes_back_with_the_reason(pair: Pair) -> None:
    _, worker = await _officers(pair)
    filed = await a_cut(pair)
    await pair.exchange()
    (report,) = await _there(pair)
    await pair.there.do(
        worker, report["code"], "resolve", answer="Lưới điện của khu công nghiệp.", resolution="not_competent"
    )
    await pair.exchange()
    head = await an_officer(pair.here.process, Role.DISPATCHER, unit=PROVINCE)
    seen = await pair.here.case(filed["code"], head)
    assert seen["responsible_unit"]["code"] != POWER
    assert any("Lưới điện của khu công nghiệp." in (one["text"] or "") for one in seen["timeline"])
    (consignment,) = (await pair.here.asked("/consignments"))["items"]
    assert (consignment["state"], consignment["their_code"]) == ("returned", report["code"])
    await _agree(pair, 1)
    await pair.here.do(
        head, filed["code"], "refer", unit=POWER, reason="other", comment="Đường dây ngõ 12 là của điện lực."
    )
    await pair.exchange()
    _, again = await _there(pair)
    seen = await pair.there.case(again["code"], worker)
    (came,) = [one["text"] for one in seen["timeline"] if one["text"]]
    assert f"Lần trước là vụ việc {report['code']}" in came
    assert "“Đường dây ngõ 12 là của điện lực.”" in came
    seen = await pair.there.case(report["code"], worker)
    assert any(f"nay là vụ việc {again['code']}" in (one["text"] or "") for one in seen["timeline"])
    await _agree(pair, 2)


async def test_a_case_that_ends_here_is_called_back_there(pair: Pair) -> None:
    _, worker = await _officers(pair)
    filed = await a_cut(pair)
    await pair.exchange()
    owner = {"Tracking-Secret": filed["tracking_secret"]}
    gone = await pair.here.client.post(f"/api/v1/reports/{filed['code']}/withdrawal", json={}, headers=owner)
    assert gone.status_code == 200, gone.text
    await pair.exchange()
    (report,) = await _there(pair)
    seen = await pair.there.case(report["code"], worker)
    assert (seen["state"], seen["resolution"]) == ("closed", "withdrawn")
    await _agree(pair, 1)


async def test_what_they_cannot_take_in_comes_back_at_once(pair: Pair) -> None:
    await _officers(pair)
    pair.there.line.cut = True
    filed = await a_cut(pair)
    await pair.here.deliver()
    await pair.here.process.db.lane.fetch("UPDATE parcels SET body = jsonb_set(body, '{category}', '\"khong.co\"')")
    pair.there.line.cut = False
    pair.clock.at += timedelta(minutes=11)
    await pair.exchange()
    assert await _there(pair) == []
    head = await an_officer(pair.here.process, Role.DISPATCHER, unit=PROVINCE)
    seen = await pair.here.case(filed["code"], head)
    assert seen["responsible_unit"]["code"] != POWER
    assert any("không tiếp nhận được" in (one["text"] or "") for one in seen["timeline"])
    (consignment,) = (await pair.here.asked("/consignments?state=refused"))["items"]
    assert consignment["case"] == filed["code"]
    await _agree(pair, 1)


async def test_a_case_of_a_flood_goes_over_once_an_officer_has_let_it_go(pair: Pair) -> None:
    filed = await a_cut(pair)
    await pair.here.process.db.lane.fetch(
        "INSERT INTO held_cases (tenant_id, case_id, held_by, held_at)"
        " SELECT tenant_id, id, 'person', opened_at FROM cases"
    )
    await pair.exchange()
    assert await _there(pair) == [], "nobody has looked at it"
    sorter = await an_officer(pair.here.process, Role.DISPATCHER, Role.OFFICER, unit=POWER)
    version = (await pair.here.case(filed["code"], sorter))["version"]
    released = await pair.here.client.post(
        f"/api/v1/staff/held/{filed['code']}/release", headers={**sorter.headers, "If-Match": f'"{version}"'}
    )
    assert released.status_code == 200, released.text
    await pair.exchange()
    assert len(await _there(pair)) == 1
    await _agree(pair, 1)


async def test_days_without_a_line_lose_nothing_and_double_nothing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "ANSWER_WITHIN_S", 0.0)  # each answer tells of one parcel: the slowest there may be
    pair.there.line.cut = True
    codes = []
    for day in range(3):
        more = " Điện yếu." * 200 if day == 1 else ""
        codes.append((await a_cut(pair, description=f"Mất điện ngày thứ {day + 1}.{more}"))["code"])
        await pair.exchange()
        pair.clock.at += timedelta(days=1)
    assert await _there(pair) == []
    standing = await pair.here.asked("")
    assert standing["written"] - standing["told"] == 3
    assert standing["failures"] > 3
    assert standing["last_error"]
    pair.there.line.cut, pair.there.line.most = False, 2_500
    await pair.exchange(patience=12)
    reports = await _there(pair)
    said = [one["description"] for one in reports]
    assert [said[0], said[2]] == ["Mất điện ngày thứ 1.", "Mất điện ngày thứ 3."], "what is too big holds up nobody"
    assert said[1].startswith("Mất điện ngày thứ 2. Điện yếu.")
    assert said[1].endswith(" […]")
    officer = await an_officer(pair.here.process, Role.OFFICER, unit=POWER)
    told = [one["text"] or "" for one in (await pair.here.case(codes[1], officer))["timeline"]]
    assert any("bị cắt bớt" in one for one in told), told
    await pair.exchange()
    assert len(await _there(pair)) == 3
    items = (await pair.here.asked("/consignments"))["items"]
    assert sorted(one["case"] for one in items) == sorted(codes)
    first = await pair.here.asked("/consignments?limit=2")
    rest = await pair.here.asked(f"/consignments?limit=2&cursor={first['next_cursor']}")
    assert [*first["items"], *rest["items"]] == items
    assert rest["next_cursor"] is None
    await _agree(pair, 3)


async def test_a_side_that_was_put_back_from_a_copy_is_told_again_and_says_nothing_into_the_void(pair: Pair) -> None:
    await a_cut(pair)
    await pair.exchange()
    # There: that the first parcel was heard is forgotten, as if the machine's last hours were lost.
    await pair.there.process.db.lane.fetch("UPDATE neighbours SET heard = 0, heard_mark = NULL")
    await a_cut(pair, description="Mất điện ở ngõ 20.")
    await pair.exchange()
    assert len(await _there(pair)) == 2, "the first case is not taken in twice"
    # Here: the last parcels' numbers are given once more; there they are known already.
    await pair.here.process.db.lane.fetch("DELETE FROM parcels WHERE number = 2")
    await pair.here.process.db.lane.fetch("UPDATE neighbours SET written = 1, told = 1")
    for lane in (30, 40, 50):
        await a_cut(pair, description=f"Mất điện ở ngõ {lane}.")
    await pair.exchange()
    told = [one["description"] for one in await _there(pair)]
    assert sorted(told[1:]) == [f"Mất điện ở ngõ {lane}." for lane in (20, 30, 40, 50)]
    await _agree(pair, 5)
    # There: everything is forgotten by now that was to be told; here it is kept no more.
    await pair.there.process.db.lane.fetch("UPDATE neighbours SET heard = 0, heard_mark = NULL")
    await pair.here.process.db.lane.fetch("DELETE FROM parcels WHERE number <> 3")
    await a_cut(pair, description="Mất điện ở ngõ 60.")
    await pair.exchange()
    assert len(await _there(pair)) == 6, "what is forgotten stops nothing"
    await _agree(pair, 6)


async def test_only_the_neighbour_itself_is_heard(pair: Pair) -> None:
    path = f"/api/v1/federation/{pair.here.neighbour['id']}/parcels"
    content = orjson.dumps({"parcels": []})
    good = signed(pair.here.neighbour["secret"], "fed_1", pair.clock.at, content)

    async def status(headers: dict[str, str], body: bytes = content, at: str = path) -> int:
        sent = {**headers, "content-type": "application/json"}
        return (await pair.there.client.post(at, content=body, headers=sent)).status_code

    assert await status(good) == 200
    assert await status({}) == 401
    assert await status({**good, "webhook-signature": "v1,AAAA"}) == 401
    assert await status(good, body=b'{"parcels": [] }') == 401
    stale = signed(pair.here.neighbour["secret"], "fed_1", pair.clock.at - timedelta(minutes=6), content)
    assert await status(stale) == 401
    other = path.replace(pair.here.neighbour["id"], "01931f00-0000-7000-8000-000000000000")
    assert await status(good, at=other) == 401
    gap = orjson.dumps(
        {
            "parcels": [
                {
                    "number": 7,
                    "consignment": pair.here.neighbour["id"],
                    "kind": "recall",
                    "at": "2026-11-20T03:00:00Z",
                }
            ]
        }
    )
    proof = signed(pair.here.neighbour["secret"], "fed_2", pair.clock.at, gap)
    answer = await pair.there.client.post(path, content=gap, headers={**proof, "content-type": "application/json"})
    assert answer.json()["heard"] == 0, "what leaves a gap is left"
    days = orjson.dumps({"since": "2026-11-14", "until": "2026-11-20", "days": ["2026-11-20"]})
    proof = signed(pair.here.neighbour["secret"], "fed_3", pair.clock.at, days)
    address = path.replace("/parcels", "/digest")
    told = await pair.there.client.post(address, content=days, headers={**proof, "content-type": "application/json"})
    assert told.json() == {"digests": {}, "lines": {"2026-11-20": []}, "written": 0}


async def test_what_cannot_be_done_stops_nothing_that_comes_after_it(pair: Pair) -> None:
    approver, worker = await _officers(pair)
    first = await a_cut(pair)
    second = await a_cut(pair, description="Mất điện ở ngõ 20.")
    await pair.exchange()
    await pair.here.process.db.lane.fetch("UPDATE consignments SET case_id = NULL WHERE case_code = $1", first["code"])
    for report in await _there(pair):
        await pair.there.do(worker, report["code"], "accept")
    await pair.exchange()
    told = [one["text"] or "" for one in (await pair.here.case(second["code"], approver))["timeline"]]
    assert any("Điện lực Hải Dương báo:" in one for one in told), told
    standing = await pair.there.asked("")
    assert standing["told"] == standing["written"]


async def test_differences_are_named_line_by_line(pair: Pair) -> None:
    await _officers(pair)
    filed = await a_cut(pair)
    await pair.exchange()
    await pair.there.process.db.lane.fetch("UPDATE cases SET state = 'resolved'")
    pool, held = pair.here.process.db.ro.pool, list[int]()
    pair.there.line.meanwhile = lambda: held.append(pool.checkedout())  # type: ignore[attr-defined]
    found = await pair.here.asked("/reconciliation?since=2026-11-19&until=2026-11-21")
    assert held == [0, 0], "nothing of the database is held while the other side is asked"
    (one,) = found["differences"]
    assert (one["ours"]["state"], one["theirs"]["state"]) == ("held", "answered")
    assert one["ours"]["giver_code"] == one["theirs"]["giver_code"] == filed["code"]
    pair.there.line.cut = True
    away = await pair.here.client.get(
        f"/api/v1/staff/neighbours/{pair.here.neighbour['id']}/reconciliation", headers=pair.here.admin.headers
    )
    assert (away.status_code, away.json()["type"].rpartition("/")[2]) == (503, "neighbour-away")
