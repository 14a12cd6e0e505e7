"""What other systems do with their keys: send reports, read cases and events, manage their own subscriptions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.process import Process
from app.worker.restoring import begin_anew
from tests.builders import BINH_HAN, CAM_THUONG, CITY, HAIDUONG, a_case, a_report
from tests.keyholders import a_keyholder, wanted
from tests.statements import Statements

OWN, REPORTS = "/api/v1/client", "/api/v1/reports"
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường trước số 12 không sáng ba hôm nay.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}
ELSEWHERE = {**LAMP, "location": {"lat": 20.7867, "lon": 106.2334}}  # another district of the province
SUBSCRIPTION = {"name": "Sự kiện", "url": "https://example.vn/", "types": ["case.opened", "publication.published"]}


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_a_report_comes_by_the_systems_own_channel_and_its_sender_may_follow_it(
    client: httpx.AsyncClient, process: Process, db: Database, statements: Statements
) -> None:
    holder = await a_keyholder(client, process, ["reports:create"], channel="hotline")
    statements.clear()
    answer = await client.post(REPORTS, json={**LAMP, "channel": "app"}, headers=holder.headers)
    assert answer.status_code == 201, answer.text
    own = [text for text in statements.texts if "code_counters" not in text]  # now and then a block of codes
    assert len(own) == 3, own  # the key, the count, the report
    row = await db.lane.fetchrow("SELECT channel, client_id, citizen_id FROM reports")
    assert row is not None
    assert (row["channel"], row["client_id"], row["citizen_id"]) == ("hotline", UUID(holder.id), None)
    code, secret = answer.json()["code"], answer.json()["tracking_secret"]
    entry = await db.lane.fetchrow("SELECT action, actor_kind, actor_id FROM audit_entries WHERE subject = $1", code)
    assert entry is not None
    assert tuple(entry.values()) == ("case.opened", "client", UUID(holder.id))
    followed = await client.get(f"{REPORTS}/{code}", headers={**holder.headers, "Tracking-Secret": secret})
    assert followed.status_code == 200
    without = await client.post(f"{REPORTS}/{code}/withdrawal", json={}, headers=holder.headers)
    assert without.status_code == 404, "the key alone owns no report"


async def test_a_report_outside_the_limits_is_refused_and_nothing_is_written(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    each: tuple[dict[str, Any], ...] = ({"area": "288"}, {"unit": CITY})
    for limits in each:
        holder = await a_keyholder(client, process, **limits)
        assert (await client.post(REPORTS, json=LAMP, headers=holder.headers)).status_code == 201
        before = await db.lane.fetchval("SELECT count(*) FROM reports")
        refused = await client.post(REPORTS, json=ELSEWHERE, headers=holder.headers)
        assert (refused.status_code, slug(refused)) == (403, "outside-limits"), refused.text
        assert await db.lane.fetchval("SELECT count(*) FROM reports") == before
    reader = await a_keyholder(client, process, ["cases:read"])
    refused = await client.post(REPORTS, json=LAMP, headers=reader.headers)
    assert (refused.status_code, slug(refused)) == (403, "forbidden")


async def test_what_is_urgent_is_taken_from_outside_the_limits(client: httpx.AsyncClient, process: Process) -> None:
    catalogue = process.books.catalogue
    urgent = next(one for one in catalogue.all(HAIDUONG) if one.emergency and one.parent)
    holder = await a_keyholder(client, process, area="288")
    answer = await client.post(REPORTS, json={**ELSEWHERE, "category": urgent.code}, headers=holder.headers)
    assert answer.status_code == 201, answer.text


async def test_cases_within_the_limits_are_read_without_what_people_wrote(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    filed = await a_report(process, description="Đèn trước nhà ông Nguyễn Văn A, số 12.")
    areas, units = [{"area": "288"}, {"area": "10507"}], [{"unit": CITY}, {"unit": CAM_THUONG, "area": "288"}]
    each: list[dict[str, Any]] = [{}, *areas, *units]
    for limits in each:
        holder = await a_keyholder(client, process, ["cases:read"], **limits)
        statements.clear()
        listed = await client.get(f"{OWN}/cases", headers=holder.headers)
        assert [one["code"] for one in listed.json()["items"]] == [filed.code], limits
        assert len(statements) == 2
        one = await client.get(f"{OWN}/cases/{filed.code}", headers=holder.headers)
        assert (one.status_code, one.json()["responsible_unit"]["code"]) == (200, CAM_THUONG)
        for answer in (listed, one):
            assert "Nguyễn Văn A" not in answer.text
            assert not {"summary", "address", "location", "assignee_id"} & set(str(answer.json()).split("'"))


@pytest.mark.parametrize("limits", [{"area": "10510"}, {"unit": BINH_HAN}, {"unit": BINH_HAN, "area": "288"}])
async def test_a_case_outside_the_limits_is_not_there(
    client: httpx.AsyncClient, process: Process, limits: dict[str, Any]
) -> None:
    filed = await a_report(process)
    holder = await a_keyholder(client, process, **limits)
    of_it = await client.get(f"{OWN}/cases/{filed.code}", headers=holder.headers)
    of_none = await client.get(f"{OWN}/cases/H23-261120-9998", headers=holder.headers)
    assert (of_it.status_code, slug(of_it)) == (of_none.status_code, slug(of_none)) == (404, "case-not-found")
    assert of_it.json()["detail"] == of_none.json()["detail"]
    for asked in ("", "?area=10507", "?area=288", "?area=30"):
        listed = await client.get(f"{OWN}/cases{asked}", headers=holder.headers)
        assert (listed.status_code, listed.json()["items"]) == (200, []), asked
    events = await client.get(f"{OWN}/events", headers=holder.headers)
    assert events.json()["items"] == []


async def test_a_walk_through_the_pages_meets_every_case_once(client: httpx.AsyncClient, process: Process) -> None:
    filed = [(await a_report(process)).code for _ in range(5)]
    holder, met, cursor = await a_keyholder(client, process), [], ""
    while True:
        page = (await client.get(f"{OWN}/cases?limit=2{cursor}", headers=holder.headers)).json()
        met += [one["code"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert met == filed[::-1]
    other = await a_keyholder(client, process)
    foreign = await client.get(f"{OWN}/cases?limit=2{cursor}", headers=other.headers)
    assert (foreign.status_code, slug(foreign)) == (400, "foreign-cursor")


async def test_events_are_read_in_order_and_on_from_where_one_was(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    holder = await a_keyholder(client, process, ["events:read"], area="288")
    refused = await client.get(f"{OWN}/events?type=nope&type=case.opened", headers=holder.headers)
    assert (refused.status_code, slug(refused)) == (422, "unknown-event-type")
    assert "nope" in refused.json()["detail"]
    assert "case.accepted" in refused.json()["detail"]
    whole = (await client.get(f"{OWN}/events", headers=holder.headers)).json()
    kinds = [one["type"] for one in whole["items"]]
    assert kinds[0] == "case.opened"
    assert "case.accepted" in kinds
    assert {one["subject"] for one in whole["items"]} == {filed.code}
    assert [one["sequence"] for one in whole["items"]] == sorted(one["sequence"] for one in whole["items"])
    assert "không sáng ba hôm nay" not in str([one for one in whole["items"] if one["type"].startswith("case.")])
    read, after = [], 0
    while True:
        page = (await client.get(f"{OWN}/events?limit=1&after={after}", headers=holder.headers)).json()
        read += page["items"]
        if page["after"] == after:
            break
        after = page["after"]
    assert read == whole["items"]
    opened = await client.get(f"{OWN}/events?type=case.opened", headers=holder.headers)
    assert [one["type"] for one in opened.json()["items"]] == ["case.opened"]
    ahead = await client.get(f"{OWN}/events?after={after + 1}", headers=holder.headers)
    assert (ahead.status_code, slug(ahead)) == (410, "position-ahead")
    await begin_anew(process)
    lost = await client.get(f"{OWN}/events?after={after + 1}", headers=holder.headers)
    assert (lost.status_code, slug(lost)) == (410, "position-ahead")
    there = (await client.get(f"{OWN}/events?after={after}", headers=holder.headers)).json()
    assert (there["items"], there["after"] > after) == ([], True)


async def test_what_the_public_no_longer_reads_is_not_told_to_those_who_come_later(
    client: httpx.AsyncClient, process: Process, db: Database, drain: Callable[[], Awaitable[int]]
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    holder = await a_keyholder(client, process, ["events:read"])
    await db.lane.fetch("UPDATE publications SET published = false")
    types = "type=publication.published&type=publication.updated"
    told = (await client.get(f"{OWN}/events?{types}", headers=holder.headers)).json()["items"]
    assert all(one["data"] == {"code": filed.code} and one["superseded"] for one in told)


async def test_a_system_sees_and_keeps_its_own_subscriptions_only(client: httpx.AsyncClient, process: Process) -> None:
    mine, other = await a_keyholder(client, process, area="288"), await a_keyholder(client, process)
    made = await client.post(f"{OWN}/subscriptions", json=SUBSCRIPTION, headers=mine.headers)
    assert made.status_code == 201, made.text
    assert made.json()["secret"].startswith("whsec_")
    assert (made.json()["area"], made.json()["client"]) == ("288", mine.id)
    of_province = await client.post("/api/v1/staff/subscriptions", json=SUBSCRIPTION, headers=mine.admin.headers)
    assert of_province.status_code == 201, "names are of each owner"
    theirs = [f"{OWN}/subscriptions/{one.json()['id']}" for one in (made, of_province)]
    for address in theirs:
        for method, path, body in (
            ("GET", "", None),
            ("PUT", "", SUBSCRIPTION),
            ("DELETE", "", None),
            ("POST", "/pause", None),
            ("POST", "/resume", None),
            ("POST", "/secret", {}),
            ("POST", "/trial", None),
            ("GET", "/deliveries", None),
            ("POST", "/replay", {"after": 0}),
            ("POST", f"/deliveries/{mine.id}/redeliver", None),
        ):
            answer = await client.request(
                method, address + path, json=body, headers={**other.headers, "If-Match": '"1"'}
            )
            assert (answer.status_code, slug(answer)) == (404, "unknown-subscription"), (method, path)
    listed = (await client.get(f"{OWN}/subscriptions", headers=mine.headers)).json()["items"]
    assert [one["id"] for one in listed] == [made.json()["id"]]
    assert (await client.get(f"{OWN}/subscriptions", headers=other.headers)).json()["items"] == []
    administered = (await client.get("/api/v1/staff/subscriptions", headers=mine.admin.headers)).json()["items"]
    assert len(administered) == 2


async def test_a_subscription_reaches_no_further_than_the_key(client: httpx.AsyncClient, process: Process) -> None:
    holder = await a_keyholder(client, process, area="288", unit=CITY)
    address = f"{OWN}/subscriptions"
    for further, pointer in (({"area": "30"}, "/area"), ({"unit": "H23"}, "/unit"), ({"unit": "H23.32"}, "/unit")):
        refused = await client.post(address, json={**SUBSCRIPTION, **further}, headers=holder.headers)
        assert (refused.status_code, slug(refused)) == (422, "invalid-subscription"), further
        assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    made = await client.post(address, json={**SUBSCRIPTION, "area": "10507"}, headers=holder.headers)
    own = f"{address}/{made.json()['id']}"
    assert (made.json()["area"], made.json()["unit"]) == ("10507", CITY)
    narrower = wanted(area="10510")
    await client.put(f"/api/v1/staff/clients/{holder.id}", json=narrower, headers=holder.administered)
    assert (await client.get(own, headers=holder.headers)).json()["state"] == "paused"
    resumed = await client.post(f"{own}/resume", headers=holder.headers)
    assert (resumed.status_code, slug(resumed)) == (422, "invalid-subscription")


async def test_subscriptions_of_a_system_hear_what_is_within_and_nothing_after_its_end(
    client: httpx.AsyncClient, process: Process, db: Database, drain: Callable[[], Awaitable[int]]
) -> None:
    inside, outside = await a_keyholder(client, process, area="288"), await a_keyholder(client, process, area="292")
    for holder in (inside, outside):
        made = await client.post(f"{OWN}/subscriptions", json=SUBSCRIPTION, headers=holder.headers)
        assert made.status_code == 201, made.text
    count = "SELECT count(*) FROM deliveries d JOIN subscriptions s ON s.id = d.subscription_id WHERE s.client_id = $1"
    await a_report(process)
    await drain()
    first = await db.lane.fetchval(count, UUID(inside.id))
    assert first >= 1
    assert await db.lane.fetchval(count, UUID(outside.id)) == 0
    await client.post(f"/api/v1/staff/clients/{inside.id}/revocation", headers=inside.admin.headers)
    await a_report(process)
    await drain()
    assert await db.lane.fetchval(count, UUID(inside.id)) == first
