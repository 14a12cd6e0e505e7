"""Subscriptions at their addresses: administrators only, their own province only, checked before they are kept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.subscriptions.service import telling
from app.worker import loop
from tests.api.subscriptions.conftest import STAFF, Desk
from tests.builders import CITY
from tests.receivers import Manner, receiving

BODY: dict[str, Any] = {"name": "Cổng dữ liệu", "url": "https://example.vn/events", "types": STAFF}
EVERY = [
    ("GET", ""),
    ("POST", ""),
    *(("GET", "/{id}"), ("PUT", "/{id}"), ("DELETE", "/{id}"), ("POST", "/{id}/pause"), ("POST", "/{id}/resume")),
    *(("POST", "/{id}/secret"), ("POST", "/{id}/trial"), ("GET", "/{id}/deliveries"), ("POST", "/{id}/replay")),
    ("POST", "/{id}/deliveries/{id}/redeliver"),
]
BODIES: dict[str, Any] = {"": BODY, "/{id}": BODY, "/{id}/secret": {}, "/{id}/replay": {"after": 0}}


async def test_every_address_is_for_the_provinces_administrators_only(desk: Desk) -> None:
    made = await desk.subscribe("https://example.vn/events")
    for method, path in EVERY:
        body = BODIES.get(path) if method in {"POST", "PUT"} else None
        address = path.replace("{id}", made["id"])
        assert (await desk.ask(method, address, body, desk.officer, if_match='"1"')).status_code == 403, (method, path)
        anonymous = await desk.client.request(method, f"/api/v1/staff/subscriptions{address}", json=body)
        assert anonymous.status_code == 401, (method, path)
        if "{id}" in path:
            unknown = await desk.ask(method, path.replace("{id}", str(uuid4())), body, if_match='"1"')
            assert (unknown.status_code, unknown.json()["type"].rpartition("/")[2]) == (404, "unknown-subscription")


async def test_a_secret_is_shown_once_and_kept_sealed(desk: Desk) -> None:
    made = await desk.subscribe("https://example.vn/events", area="288", category="lighting", unit=CITY)
    assert made["secret"].startswith("whsec_")
    assert (made["state"], made["area"], made["category"], made["unit"]) == ("active", "288", "lighting", CITY)
    assert "secret" not in await desk.get(made)
    listed = (await desk.ask("GET")).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert "secret" not in listed[0]
    row = await desk.process.db.lane.fetchrow("SELECT secret, created_by FROM subscriptions")
    assert row is not None
    assert made["secret"][6:].encode() not in row["secret"]
    assert row["created_by"] == desk.admin.actor.id


@pytest.mark.parametrize(
    ("given", "status", "slug"),
    [
        ({"types": ["case.opened", "moon.landed"]}, 422, "invalid-subscription"),
        ({"types": []}, 422, "invalid"),
        ({"url": "ftp://example.vn/"}, 422, "invalid-subscription"),
        ({"url": "https://a:b@example.vn/"}, 422, "invalid-subscription"),
        ({"area": "79"}, 422, "area-outside-tenant"),
        ({"category": "moon"}, 422, "unknown-category"),
        ({"unit": "H99.99"}, 422, "invalid-subscription"),
        ({"secret": "whsec_mine"}, 422, "invalid"),
        ({"name": "Có rồi"}, 422, "invalid-subscription"),
    ],
)
async def test_what_is_wrong_is_refused_with_its_reason(
    desk: Desk, given: dict[str, Any], status: int, slug: str
) -> None:
    await desk.subscribe("https://example.vn/events", name="Có rồi")
    answer = await desk.ask("POST", "", {**BODY, **given})
    assert (answer.json()["type"].rpartition("/")[2], answer.status_code) == (slug, status), answer.text
    if "unit" in given:
        assert answer.json()["errors"][0]["pointer"] == "/unit"
    if "moon.landed" in given.get("types", ()):
        assert "case.escalated" in answer.json()["errors"][0]["detail"], "it names the types there are"
    assert len((await desk.ask("GET")).json()["items"]) == 1


async def test_a_subscription_is_changed_paused_and_deleted(desk: Desk) -> None:
    async with receiving(Manner.BROKEN) as old, receiving() as new:
        made = await desk.subscribe(old.url)
        await desk.note((desk.subject(), 1))
        await desk.work_off()
        assert (await desk.ask("POST", f"/{made['id']}/pause")).json()["pause_reason"] == "administrator"
        seen = await desk.ask("GET", f"/{made['id']}")
        assert seen.headers["etag"] == f'"{seen.json()["version"]}"' == '"2"'
        changed = await desk.ask("PUT", f"/{made['id']}", {**BODY, "url": new.url}, if_match=seen.headers["etag"])
        assert (changed.json()["url"], changed.json()["name"]) == (new.url, BODY["name"])
        await desk.ask("POST", f"/{made['id']}/resume")
        await desk.work_off()
        assert len(new.arrivals) == 1, "what waited goes to the new address at once"
        assert (await desk.ask("DELETE", f"/{made['id']}")).status_code == 204
        await desk.note((desk.subject(), 1))
        await desk.work_off()
        assert len(new.arrivals) == 1
    await loop.prune(desk.process)
    assert await desk.process.db.lane.fetchval("SELECT count(*) FROM deliveries") == 0


async def test_of_two_administrators_the_second_sees_what_the_first_did_before_he_changes_it(desk: Desk) -> None:
    made = await desk.ask("POST", "", BODY)
    address, seen = f"/{made.json()['id']}", made.headers["etag"]
    assert (await desk.ask("PUT", address, {**BODY, "name": "Chưa xem"})).status_code == 428
    assert (await desk.ask("PUT", address, {**BODY, "name": "Một"}, if_match=seen)).headers["etag"] == '"2"'
    stale = await desk.ask("PUT", address, {**BODY, "name": "Hai"}, if_match=seen)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert (await desk.ask("GET", address)).json()["name"] == "Một"


async def test_a_subscription_asked_for_twice_under_one_key_is_one_and_its_secret_is_not_lost(desk: Desk) -> None:
    first = await desk.ask("POST", "", BODY, idempotency_key="e7a1-once-only")
    again = await desk.ask("POST", "", BODY, idempotency_key="e7a1-once-only")
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert len((await desk.ask("GET")).json()["items"]) == 1
    other = await desk.ask("POST", "", {**BODY, "name": "Khác"}, idempotency_key="e7a1-once-only")
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    kept = await desk.process.db.lane.fetchval("SELECT answer::text FROM idempotency_keys")
    assert first.json()["secret"] not in kept


async def test_a_replay_that_came_too_late_says_what_it_could_not_tell(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "REPLAY_BATCH_ROWS", 2)
    async with receiving() as receiver:
        made = await desk.subscribe(receiver.url)
        subject = desk.subject()
        for number in range(1, 7):
            await desk.note((subject, number))
        await desk.work_off()
        receiver.arrivals.clear()
        assert (await desk.ask("POST", f"/{made['id']}/replay", {"after": 0})).json()["missed"] is None
        await loop.replay(desk.process)
        await desk.deliveries.settle()
        await desk.process.db.lane.fetch(
            "UPDATE outbox_messages SET occurred_at = occurred_at - interval '91 days' WHERE position <= 4"
        )
        await loop.prune(desk.process)
        await desk.work_off()
        after = await desk.get(made)
        assert (after["replay"], after["missed"]) == (None, {"after": 2, "until": 4})
        assert [int(json.loads(one.body)["sequence"]) for one in receiver.arrivals] == [1, 2, 5, 6]
        asked = await desk.ask("POST", f"/{made['id']}/replay", {"after": 4})
        assert asked.json()["missed"] is None


async def test_the_log_is_read_page_by_page_and_tidied_up(desk: Desk) -> None:
    async with receiving() as receiver:
        made = await desk.subscribe(receiver.url)
        for _ in range(5):
            await desk.note((desk.subject(), 1))
            await desk.work_off()
            desk.clock.at += timedelta(seconds=1)
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (await desk.ask("GET", f"/{made['id']}/deliveries?limit=2{cursor}")).json()
            seen += [one["id"] for one in page["items"]]
            cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
        assert seen == [arrival.id for arrival in receiver.arrivals][::-1]
    assert (await desk.ask("GET", f"/{made['id']}/deliveries?cursor=no")).status_code == 400
    desk.clock.at += timedelta(days=31)
    await loop.prune(desk.process)
    assert await desk.process.db.lane.fetchval("SELECT count(*) FROM deliveries") == 0


async def test_events_are_replayed_from_a_position_with_the_ids_they_had(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "REPLAY_BATCH_ROWS", 3)
    subject, other = desk.subject(), desk.subject()
    await desk.note((other, 1))  # before anybody has subscribed
    await desk.number()
    async with receiving() as receiver:
        made = await desk.subscribe(receiver.url)
        for number in range(1, 6):
            await desk.note((subject, number))
        await desk.work_off()
        first = [arrival.id for arrival in receiver.arrivals]
        receiver.arrivals.clear()
        asked = await desk.ask("POST", f"/{made['id']}/replay", {"after": 0})
        assert asked.json()["replay"] == {"position": 0, "until": 6}
        assert (await desk.ask("POST", f"/{made['id']}/replay", {"after": 0})).status_code == 409
        await desk.work_off()
        assert (await desk.get(made))["replay"] is None
        again = [arrival.id for arrival in receiver.arrivals if arrival.id in first]
        assert again == first, "in order, under the same ids"
        assert len(receiver.arrivals) == 6, "and what was before its time"


async def test_a_replay_or_redelivery_of_what_is_forgotten_is_refused(desk: Desk) -> None:
    async with receiving(Manner.BROKEN) as receiver:
        made = await desk.subscribe(receiver.url)
        await desk.note((desk.subject(), 1))
        await desk.work_off()
        (delivery,) = await desk.log(made)
        await desk.process.db.lane.fetch("UPDATE outbox_messages SET occurred_at = occurred_at - interval '91 days'")
        await loop.prune(desk.process)
        refused = await desk.ask("POST", f"/{made['id']}/replay", {"after": 0})
        assert (refused.status_code, refused.json()["resume_from"]) == (410, 1)
        again = await desk.ask("POST", f"/{made['id']}/deliveries/{delivery['id']}/redeliver")
        assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (410, "message-forgotten")
        desk.clock.at += timedelta(seconds=6)
        await desk.work_off()
        (delivery,) = await desk.log(made)
        assert (delivery["state"], delivery["last_outcome"]) == ("dead", "forgotten")
        missing = await desk.ask("POST", f"/{made['id']}/deliveries/{uuid4()}/redeliver")
        assert missing.json()["type"].rpartition("/")[2] == "unknown-delivery"
