"""`Idempotency-Key`: repeat freely on a weak network; one key and body never make two of anything."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity import service as identity_service
from app.kit.clock import FixedClock
from app.kit.ids import uuid7
from app.process import Process
from tests.builders import HAIDUONG, a_case

URL = "/api/v1/reports"
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}
KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}


async def count(db: Database, table: str) -> int:
    found: int = await db.lane.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def test_the_same_key_and_body_get_the_same_answer_and_the_same_secret(
    client: httpx.AsyncClient, db: Database, clock: FixedClock
) -> None:
    first = await client.post(URL, json=LAMP, headers=KEY)
    clock.at = clock.at.replace(day=21)
    reordered = dict(reversed(LAMP.items()))
    quoted = {"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'}  # the draft standard writes it as a quoted string
    for body, headers in ((LAMP, KEY), (reordered, KEY), (LAMP, quoted)):
        again = await client.post(URL, json=body, headers=headers)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again.headers["location"] == first.headers["location"]
    assert first.json()["tracking_secret"]
    assert await count(db, "reports") == await count(db, "cases") == await count(db, "outbox_messages") == 1


async def test_nothing_that_is_sent_again_is_an_error_of_the_database(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    """Its log is for what went wrong: it would tell of each weak network."""
    by_id = {"Device-Key": "k" * 32}, {**LAMP, "id": str(uuid7(process.clock.now()))}
    said: list[Any] = []
    for headers, body in ((KEY, LAMP), by_id):
        first = await client.post(URL, json=body, headers=headers)
        assert first.status_code == 201, first.text
        connections = list(process.db.lane._idle)
        for connection in connections:
            connection.add_query_logger(said.append)
        again = await client.post(URL, json=body, headers=headers)
        for connection in connections:
            connection.remove_query_logger(said.append)
        assert again.json() == first.json()
    assert sum("INSERT INTO cases" in one.query for one in said) == 2, "they were tried"
    assert [one.exception for one in said if one.exception is not None] == []
    assert await count(db, "reports") == await count(db, "cases") == await count(db, "outbox_messages") == 2


async def test_a_key_is_the_accounts_whatever_token_it_comes_with(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    async def enter(work: Work) -> list[str]:
        citizens = [identity_service.add_citizen(work) for _ in range(2)]
        await work.settle()
        one, other = citizens
        return [
            identity_service.open_session(work, HAIDUONG, who, user_agent="").access_token for who in (one, one, other)
        ]

    first, fresh, others = [
        {**KEY, "Authorization": f"Bearer {token}"} for token in await in_work(db, process.clock, None, enter)
    ]
    codes = [(await client.post(URL, json=LAMP, headers=who)).json()["code"] for who in (first, fresh, others)]
    assert codes[0] == codes[1] != codes[2]
    assert await count(db, "reports") == 2
    said = [
        await client.post(f"{URL}/{codes[0]}/replies", json={"text": "Gần cổng trường."}, headers=who)
        for who in (first, fresh)
    ]
    assert [(one.status_code, one.json()) for one in said] == [(200, said[0].json())] * 2
    assert await db.lane.fetchval("SELECT count(*) FROM timeline_entries WHERE text = 'Gần cổng trường.'") == 1


async def test_the_secret_is_in_no_table(client: httpx.AsyncClient, db: Database) -> None:
    secret = (await client.post(URL, json=LAMP, headers=KEY)).json()["tracking_secret"]
    for table in ("idempotency_keys", "reports", "cases", "outbox_messages", "timeline_entries"):
        stored = await db.lane.fetchval(f"SELECT string_agg(kept::text, '') FROM {table} AS kept")
        assert secret not in stored
        assert secret.replace("-", "") not in stored


async def test_the_same_key_with_another_body_is_refused(client: httpx.AsyncClient, db: Database) -> None:
    await client.post(URL, json=LAMP, headers=KEY)
    titles = set()
    for lang in ("vi", "en"):
        other = {**LAMP, "description": "Ổ gà sâu."}
        answer = await client.post(URL, json=other, headers={**KEY, "Accept-Language": lang})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
        titles.add(answer.json()["title"])
    assert len(titles) == 2
    assert await count(db, "reports") == 1


async def test_another_persons_key_is_another_key(client: httpx.AsyncClient, db: Database) -> None:
    tokens = [(await client.post("/api/v1/auth/devices")).json()["access_token"] for _ in range(2)]
    codes = set()
    for headers in ({}, *({"Authorization": f"Bearer {token}"} for token in tokens)):
        answer = await client.post(URL, json=LAMP, headers={**KEY, **headers})
        assert answer.status_code == 201
        codes.add(answer.json()["code"])
        assert (answer.json().get("tracking_secret") is None) is bool(headers)
    assert len(codes) == await count(db, "reports") == 3


async def test_a_refused_report_keeps_its_key_free(client: httpx.AsyncClient, db: Database) -> None:
    wrong = await client.post(URL, json={**LAMP, "category": "lighting.lampp"}, headers=KEY)
    assert wrong.status_code == 422
    assert (await client.post(URL, json=LAMP, headers=KEY)).status_code == 201
    assert await count(db, "reports") == 1


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 201, "khoá-của-tôi-không-phải-ascii".encode(), "tab\there-and-more"]
)
async def test_a_key_that_is_none_is_refused(client: httpx.AsyncClient, db: Database, key: str | bytes) -> None:
    answer = await client.post(
        URL, json=LAMP, headers=[(b"Idempotency-Key", key if isinstance(key, bytes) else key.encode())]
    )
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/unreadable-idempotency-key")
    assert await count(db, "reports") == 0


async def test_without_a_key_every_post_is_a_report(client: httpx.AsyncClient, db: Database) -> None:
    codes = {(await client.post(URL, json=LAMP)).json()["code"] for _ in range(3)}
    assert len(codes) == await count(db, "reports") == 3
    assert await count(db, "idempotency_keys") == 0


async def test_a_repeated_reply_is_written_once(client: httpx.AsyncClient, process: Process, db: Database) -> None:
    filed = await a_case(process, CaseState.AWAITING_REPORTER)
    url = f"{URL}/{filed.code}/replies"
    answers = [await client.post(url, json={"text": "Cột số 5."}, headers={**filed.owner, **KEY}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == answers[1].json() == answers[2].json()
    replies = await db.lane.fetchval("SELECT count(*) FROM timeline_entries WHERE type = 'case.reporter_replied'")
    assert replies == 1
    other = await client.post(url, json={"text": "Cột số 6."}, headers={**filed.owner, **KEY})
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


async def test_a_refused_reply_keeps_its_key_free(client: httpx.AsyncClient, process: Process, db: Database) -> None:
    filed = await a_case(process)
    url = f"{URL}/{filed.code}/rating"
    refused = await client.post(url, json={"stars": 5}, headers={**filed.owner, **KEY})
    assert refused.status_code == 409
    assert await count(db, "idempotency_keys") == 0
