"""The audit trail on the pages: asked by filters in the address, taken away, and its chain looked at."""

from __future__ import annotations

from itertools import pairwise

import httpx
import orjson

from app.audit import service as audit
from app.audit.terms import Action
from app.cases.events import EventType as CaseEvent
from app.console.actions import ACTIONS
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.terms import Role
from app.process import Process, keyring_of
from app.service_requests.events import EventType as RequestEvent
from tests.api.console.conftest import Desks
from tests.builders import CAM_THUONG, HAIDUONG, PROVINCE, Filed, Officer, a_case, an_officer
from tests.pages import Page

URL = "/console/audit"


async def seal(process: Process) -> None:
    key = keyring_of(process.settings).audit

    async def one(work: Work) -> int:
        return await audit.seal(work, HAIDUONG, key)

    while await in_work(process.db, process.clock, HAIDUONG, one):
        pass


async def noted(client: httpx.AsyncClient, officer: Officer, filed: Filed, times: int) -> None:
    for number in range(times):
        seen = {"If-Match": f'"{filed.version + number}"'}
        done = await client.post(
            f"/api/v1/staff/cases/{filed.code}/note", json={"text": "ghi chú"}, headers={**officer.headers, **seen}
        )
        assert done.status_code == 200, done.text


def positions(page: Page) -> list[int]:
    found = [link.rpartition("/")[2] for link in page.links if link.startswith(f"{URL}/")]
    return [int(one) for one in found if one.isdigit()]


async def test_filters_live_in_the_address_and_pages_follow_one_another(
    desk_of: Desks, client: httpx.AsyncClient, process: Process
) -> None:
    filed, officer = await a_case(process), await an_officer(process)
    await noted(client, officer, filed, 52)
    await seal(process)
    auditor = await desk_of(Role.AUDITOR, unit=PROVINCE)
    asked = f"action=case&person={officer.username}&unit={CAM_THUONG}&subject={filed.code.lower()}"
    first = Page(await auditor.get(f"{URL}?{asked}"))
    assert len(positions(first)) == 50
    assert first.form is not None
    (filters,) = [form for form in first.forms if form.action == URL]
    assert (filters.values["person"], filters.values["unit"], filters.values["action"]) == (
        officer.username, CAM_THUONG, "case"
    )  # fmt: skip
    (more,) = [link for link in first.links if "cursor=" in link]
    assert "person=" in more
    second = Page(await auditor.get(more))
    assert len(positions(second)) == 2
    assert all(one > other for one, other in pairwise(positions(first) + positions(second)))
    assert "Chuỗi đã niêm phong" in first.text
    assert "Chuỗi đã niêm phong" not in second.text
    elsewhere = await auditor.get(f"{URL}?action=case&unit={PROVINCE}&person={officer.username}")
    assert positions(Page(elsewhere)) == []
    foreign = await auditor.get(more.replace("action=case", "action=audit"))
    assert foreign.status_code == 400, "a cursor goes with its own filters alone"


async def test_days_bound_what_is_shown_and_nonsense_is_said(
    desk_of: Desks, client: httpx.AsyncClient, process: Process
) -> None:
    filed, officer = await a_case(process), await an_officer(process)
    await noted(client, officer, filed, 1)
    await seal(process)
    auditor = await desk_of(Role.AUDITOR, unit=PROVINCE)
    today = f"{process.clock.now():%Y-%m-%d}"
    assert len(positions(Page(await auditor.get(f"{URL}?subject={filed.code}&first={today}&last={today}")))) == 1
    assert positions(Page(await auditor.get(f"{URL}?subject={filed.code}&last=2020-01-01"))) == []
    for wrong, said in (
        ("person=khong.co.ai", "Không có tài khoản cán bộ nào tên này."),
        ("first=hôm+qua", "Hãy chọn một ngày."),
        ("first=2026-11-20&last=2026-11-19", "Ngày cuối ở trước ngày đầu."),
        ("unit=H99", "Không có cơ quan này."),
    ):
        answer = await auditor.get(f"{URL}?{wrong}")
        assert (answer.status_code, said in answer.text) == (422, True), wrong
        assert positions(Page(answer)) == []


