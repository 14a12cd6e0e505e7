"""A province tells its people in words and at hours of its own."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.notices.conftest import MAIL, PHONE, Post, rows
from tests.builders import a_report, an_officer


async def test_a_province_tells_its_people_in_words_of_its_own_from_now_on(
    post: Post, process: Process, client: httpx.AsyncClient
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    officer = await an_officer(process)
    address = "/api/v1/staff/notice-wordings"
    listed = (await client.get(address, headers=officer.headers)).json()
    packaged = listed["items"][0]
    assert (packaged["occasion"], packaged["versions"][0]["version"], packaged["legal"]) == ("received", 0, True)
    words = {
        "vi": {
            "subject": "Hải Dương đã nhận {code}",
            "body": "{code}: trả lời hết ngày {due}.",
            "sms": "{code} da nhan",
        },
        "en": {"subject": "We have {code}", "body": "{code}: answered by the end of {due}.", "sms": "{code} received"},
    }
    sample = (await client.post(f"{address}/received/preview", json=words, headers=admin.headers)).json()
    assert sample["vi"]["body"] == "H23-261126-0042: trả lời hết ngày 01/12/2026."
    assert sample["sms_messages"] == 1
    assert (await client.post(f"{address}/received", json=words, headers=officer.headers)).status_code == 403
    draft = {**words, "note": "Theo công văn của Sở", "based_on": 0}
    assert (await client.post(f"{address}/received", json=draft, headers=admin.headers)).json()["version"] == 1
    stale = await client.post(f"{address}/received", json=draft, headers=admin.headers)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    filed = await a_report(process, reporter=MAIL)
    await post.all()
    (letter,) = post.mailbox.letters
    assert letter["Subject"] == f"Hải Dương đã nhận {filed.code}"


@pytest.mark.parametrize(
    ("part", "said", "why"),
    [
        ("body", "Đã nhận {code}.", "{due}"),  # what the law wants said
        ("subject", "Đã nhận", "{code}"),
        ("sms", "{code.__class__}", "code.__class__"),
        ("sms", "{code!r}", "ngoặc"),
        ("body", "{code} {due", "ngoặc"),
        ("subject", "{code} {name}", "name"),
    ],
)
async def test_words_that_cannot_be_filled_in_or_leave_out_what_must_be_said_are_refused(
    process: Process, client: httpx.AsyncClient, part: str, said: str, why: str
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    good = {"subject": "{code}", "body": "{code} {due}", "sms": "{code}"}
    refused = await client.post(
        "/api/v1/staff/notice-wordings/received", json={"vi": {**good, part: said}, "en": good}, headers=admin.headers
    )
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"]) == (422, f"/vi/{part}")
    assert why in error["detail"]
    unknown = await client.post(
        "/api/v1/staff/notice-wordings/moonrise", json={"vi": good, "en": good}, headers=admin.headers
    )
    assert unknown.json()["type"].rpartition("/")[2] == "unknown-occasion"


async def test_a_province_has_quiet_hours_of_its_own_and_people_keep_theirs(
    post: Post, process: Process, client: httpx.AsyncClient, clock: FixedClock, db: Database
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    address = "/api/v1/staff/quiet-hours"
    before = (await client.get(address, headers=admin.headers)).json()
    assert (before["since"], before["until"], before["version"]) == ("21:00", "07:00", 0)
    local = clock.now() + timedelta(hours=7)
    draft = {
        "since": f"{local - timedelta(hours=1):%H:00}",
        "until": f"{local + timedelta(hours=2):%H:00}",
        "based_on": 0,
    }
    assert (await client.post(address, json=draft, headers=admin.headers)).json()["version"] == 1
    assert (await client.post(address, json=draft, headers=admin.headers)).status_code == 412
    await a_report(process, reporter=PHONE)
    await post.all()
    assert await rows(db) == [("received", "sms", "waiting")]
    clock.at += timedelta(hours=3)
    await post.all()
    assert await rows(db) == [("received", "sms", "sent")]
