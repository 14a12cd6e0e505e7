"""Two sessions at once on one case: one goes first, the other is told, and nothing is ever half-done."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.cases import service as cases
from app.cases.repository import take_numbers
from app.cases.service import CodeBook
from app.cases.terms import CaseState
from app.db.engine import Database
from app.db.work import Work, in_work
from app.kit.clock import FixedClock, local_day
from app.process import Process
from app.worker import sweeps
from tests.builders import (
    EVERY_HAND,
    HAIDUONG,
    PROVINCE,
    Filed,
    a_case,
    a_report,
    acting,
    an_officer,
    someone,
    standing,
)

S = CaseState
STAFF, CITIZEN = "/api/v1/staff/cases", "/api/v1/reports"
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}


async def consistent(db: Database) -> None:
    """Every version of every case has exactly one fact in the history and one message in the outbox."""
    rows = await db.lane.fetch(
        """
        SELECT c.code, c.version,
          (SELECT count(*) FROM timeline_entries e WHERE e.case_id = c.id AND e.type <> 'case.comment') AS entries,
          (SELECT count(DISTINCT case_version) FROM timeline_entries e WHERE e.case_id = c.id) AS versions,
          (SELECT count(*) FROM outbox_messages m WHERE m.subject_id = c.id) AS messages
        FROM cases c
        """
    )
    for row in rows:
        assert row["version"] == row["entries"] == row["versions"] == row["messages"], dict(row)


@pytest.mark.parametrize("verb", ["accept", "refer", "note"])
async def test_of_two_officers_with_one_version_one_wins_and_the_other_gets_412(
    client: httpx.AsyncClient, process: Process, db: Database, verb: str
) -> None:
    bodies = {"refer": {"unit": "H23.21.02", "reason": "wrong_place"}, "note": {"text": "Đã gọi."}}
    one, other = [await an_officer(process, *EVERY_HAND, unit=PROVINCE) for _ in range(2)]
    if verb == "accept":
        one, other = [await an_officer(process) for _ in range(2)]
    for _ in range(3):
        filed = await a_case(process)
        answers = await asyncio.gather(
            *(
                client.post(
                    f"{STAFF}/{filed.code}/{verb}", json=bodies.get(verb), headers={**who.headers, **filed.seen}
                )
                for who in (one, other)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        stale = next(answer.json() for answer in answers if answer.status_code == 412)
        assert stale["current_version"] == filed.version + 1
    await consistent(db)


async def test_merging_crosswise_never_deadlocks(client: httpx.AsyncClient, process: Process, db: Database) -> None:
    officers = [await an_officer(process) for _ in range(2)]
    for _ in range(5):
        pair = [await a_case(process), await a_case(process)]
        answers = await asyncio.gather(
            *(
                client.post(
                    f"{STAFF}/{here.code}/merge", json={"into": there.code}, headers={**who.headers, **here.seen}
                )
                for who, here, there in zip(officers, pair, pair[::-1], strict=True)
            )
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses in ([200, 409], [200, 412]), [answer.text for answer in answers]
    merged = await db.lane.fetchval("SELECT count(*) FROM cases WHERE merged_into_id IS NOT NULL")
    assert merged == 5
    await consistent(db)


async def test_one_key_posted_ten_times_at_once_makes_one_report_and_ten_equal_answers(
    client: httpx.AsyncClient, db: Database
) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(*(client.post(CITIZEN, json=LAMP, headers=headers) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert answers[0].json()["tracking_secret"]
    assert await db.lane.fetchval("SELECT count(*) FROM reports") == 1
    await consistent(db)


async def test_one_key_of_a_reply_posted_ten_times_at_once_makes_one_reply(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.AWAITING_REPORTER)
    headers = {**filed.owner, "Idempotency-Key": str(uuid4())}
    url = f"{CITIZEN}/{filed.code}/replies"
    answers = await asyncio.gather(*(client.post(url, json={"text": "Cột 5."}, headers=headers) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    replies = await db.lane.fetchval("SELECT count(*) FROM timeline_entries WHERE type = 'case.reporter_replied'")
    assert replies == 1
    await consistent(db)


async def test_replies_at_once_are_all_kept_each_as_a_version_of_its_own(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.AWAITING_REPORTER)
    url = f"{CITIZEN}/{filed.code}/replies"
    answers = await asyncio.gather(
        *(client.post(url, json={"text": f"Ảnh {number}."}, headers=filed.owner) for number in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    own = (await client.get(f"{CITIZEN}/{filed.code}", headers=filed.owner)).json()
    texts = [entry["text"] for entry in own["timeline"] if entry["type"] == "case.reporter_replied"]
    assert sorted(texts) == [f"Ảnh {number}." for number in range(8)]
    versions = [entry["case_version"] for entry in own["timeline"]]
    assert versions == list(range(1, len(versions) + 1))
    await consistent(db)


async def test_whatever_meets_on_a_chain_of_merged_cases_ends_in_an_answer(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    officer = await an_officer(process, *EVERY_HAND)
    at_work = someone(process)
    for _ in range(3):
        low, high = await a_case(process), await a_case(process)  # the later one has the higher id
        merged = await acting(process, cases.merge_case, at_work, code=high.code, seen=high.version, into=low.code)
        now = standing(process, high, merged)
        hands = {**officer.headers, **now.seen}
        answers = await asyncio.gather(
            client.post(f"{STAFF}/{high.code}/unmerge", headers=hands),
            client.post(f"{CITIZEN}/{high.code}/replies", json={"text": "Vẫn tối."}, headers=high.owner),
            client.post(f"{STAFF}/{low.code}/merge", json={"into": high.code}, headers={**officer.headers, **low.seen}),
            client.post(f"{CITIZEN}/{low.code}/replies", json={"text": "Tối quá."}, headers=low.owner),
        )
        assert {answer.status_code for answer in answers} <= {200, 409, 412, 503}, [answer.text for answer in answers]
    await consistent(db)


async def test_concurrent_sweeps_mark_every_overdue_case_once(
    process: Process, db: Database, clock: FixedClock
) -> None:
    filed = [await a_case(process) for _ in range(12)]
    done = await a_case(process, S.CLOSED)
    clock.at += timedelta(days=30)
    await asyncio.gather(*(sweeps.sweep(process) for _ in range(4)))
    entries = await db.lane.fetch(
        "SELECT c.code FROM timeline_entries e JOIN cases c ON c.id = e.case_id WHERE e.type = 'case.overdue'"
    )
    assert sorted(row["code"] for row in entries) == sorted(case.code for case in filed)
    assert done.code not in {row["code"] for row in entries}
    await sweeps.sweep(process)
    assert await db.lane.fetchval("SELECT count(*) FROM timeline_entries WHERE type = 'case.overdue'") == 12
    await consistent(db)


async def test_codes_never_repeat_over_processes_and_days(process: Process, db: Database, clock: FixedClock) -> None:
    tenant = process.books.directory.tenant(HAIDUONG)
    books = [CodeBook(db) for _ in range(4)]
    days = [clock.now(), clock.now() + timedelta(days=1)]
    codes = await asyncio.gather(
        *(book.next_code(tenant, days[turn // 10 % 2]) for turn in range(50) for book in books)
    )
    assert len(set(codes)) == len(codes) == 200
    assert {code.rsplit("-", 1)[0] for code in codes} == {"H23-261120", "H23-261121"}
    assert all(len(code.rsplit("-", 1)[1]) >= 4 for code in codes)  # more once a restore has left out thousands


async def test_a_day_of_more_than_9999_reports_gets_longer_numbers(
    process: Process, db: Database, clock: FixedClock
) -> None:
    tenant = process.books.directory.tenant(HAIDUONG)
    later = clock.now() + timedelta(days=365)
    await take_numbers(db, HAIDUONG, tenant.agency_code, local_day(later, tenant.time_zone), 9998)
    book = CodeBook(db)
    assert [await book.next_code(tenant, later) for _ in range(3)] == [
        f"H23-271120-{number}" for number in ("9999", "10000", "10001")
    ]


async def test_the_day_of_a_code_is_the_provinces_own(process: Process, db: Database, clock: FixedClock) -> None:
    tenant = process.books.directory.tenant(HAIDUONG)
    book = CodeBook(db)
    before_midnight = clock.now().replace(hour=16, minute=59)
    assert (await book.next_code(tenant, before_midnight)).startswith("H23-261120-")
    assert (await book.next_code(tenant, before_midnight + timedelta(minutes=1))).startswith("H23-261121-")


async def test_the_facts_of_a_case_ascend_when_a_clock_is_set_back(
    client: httpx.AsyncClient, process: Process, db: Database, clock: FixedClock
) -> None:
    officer = await an_officer(process)
    clock.at += timedelta(hours=1)
    filed: Filed = await a_report(process)
    clock.at -= timedelta(hours=1)
    etag = f'"{filed.version}"'
    for number in range(3):
        body = {"text": f"Ghi chú {number}"}
        answer = await client.post(
            f"{STAFF}/{filed.code}/note", json=body, headers={**officer.headers, "If-Match": etag}
        )
        assert answer.status_code == 200, answer.text
        etag = answer.headers["etag"]
    rows = await db.lane.fetch("SELECT at, case_version FROM timeline_entries ORDER BY id")
    assert [row["case_version"] for row in rows] == [1, 2, 3, 4]
    instants = [row["at"] for row in rows]
    assert instants == sorted(set(instants))
    messages = await db.lane.fetch("SELECT subject_version FROM outbox_messages ORDER BY id")
    assert [row["subject_version"] for row in messages] == [1, 2, 3, 4]


async def test_facts_written_in_one_millisecond_keep_their_order(process: Process, db: Database) -> None:
    filed = await a_report(process)
    at_work = someone(process)
    seen = filed.version
    for number in range(5):  # the clock of the tests stands still
        noted = await acting(
            process, cases.add_note, at_work, code=filed.code, seen=seen, text=str(number), for_unit_only=False
        )
        seen = noted.version
    rows = await db.lane.fetch("SELECT case_version FROM timeline_entries ORDER BY id")
    assert [row["case_version"] for row in rows] == list(range(1, 7))


async def test_a_verb_that_fails_after_its_decision_leaves_nothing(process: Process, db: Database) -> None:
    filed = await a_report(process)
    at_work = someone(process)

    async def broken(work: Work) -> None:
        await cases.accept_case(work, at_work, filed.code, seen=filed.version, books=process.books)
        await work.settle()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await in_work(process.db, process.clock, HAIDUONG, broken)
    assert await db.lane.fetchval("SELECT version FROM cases") == filed.version
    await consistent(db)