async def test_one_entry_is_shown_whole_and_leads_on(
    desk_of: Desks, client: httpx.AsyncClient, process: Process
) -> None:
    filed, officer = await a_case(process), await an_officer(process)
    await noted(client, officer, filed, 1)
    await seal(process)
    auditor = await desk_of(Role.AUDITOR, unit=PROVINCE)
    (position,) = positions(Page(await auditor.get(f"{URL}?subject={filed.code}&action=case.noted")))
    page = Page(await auditor.get(f"{URL}/{position}"))
    for said in ("Ghi chú nội bộ", "case.noted", filed.code, officer.username, "127.0.0.1", "version"):
        assert said in page.text, said
    assert f"{URL}?person={officer.username}" in page.links
    assert f"/console/cases/{filed.code}" in page.links
    assert (await auditor.get(f"{URL}/99999999")).status_code == 404
    await seal(process)
    read = Page(await auditor.get(f"{URL}?action=audit.read"))
    assert positions(read), "looking at it is an entry of it"


async def test_what_was_asked_for_is_taken_away_as_lines_of_json(
    desk_of: Desks, client: httpx.AsyncClient, process: Process
) -> None:
    filed, officer = await a_case(process), await an_officer(process)
    await noted(client, officer, filed, 3)
    await seal(process)
    auditor = await desk_of(Role.AUDITOR, unit=PROVINCE)
    page = Page(await auditor.get(f"{URL}?subject={filed.code}"))
    (link,) = [one for one in page.links if "export.jsonl" in one]
    answer = await auditor.get(link)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"].startswith('attachment; filename="audit-')
    lines = [orjson.loads(line) for line in answer.text.splitlines()]
    assert {line["subject"] for line in lines} == {filed.code}
    assert [line["position"] for line in lines] == positions(page)
    assert (await auditor.get(f"{URL}/export.jsonl?person=khong.co.ai")).status_code == 404
    await seal(process)
    assert positions(Page(await auditor.get(f"{URL}?action=audit.exported")))


async def test_only_auditors_and_administrators_come_in(desk_of: Desks) -> None:
    for roles, status in (((Role.APPROVER, Role.UNIT_ADMIN), 403), ((Role.TENANT_ADMIN,), 200), ((Role.AUDITOR,), 200)):
        desk = await desk_of(*roles, unit=PROVINCE)
        for address in (URL, f"{URL}?unit=H99", f"{URL}/export.jsonl"):
            answer = await desk.get(address)
            wrong = 422 if "H99" in address and status == 200 else status
            assert answer.status_code == wrong, (roles, address)


async def test_the_end_of_the_chain_is_checked_by_whoever_opens_the_page(
    desk_of: Desks, client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed, officer = await a_case(process), await an_officer(process)
    await noted(client, officer, filed, 4)
    await seal(process)
    auditor = await desk_of(Role.AUDITOR, unit=PROVINCE)
    assert "nguyên vẹn" in Page(await auditor.get(URL)).text
    changed = await db.lane.fetchval(
        "UPDATE audit_entries SET subject = 'H23-1' WHERE position = (SELECT max(position) - 1 FROM audit_entries)"
        " RETURNING position"
    )
    told = Page(await auditor.get(URL)).text
    assert "KHÔNG còn nguyên vẹn" in told
    assert f"đã bị sửa: {changed}" in told


def test_every_action_has_words_of_its_own() -> None:
    known = {*Action, *CaseEvent, *RequestEvent}
    assert {str(one) for one in known} == set(ACTIONS)
    for lang in ("vi", "en"):
        assert len({getattr(label, lang) for label in ACTIONS.values()}) == len(ACTIONS), lang
