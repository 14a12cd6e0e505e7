"""People are told what concerns them, on the way they want, once; and whoever carries it may behave as it likes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from py_vapid import Vapid02

from app.cases.terms import CaseState
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.terms import ReporterIdentity, Role
from app.kit.clock import FixedClock
from app.kit.ids import uuid7
from app.notices.senders import MailSender, Relay, SmsSender
from app.notices.service import Courier
from app.notices.terms import Attempt, Channel, Message, Outcome
from app.outbox import service as outbox
from app.process import Process
from app.worker import loop
from tests.api.notices.conftest import BOTH, MAIL, PAGES, PHONE, Post, rows
from tests.builders import HAIDUONG, a_case, a_report, an_officer
from tests.postoffice import Browser, Mailbox, mail_server

S = CaseState
LAMP = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}


async def test_a_letter_says_what_happened_and_nothing_of_the_matter(
    post: Post, process: Process, db: Database
) -> None:
    filed = await a_report(process, reporter=MAIL)
    await post.all()
    (letter,) = post.mailbox.letters
    assert letter["To"] == "a.nguyen@example.org"
    assert letter["Subject"] == f"Đã tiếp nhận phản ánh {filed.code}"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] is None, "a legal notice cannot be switched off"
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert f"{PAGES}/follow/{filed.code}" in text
    assert "26/11/2026" in text
    assert "UBND phường Cẩm Thượng" in text
    assert not any(word in text for word in ("Đèn đường", "Nguyễn", "số 12")), "no more than anyone may read"
    assert await rows(db) == [("received", "email", "sent")]
    readings = await db.lane.fetch("SELECT actor_kind, purpose FROM identity_readings")
    assert [tuple(row) for row in readings] == [("system", "notice")]
    assert await db.lane.fetchval("SELECT count(*) FROM notices WHERE sealed_to IS NOT NULL") == 0


async def test_each_step_is_told_once_however_often_its_fact_is_handled(
    client: httpx.AsyncClient, post: Post, process: Process, db: Database
) -> None:
    await a_case(process, S.RESOLVED, reporter=MAIL)
    await post.all()
    await db.lane.fetch("UPDATE consumer_cursors SET position = 0")
    await post.all()
    told = [occasion for occasion, _, _ in await rows(db)]
    assert told == ["received", "answered"]
    assert len(post.mailbox.letters) == 2


async def test_who_gave_a_phone_only_gets_a_short_message_when_nobody_sleeps(
    post: Post, process: Process, clock: FixedClock
) -> None:
    clock.at = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # half past ten in the evening
    filed = await a_report(process, reporter=PHONE)
    await post.all()
    assert post.sms.requests == []
    clock.at = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    await post.deliver()
    assert post.sms.requests == []
    clock.at = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # seven in the morning
    await post.deliver()
    ((headers, body),) = post.sms.requests
    said = httpx.Response(200, content=body).json()
    assert headers["authorization"] == "Bearer khoa"
    assert said["phone"] == "+84912345678"
    assert headers["idempotency-key"] == said["id"]
    assert said["content"][0].startswith(f"{filed.code}: da tiep nhan")
    assert said["content"][0].isascii()
    assert len(said["content"][0]) <= 160


async def test_mail_is_sent_at_night_and_spares_the_phone(post: Post, process: Process, clock: FixedClock) -> None:
    clock.at = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    await a_report(process, reporter=BOTH)
    await post.all()
    assert [letter["To"] for letter in post.mailbox.letters] == ["b.tran@example.org"]
    clock.at += timedelta(days=1)
    await post.deliver()
    assert post.sms.requests == []


async def test_a_reporter_chooses_language_channel_and_silence_but_law_is_told(
    client: httpx.AsyncClient, post: Post, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS, reporter=BOTH)
    url = f"/api/v1/reports/{filed.code}/notices"
    wanted = {
        "language": "en",
        "channels": ["sms"],
        "wanted": False,
        "quiet_hours": {"since": "00:00", "until": "00:00"},
    }
    assert (await client.put(url, json=wanted)).status_code == 404
    assert (await client.put(url, json=wanted, headers=filed.owner)).status_code == 204
    await post.all()
    approver = await an_officer(process, Role.APPROVER)
    staff = f"/api/v1/staff/cases/{filed.code}"
    storm = {"cause": "force_majeure", "comment": "Bão."}
    for verb, body in (("pause", storm), ("resume", None)):
        tag = (await client.get(staff, headers=approver.headers)).headers["ETag"]
        done = await client.post(f"{staff}/{verb}", json=body, headers={**approver.headers, "If-Match": tag})
        assert done.status_code == 200, done.text
    await post.all()
    assert [(occasion, channel) for occasion, channel, _ in await rows(db)] == [("received", "sms"), ("resumed", "sms")]
    texts = [httpx.Response(200, content=body).json()["content"][0] for _, body in post.sms.requests]
    assert texts[0].startswith(f"{filed.code}: received")
    own = (await client.get(url, headers=filed.owner)).json()
    assert (own["language"], own["channels"], own["wanted"]) == ("en", ["sms"], False)
    assert [one["occasion"] for one in own["told"]] == ["resumed", "received"]
    assert "+84" not in str(own)
    seen = (await client.get(f"{staff}/notices", headers=approver.headers)).json()["items"]
    assert [one["state"] for one in seen] == ["sent", "sent"]
    assert "+84" not in str(seen)
    foreign = await an_officer(process, Role.OFFICER, unit="H23.32")
    assert (await client.get(f"{staff}/notices", headers=foreign.headers)).status_code == 404


async def test_a_browser_is_told_in_words_only_it_can_read_until_it_is_gone(
    client: httpx.AsyncClient, post: Post, process: Process, db: Database
) -> None:
    token = (await client.post("/api/v1/auth/devices")).json()["access_token"]
    mine = {"Authorization": f"Bearer {token}"}
    browser = Browser()
    device = browser.subscription(post.push.port, "abc")
    assert (await client.post("/api/v1/me/push-subscriptions", json=device, headers=mine)).status_code == 422
    process.settings.__dict__["webhook_private_addresses"] = True
    try:
        for _ in range(2):
            assert (await client.post("/api/v1/me/push-subscriptions", json=device, headers=mine)).status_code == 204
    finally:
        process.settings.__dict__["webhook_private_addresses"] = False
    sent = await client.post(
        "/api/v1/reports",
        json=LAMP,
        headers=mine,
    )
    await post.all()
    ((headers, body),) = post.push.requests
    said = browser.read(body)
    assert said["title"] == f"Đã tiếp nhận phản ánh {sent.json()['code']}"
    assert b"26/11" not in body
    assert headers["content-encoding"] == "aes128gcm"
    assert Vapid02.verify(headers["authorization"])
    reply = {"reason": "Đèn vẫn tối."}
    code = sent.json()["code"]
    assert (await client.post(f"/api/v1/reports/{code}/withdrawal", json=reply, headers=mine)).status_code == 200
    await client.post("/api/v1/reports", json=LAMP, headers=mine)
    post.push.statuses.append(410)
    await post.all()
    assert await db.lane.fetchval("SELECT count(*) FROM citizen_push_subscriptions") == 0, (
        "the browser is gone, and forgotten"
    )
    gone = {"endpoint": device["endpoint"]}
    answer = await client.request("DELETE", "/api/v1/me/push-subscriptions", json=gone, headers=mine)
    assert answer.status_code == 404


async def test_a_browser_that_wants_no_more_is_forgotten(client: httpx.AsyncClient, process: Process) -> None:
    mine = {"Authorization": f"Bearer {(await client.post('/api/v1/auth/devices')).json()['access_token']}"}
    key = (await client.get("/api/v1/push-key")).json()
    assert list(key) == ["key"]
    device = Browser().subscription(443, "abc")
    process.settings.__dict__["webhook_private_addresses"] = True
    try:
        assert (await client.post("/api/v1/me/push-subscriptions", json=device, headers=mine)).status_code == 204
    finally:
        process.settings.__dict__["webhook_private_addresses"] = False
    gone = {"endpoint": device["endpoint"]}
    for status in (204, 404):
        answer = await client.request("DELETE", "/api/v1/me/push-subscriptions", json=gone, headers=mine)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("answers", "states", "letters"),
    [
        (["451 4.7.1 greylisted"], ["waiting", "sent"], 1),
        (["550 5.7.1 not wanted"], ["failed", "failed"], 0),
        (["close"], ["waiting", "sent"], 2),  # law asks for it: twice is better than never
    ],
)
async def test_a_mail_server_may_behave_as_it_likes(
    post: Post, process: Process, db: Database, clock: FixedClock, answers: list[str], states: list[str], letters: int
) -> None:
    await a_report(process, reporter=MAIL)
    post.mailbox.answers += answers
    await post.all()
    found = [(await rows(db))[0][2]]
    clock.at += timedelta(minutes=2)
    await post.deliver()
    found.append((await rows(db))[0][2])
    assert found == states
    assert len(post.mailbox.letters) == letters
    assert len({letter["Message-ID"] for letter in post.mailbox.letters}) <= 1, "a resend is recognisably the same"


async def test_an_address_that_does_not_exist_is_not_tried_again_and_not_kept(
    post: Post, process: Process, db: Database, clock: FixedClock
) -> None:
    await a_report(process, reporter=ReporterIdentity(email="nobody@example.org"))
    await post.all()
    clock.at += timedelta(days=1)
    assert await post.deliver() == 0
    assert await rows(db) == [("received", "email", "failed")]
    kept = "SELECT count(*) FROM notices WHERE sealed_to IS NOT NULL"
    assert await db.lane.fetchval(kept) == 1, "it may be tried again by hand for a week"
    clock.at += timedelta(days=8)
    await loop.prune(process)
    assert (await db.lane.fetchval(kept), len(await rows(db))) == (0, 1)


@pytest.mark.parametrize(
    ("status", "state"), [(400, "failed"), (500, "waiting"), (429, "waiting"), (401, "waiting"), (0, "waiting")]
)
async def test_a_gateway_may_behave_as_it_likes(
    post: Post, process: Process, db: Database, status: int, state: str
) -> None:
    await a_report(process, reporter=PHONE)
    post.sms.statuses.append(status)
    await post.all()
    assert await rows(db) == [("received", "sms", state)]


async def test_what_need_not_be_told_is_not_sent_twice_when_nobody_knows_whether_it_went(
    client: httpx.AsyncClient, post: Post, process: Process, db: Database, clock: FixedClock
) -> None:
    filed = await a_case(process, S.IN_PROGRESS, reporter=PHONE)
    await post.all()
    approver = await an_officer(process, Role.APPROVER)
    storm = {"cause": "force_majeure", "comment": "Bão."}
    url = f"/api/v1/staff/cases/{filed.code}/pause"
    done = await client.post(url, json=storm, headers={**approver.headers, "If-Match": f'"{filed.version}"'})
    assert done.status_code == 200, done.text
    post.sms.statuses.append(0)
    await post.all()
    assert (await rows(db))[-1] == ("paused", "sms", "unknown")
    clock.at += timedelta(days=1)
    assert await post.deliver() == 0


async def test_a_worker_that_died_while_sending_leaves_the_legal_notice_to_another(
    post: Post, process: Process, db: Database, clock: FixedClock
) -> None:
    await a_report(process, reporter=MAIL)
    await post.handle()
    dead_at = clock.at + timedelta(minutes=10)
    await db.lane.fetch("UPDATE notices SET locked_until = $1, attempts = 1", dead_at)
    assert await post.deliver() == 0
    clock.at = dead_at + timedelta(seconds=1)
    await post.deliver()
    assert len(post.mailbox.letters) == 1
    await db.lane.fetch(
        "UPDATE notices SET state = 'waiting', legal = false, settled_at = NULL, begun = true, next_at = $1,"
        " locked_until = $1",
        clock.at,
    )
    clock.at += timedelta(seconds=1)
    assert await post.deliver() == 0
    assert [state for _, _, state in await rows(db)] == ["unknown"]
    assert await db.lane.fetchval("SELECT count(*) FROM notices WHERE sealed_to IS NOT NULL") == 0


async def test_couriers_at_once_send_each_notice_once(post: Post, process: Process) -> None:
    for number in range(30):
        await a_report(process, reporter=ReporterIdentity(email=f"p{number}@example.org"))
    await post.handle()
    await asyncio.gather(*(post.deliver() for _ in range(4)))
    assert len({letter["To"] for letter in post.mailbox.letters}) == len(post.mailbox.letters) == 30


async def test_a_unit_gets_one_letter_for_what_a_storm_brings(
    post: Post, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = [await a_report(process) for _ in range(70)]  # more than are claimed at once
    unit = process.books.directory.unit_by_code(HAIDUONG, filed[0].unit)
    unit.contact["email"] = "phuong@haiduong.example"  # type: ignore[index]
    try:
        await post.all()
        assert post.mailbox.letters == []
        clock.at += timedelta(minutes=10)
        await post.deliver()
    finally:
        del unit.contact["email"]  # type: ignore[attr-defined]
    (letter,) = post.mailbox.letters
    body = letter.get_body(("plain",))
    assert body is not None
    assert all(one.code in body.get_content() for one in filed)
    assert letter["To"] == "phuong@haiduong.example"


async def test_the_province_is_told_in_its_letter_that_an_endpoint_was_given_up(
    post: Post, process: Process, clock: FixedClock
) -> None:
    root = next(unit for unit in process.books.directory.units(HAIDUONG) if unit.parent_id is None)
    before = root.contact.get("email")
    root.contact["email"] = "tinh@haiduong.example"  # type: ignore[index]

    async def pause(work: Work) -> None:
        outbox.append(
            work,
            tenant_id=HAIDUONG,
            type="subscription.paused",
            subject_id=uuid7(work.now),
            subject_version=1,
            payload={"name": "Trung tâm điều hành", "reason": "unreachable"},
        )

    try:
        await in_work(process.db, process.clock, HAIDUONG, pause)
        await post.handle()
        clock.at += timedelta(minutes=10)
        await post.deliver()
    finally:
        if before is None:
            del root.contact["email"]  # type: ignore[attr-defined]
        else:
            root.contact["email"] = before  # type: ignore[index]
    (letter,) = post.mailbox.letters
    body = letter.get_body(("plain",))
    assert letter["To"] == "tinh@haiduong.example"
    assert body is not None
    assert "Nơi nhận sự kiện “Trung tâm điều hành” không trả lời" in body.get_content()


class Hung:
    """A channel that takes a message and never says what became of it."""

    def __init__(self) -> None:
        self.begun = 0

    async def send(self, message: Message) -> Attempt:
        """Never ends."""
        self.begun += 1
        await asyncio.Event().wait()
        raise AssertionError(message)

    async def close(self) -> None:
        """Nothing is held."""


async def _begun(hung: Hung, number: int) -> None:
    async with asyncio.timeout(20):
        while hung.begun < number:
            await asyncio.sleep(0.01)


async def test_what_is_read_last_is_what_holds(
    client: httpx.AsyncClient, post: Post, process: Process, db: Database, clock: FixedClock
) -> None:
    filed = await a_case(process, S.IN_PROGRESS, reporter=MAIL)
    await post.all()
    post.mailbox.letters.clear()
    approver = await an_officer(process, Role.APPROVER)
    staff = f"/api/v1/staff/cases/{filed.code}"
    late = {"due_on": "2026-12-09", "reason": "Chờ vật tư."}
    storm, money = ({"cause": cause, "comment": "Chờ."} for cause in ("force_majeure", "payment"))
    for verb, body in (("extend", late), ("pause", storm), ("resume", None), ("pause", money), ("resume", None)):
        tag = (await client.get(staff, headers=approver.headers)).headers["ETag"]
        done = await client.post(f"{staff}/{verb}", json=body, headers={**approver.headers, "If-Match": tag})
        assert done.status_code == 200, done.text
    await post.handle()
    post.mailbox.answers = ["451 4.2.1 later"]
    await post.deliver()
    assert post.mailbox.letters == [], "the others wait for the one that is tried again"
    clock.at += timedelta(hours=1)
    await post.deliver()
    subjects = [str(letter["Subject"]) for letter in post.mailbox.letters]
    apology, *others = subjects
    assert apology == f"Xin lỗi và hẹn lại ngày trả lời phản ánh {filed.code}", "no blank is lost where it is folded"
    assert [subject.split()[0] for subject in others] == ["Tạm", "Tính", "Tạm", "Tính"]
    whole = post.mailbox.letters[0].get_body(("plain",))
    assert whole is not None
    (checksum,) = [row["checksum"] for row in await db.lane.fetch("SELECT checksum FROM letters")]
    assert all(part in whole.get_content() for part in ("THƯ XIN LỖI", "Lý do: Chờ vật tư.", "09/12/2026", checksum))


async def test_a_worker_that_is_stopped_gives_back_what_it_had_not_begun_to_send(
    post: Post, process: Process, db: Database, clock: FixedClock
) -> None:
    for number in range(20):
        await a_report(process, reporter=ReporterIdentity(email=f"p{number}@example.org"))
    await post.handle()
    await db.lane.fetch("UPDATE notices SET legal = false")
    hung = Hung()
    stopped = Courier(
        db, clock, post.courier._keys, {Channel.EMAIL: hung}, directory=lambda: process.directory.current,
        pages=PAGES, attempted=lambda *_: None,
    )  # fmt: skip
    turn = asyncio.create_task(stopped.deliver([HAIDUONG]))
    await _begun(hung, 8)
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    await post.deliver()
    assert len(post.mailbox.letters) == 12, "at once, without waiting for the lease to end"
    clock.at += timedelta(minutes=11)
    await post.deliver()
    states = [state for _, _, state in await rows(db)]
    assert (states.count("sent"), states.count("unknown")) == (12, 8)
    assert await db.lane.fetchval("SELECT max(attempts) FROM notices WHERE state = 'sent'") == 1


async def test_a_channel_that_hangs_keeps_no_other_waiting(post: Post, process: Process) -> None:
    for number in range(10):
        await a_report(process, reporter=PHONE)
        await a_report(process, reporter=ReporterIdentity(email=f"p{number}@example.org"))
    await post.handle()
    hung = Hung()
    post.courier._senders = {**post.courier._senders, Channel.SMS: hung}
    turn = asyncio.create_task(post.courier.deliver([HAIDUONG], Channel.SMS))
    await _begun(hung, 8)
    assert await post.courier.deliver([HAIDUONG], Channel.EMAIL) == 10
    assert len(post.mailbox.letters) == 10
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)


async def test_a_gateway_that_drips_is_let_go_in_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b"H")
                await writer.drain()
                await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = SmsSender(f"http://127.0.0.1:{port}/", '{"to": "{to}"}', None, timeout_s=0.5)
    async with asyncio.timeout(20):
        attempt = await sender.send(Message(Channel.SMS, "+84900000000", "", "Xin chào", "1", "Hải Dương", None))
    assert attempt.outcome is Outcome.UNSURE
    await sender.close()
    server.close()


async def test_everyone_whose_report_was_merged_goes_on_being_told(
    client: httpx.AsyncClient, post: Post, process: Process, db: Database
) -> None:
    one = await a_case(process, S.IN_PROGRESS, reporter=MAIL)
    other = await a_case(process, S.IN_PROGRESS, reporter=BOTH)
    approver = await an_officer(process, Role.APPROVER)
    heads = {**approver.headers, "If-Match": f'"{other.version}"'}
    url = f"/api/v1/staff/cases/{other.code}/merge"
    assert (await client.post(url, json={"into": one.code}, headers=heads)).status_code == 200
    await post.all()
    post.mailbox.letters.clear()
    staff = f"/api/v1/staff/cases/{one.code}"
    tag = (await client.get(staff, headers=approver.headers)).headers["ETag"]
    answer = {"resolution": "fixed", "answer": "Đã thay bóng đèn."}
    done = await client.post(f"{staff}/resolve", json=answer, headers={**approver.headers, "If-Match": tag})
    assert done.status_code == 200, done.text
    await post.all()
    assert sorted((letter["To"], letter["Subject"].split()[-1]) for letter in post.mailbox.letters) == [
        ("a.nguyen@example.org", one.code),
        ("b.tran@example.org", other.code),
    ]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # of the test's own server
async def test_a_mail_server_that_wants_a_password_gets_it(clock: FixedClock) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, authenticator=mailbox.authenticate, auth_required=True, auth_require_tls=False) as port:
        relay = Relay.of(f"smtp://tinh:mat%20khau@127.0.0.1:{port}", "phananh@haiduong.example")
        wrong = Relay.of(f"smtp://tinh:sai@127.0.0.1:{port}", "phananh@haiduong.example")
        message: dict[str, Any] = {
            "channel": Channel.EMAIL,
            "to": "a@example.org",
            "subject": "Thử",
            "body": "Thử",
            "reference": "r",
            "sender_name": "Liên Thông",
        }
        said = await MailSender(relay, clock, timeout_s=5).send(Message(**message))
        assert said.outcome is Outcome.TAKEN
        refused = await MailSender(wrong, clock, timeout_s=5).send(Message(**message))
        assert refused.outcome is Outcome.LATER, "our own mistake is mended, not given up"
    assert mailbox.users == ["tinh", "tinh"]


async def test_a_letters_link_switches_off_what_need_not_be_told_and_nothing_else(
    client: httpx.AsyncClient, post: Post, process: Process
) -> None:
    filed = await a_case(process, S.IN_PROGRESS, reporter=MAIL)
    approver = await an_officer(process, Role.APPROVER)
    staff = f"/api/v1/staff/cases/{filed.code}"
    storm = {"cause": "force_majeure", "comment": "Bão."}
    hands = {**approver.headers, "If-Match": f'"{filed.version}"'}
    assert (await client.post(f"{staff}/pause", json=storm, headers=hands)).status_code == 200
    await post.all()
    (letter,) = (one for one in post.mailbox.letters if one["List-Unsubscribe"])
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["List-Unsubscribe"].strip("<>").removeprefix(PAGES)
    shown = await client.get(link)
    assert (shown.status_code, "Tắt các thông báo khác" in shown.text) == (200, True)
    assert (await client.post(f"{link[:-2]}AA")).status_code == 404
    done = await client.post(link, content="List-Unsubscribe=One-Click")
    assert (done.status_code, "Đã tắt thông báo" in done.text) == (200, True)
    own = (await client.get(f"/api/v1/reports/{filed.code}/notices", headers=filed.owner)).json()
    assert own["wanted"] is False


async def test_a_sender_chooses_on_a_page_how_to_be_told(
    client: httpx.AsyncClient, post: Post, process: Process
) -> None:
    filed = await a_case(process, S.IN_PROGRESS, reporter=BOTH)
    await post.all()
    page = f"/follow/{filed.code}/notices"
    assert (await client.get(page)).status_code == 303
    assert (await client.post(page, data={"language": "en"})).status_code == 303
    opened = await client.post("/follow", data={"code": filed.code, "secret": filed.secret})
    assert opened.status_code == 303
    shown = await client.get(page)
    assert (shown.status_code, shown.text.count("checked")) == (200, 5), "all there is, in Vietnamese"
    assert "thư điện tử" in shown.text
    wrong = await client.post(page, data={"language": "vi", "since": "25:00", "until": "07:00"})
    assert (wrong.status_code, 'value="25:00"' in wrong.text) == (422, True)
    kept = await client.post(page, data={"language": "en", "channels": ["sms"], "since": "20:00", "until": "06:00"})
    assert kept.status_code == 303
    own = (await client.get(f"/api/v1/reports/{filed.code}/notices", headers=filed.owner)).json()
    assert own["quiet_hours"] == {"since": "20:00", "until": "06:00"}
    assert (own["language"], own["channels"], own["wanted"]) == ("en", ["sms"], False)
