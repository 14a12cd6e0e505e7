"""Handing a report in: three ways to say where, and everything that must be refused with nothing written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.db.engine import Database
from app.kit.clock import FixedClock, rfc3339
from tests.builders import CAM_THUONG

URL = "/api/v1/reports"
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường trước số 12 phố Cẩm Thượng không sáng ba hôm nay.",
    "location": {"lat": 20.9467, "lon": 106.3134, "accuracy_m": 15},
}
WRITTEN = ("cases", "reports", "timeline_entries", "outbox_messages", "idempotency_keys", "reporter_identities")


def lamp(**changes: Any) -> dict[str, Any]:
    """A good report but for `changes`; None leaves a member out."""
    return {name: value for name, value in {**LAMP, **changes}.items() if value is not None}


async def written(db: Database) -> int:
    """How many rows an intake has left anywhere."""
    return sum([await db.lane.fetchval(f"SELECT count(*) FROM {table}") for table in WRITTEN])


# -- where


@pytest.mark.parametrize(
    ("where", "confidence"),
    [
        ({"location": LAMP["location"]}, {"approximate", "inside", "exact", "certain", "sure", "boundary", "centroid"}),
        ({"location": None, "area_code": "10507"}, {"stated"}),
        ({"location": None, "address": "12 phố Cẩm Thượng, P. Cẩm Thượng, TP Hải Dương"}, {"approximate"}),
    ],
    ids=["pin", "area", "address"],
)
async def test_a_report_reaches_one_unit_by_pin_by_area_and_by_address(
    client: httpx.AsyncClient, db: Database, where: dict[str, Any], confidence: set[str]
) -> None:
    answer = await client.post(URL, json=lamp(**where))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["responsible_unit"]["code"] == CAM_THUONG
    assert [body["area"][tier]["code"] for tier in ("commune", "district", "province")] == ["10507", "288", "30"]
    assert body["routing"]["confidence"] in confidence
    assert body["routing"]["reason"]["vi"] != body["routing"]["reason"]["en"]
    assert body["state"] == "received"
    assert body["code"].startswith("H23-261120-")
    assert answer.headers["location"] == body["links"]["self"] == f"{URL}/{body['code']}"
    assert answer.headers["cache-control"] == "no-store"
    assert body["due_at"] > body["received_at"]
    case = await db.lane.fetchrow("SELECT * FROM cases")
    report = await db.lane.fetchrow("SELECT * FROM reports")
    assert case is not None
    assert report is not None
    assert (case["code"], case["original_due_at"], report["case_id"]) == (body["code"], case["due_at"], case["id"])
    assert report["description"] == LAMP["description"]
    types = await db.lane.fetch("SELECT type FROM outbox_messages UNION ALL SELECT type FROM timeline_entries")
    assert [row["type"] for row in types] == ["case.opened"] * 2


async def test_a_sender_near_a_border_chooses_among_the_neighbours(client: httpx.AsyncClient) -> None:
    first = (await client.post(URL, json=lamp(location={**LAMP["location"], "accuracy_m": 900}))).json()
    near = first["routing"]["neighbours"]
    assert near
    chosen = await client.post(URL, json=lamp(location={**LAMP["location"], "accuracy_m": 900}, area_code=near[0]))
    assert chosen.json()["area"]["commune"]["code"] == near[0]
    assert chosen.json()["routing"]["confidence"] == "stated"
    far = await client.post(URL, json=lamp(area_code="11245"))
    assert (far.status_code, far.json()["type"]) == (422, "/problems/area-mismatch")
    assert {"code": "10507", "name": "Phường Cẩm Thượng"} in far.json()["possible"]


async def test_text_is_kept_as_it_was_written_in_one_normal_form(client: httpx.AsyncClient, db: Database) -> None:
    decomposed = "  Ổ gà sâu\n\ttrước cổng 🏫 trường.  "
    assert (await client.post(URL, json=lamp(description=decomposed))).status_code == 201
    row = await db.lane.fetchrow("SELECT r.description, c.summary FROM reports r JOIN cases c ON c.id = r.case_id")
    assert row is not None
    assert row["description"] == "Ổ gà sâu\n\ttrước cổng 🏫 trường."
    assert row["summary"] == "Ổ gà sâu trước cổng 🏫 trường."


async def test_four_thousand_characters_are_taken_in_and_one_more_is_not(
    client: httpx.AsyncClient, db: Database
) -> None:
    assert (await client.post(URL, json=lamp(description="ổ" * 4000))).status_code == 201
    before = await written(db)
    answer = await client.post(URL, json=lamp(description="ổ" * 4001))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/description", "detail": "Nội dung dài quá 4000 ký tự."}]
    assert await written(db) == before


async def test_a_complaint_is_diverted_with_guidance_and_is_never_public(
    client: httpx.AsyncClient, db: Database
) -> None:
    for changes in ({"category": "complaint.act"}, {"kind": "denunciation"}):
        answer = await client.post(URL, json=lamp(**changes))
        body = answer.json()
        assert (answer.status_code, body["state"]) == (201, "closed")
        assert body["guidance"]["vi"]
        assert body["guidance"]["en"]
        row = await db.lane.fetchrow("SELECT * FROM cases WHERE code = $1", body["code"])
        assert row is not None
        found = (row["resolution"], row["publication"], row["publication_policy"])
        assert found == ("diverted", "withheld", "never")
        assert (await client.get(body["links"]["self"])).status_code == 404
        own = await client.get(body["links"]["self"], headers={"Tracking-Secret": body["tracking_secret"]})
        assert own.json()["answer"] == body["guidance"]["vi"]


async def test_an_answer_that_tells_of_danger_gets_the_short_target(client: httpx.AsyncClient) -> None:
    calm, urgent = [
        (await client.post(URL, json=lamp(category="roads.pothole", answers={"danger": danger}))).json()
        for danger in (False, True)
    ]
    assert urgent["due_at"] < calm["due_at"]


# -- what is refused

BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "no text": (lamp(description=None), 422, "invalid"),
    "empty text": (lamp(description=""), 422, "invalid"),
    "only white space": (lamp(description=" \n\t "), 422, "invalid"),
    "control characters": (lamp(description="Đèn\u0000\u0007 hỏng"), 422, "invalid"),
    "text that reads otherwise than it is stored": (lamp(description="Đèn \u202ehỏng"), 422, "invalid"),
    "a number for a text": (lamp(description=12), 422, "invalid"),
    "no category": (lamp(category=None), 422, "invalid"),
    "unknown category": (lamp(category="lighting.street_lampp"), 422, "unknown-category"),
    "a category that is no code": (lamp(category="đèn đường"), 422, "invalid"),
    "unknown kind": (lamp(kind="rumour"), 422, "invalid"),
    "unknown channel": (lamp(channel="pigeon"), 422, "invalid"),
    "nowhere": (lamp(location=None), 422, "place-needed"),
    "zero zero": (lamp(location={"lat": 0, "lon": 0}), 422, "point-zero"),
    "exchanged": (lamp(location={"lat": 106.3134, "lon": 20.9467}), 422, "point-swapped"),
    "Paris": (lamp(location={"lat": 48.85, "lon": 2.35}), 422, "point-outside-vietnam"),
    "another province": (lamp(location={"lat": 10.77, "lon": 106.7}), 422, "point-outside-tenant"),
    "the open sea": (lamp(location={"lat": 12.5, "lon": 112.5}), 422, "point-in-no-area"),
    "far too large": (lamp(location={"lat": 1e300, "lon": -1e300}), 422, "point-not-finite"),
    "half a point": (lamp(location={"lat": 20.9}), 422, "invalid"),
    "a point in words": (lamp(location={"lat": "phía bắc", "lon": 106.3}), 422, "invalid"),
    "accuracy below zero": (lamp(location={"lat": 20.9467, "lon": 106.3134, "accuracy_m": -1}), 422, "invalid"),
    "accuracy without end": (lamp(location={"lat": 20.9467, "lon": 106.3134, "accuracy_m": 1e9}), 422, "invalid"),
    "unknown area": (lamp(location=None, area_code="99999"), 422, "area-outside-tenant"),
    "an area of another province": (lamp(location=None, area_code="00001"), 422, "area-outside-tenant"),
    "an unknown question": (lamp(answers={"colour": "red"}), 422, "invalid-answers"),
    "an answer of the wrong kind": (lamp(answers={"lamps_out": "many"}), 422, "invalid-answers"),
    "an answer that is no number": (lamp(answers={"lamps_out": 10**400}), 422, "invalid-answers"),
    "an answer full of control characters": (lamp(answers={"pole_number": "a\u0000b"}), 422, "invalid-answers"),
    "too many answers": (lamp(answers={f"q{number}": 1 for number in range(31)}), 422, "invalid"),
    "an answer that is a list": (lamp(answers={"pole_number": [1, 2]}), 422, "invalid"),
    "a phone that is none": (lamp(reporter={"phone": "call me"}), 422, "invalid-contact"),
    "an address that is none": (lamp(reporter={"email": "nobody"}), 422, "invalid-contact"),
    "a member nobody knows": (lamp(priority="urgent"), 422, "invalid"),
    "a state of one's own": (lamp(state="closed", unit="H23"), 422, "invalid"),
    "a time without a zone": (lamp(captured_at="2026-11-20T10:00:00"), 422, "invalid"),
    "a time that is none": (lamp(captured_at="yesterday"), 422, "invalid"),
    "a list": ([LAMP], 422, "invalid"),  # type: ignore[dict-item]
    "a string": ("đèn hỏng", 422, "invalid"),  # type: ignore[dict-item]
    "nothing": (None, 422, "invalid"),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("name", BAD)
async def test_a_report_with(client: httpx.AsyncClient, db: Database, name: str) -> None:
    body, status, slug = BAD[name]
    await refused_in_both_languages(client, db, status, slug, json=body)


RAW: dict[str, tuple[bytes, int, str]] = {
    "half a document": (b'{"category": "lighting', 400, "unreadable-body"),
    "bytes that are no text": (b'{"category": "\xff\xfe"}', 400, "unreadable-body"),
    "a bare control character": (b'{"category": "other", "description": "a\x01b"}', 400, "unreadable-body"),
    "a hundred thousand brackets": (b"[" * 100_000, 400, "unreadable-body"),
    "a hundred thousand nested members": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "unreadable-body"),
    "a lone surrogate": (
        b'{"category": "other", "description": "a\\ud800b", "area_code": "10507"}',
        422,
        "invalid",
    ),
    "a lone surrogate for a name": (
        b'{"category": "other", "description": "a", "area_code": "10507", "\\ud800": 1}',
        422,
        "invalid",
    ),
    "a lone surrogate for a question": (
        b'{"category": "other", "description": "a", "area_code": "10507", "answers": {"\\ud800": 1}}',
        422,
        "invalid",
    ),
    "not a number": (
        b'{"category": "other", "description": "a", "location": {"lat": NaN, "lon": NaN}}',
        422,
        "point-not-finite",
    ),
    "infinity": (
        b'{"category": "other", "description": "a", "location": {"lat": 1e999, "lon": -Infinity}}',
        422,
        "point-not-finite",
    ),
    "a number of five thousand digits": (
        b'{"category": "other", "description": "a", "location": {"lat": ' + b"9" * 5000 + b', "lon": 106}}',
        400,
        "unreadable-body",
    ),
    "an answer without end": (
        b'{"category": "lighting.street_lamp", "description": "a", "address": "a", "answers": {"lamps_out": NaN}}',
        422,
        "invalid-answers",
    ),
}


@pytest.mark.parametrize("name", RAW)
async def test_a_body_of(client: httpx.AsyncClient, db: Database, name: str) -> None:
    body, status, slug = RAW[name]
    await refused_in_both_languages(
        client, db, status, slug, content=body, headers={"Content-Type": "application/json"}
    )


async def refused_in_both_languages(
    client: httpx.AsyncClient,
    db: Database,
    status: int,
    slug: str,
    *,
    headers: dict[str, str] | None = None,
    **request: Any,
) -> None:
    """The refusal is the one meant, a person can read it in both languages, and nothing at all was written."""
    said = []
    for lang in ("vi", "en"):
        answer = await client.post(URL, headers={**(headers or {}), "Accept-Language": lang}, **request)
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (status, f"/problems/{slug}"), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == lang
        assert (problem["status"], problem["instance"]) == (status, URL)
        said.append((problem["title"], problem["detail"]))
    assert said[0][0] != said[1][0]
    assert said[0][1] != said[1][1]
    assert await written(db) == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_a_body_of_another_content_type_is_refused(client: httpx.AsyncClient, db: Database, kind: str) -> None:
    body = b"category=lighting.street_lamp&description=toi"
    await refused_in_both_languages(client, db, 422, "invalid", content=body, headers={"Content-Type": kind})


async def test_fifty_megabytes_are_refused_before_they_are_read(client: httpx.AsyncClient, db: Database) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(50):
            sent += 1
            yield b" " * 1_000_000

    headers = {"Content-Type": "application/json"}
    await refused_in_both_languages(
        client, db, 413, "too-large", content=b" ", headers={**headers, "Content-Length": str(50_000_000)}
    )
    chunked = await client.post(URL, content=endless(), headers=headers)
    assert (chunked.status_code, chunked.json()["type"]) == (413, "/problems/too-large")
    assert sent <= 3
    assert await written(db) == 0


async def test_a_clock_that_runs_a_little_ahead_is_forgiven(client: httpx.AsyncClient, clock: FixedClock) -> None:
    ahead = clock.now() + timedelta(hours=23)
    answer = await client.post(URL, json=lamp(captured_at=ahead.isoformat()))
    assert answer.status_code == 201
    assert answer.json()["received_at"] == rfc3339(clock.now())


async def test_field_errors_point_at_every_value_that_is_wrong(client: httpx.AsyncClient) -> None:
    body: dict[str, Any] = {"category": "other", "location": {"lat": "x", "lon": 1}, "a/b~c": 1}
    problem = (await client.post(URL, json=body)).json()
    assert {error["pointer"] for error in problem["errors"]} == {"/description", "/location/lat", "/a~1b~0c"}
    assert all(error["detail"] for error in problem["errors"])
