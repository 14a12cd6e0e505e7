"""/metrics tells what the process did and what the installation has not done yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app.db.beats import Worker, beat
from app.db.models import Command
from app.kit.clock import FixedClock
from app.process import Process
from tests.statements import Statements

REPORT = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường phố Cẩm Thượng không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134, "accuracy_m": 15},
}


async def figures(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_route_and_never_by_address(client: httpx.AsyncClient) -> None:
    key = ("lienthong_request_seconds_count", "GET", "/api/v1/reports/{code}", "4xx")
    before = (await figures(client)).get(key, 0)
    await client.get("/api/v1/reports/H23-261122-0042")
    await client.get("/api/v1/nothing/here")
    await client.request("BREW", "/coffee")
    after = await figures(client)
    assert after[key] == before + 1
    assert after["lienthong_request_seconds_count", "GET", "-", "4xx"] >= 1
    assert after["lienthong_request_seconds_count", "other", "-", "4xx"] >= 1
    assert after["lienthong_requests_in_flight",] == 1
    assert not any("H23-261122" in part for key in after for part in key)


async def test_what_waits_for_the_worker_is_seen_and_goes(
    client: httpx.AsyncClient, drain: Callable[[], Awaitable[int]], clock: FixedClock
) -> None:
    await client.post("/api/v1/reports", json=REPORT)
    clock.at += timedelta(seconds=90)
    waiting = await figures(client)
    assert waiting["lienthong_outbox_waiting", "haiduong"] == 1
    assert waiting["lienthong_outbox_oldest_seconds", "haiduong"] == 90
    assert waiting["lienthong_cases_open", "haiduong"] == 1
    assert waiting["lienthong_cases_overdue", "haiduong"] == 0
    assert waiting["lienthong_cases_open", "khanhhoa"] == 0
    await drain()
    done = await figures(client)
    assert done["lienthong_outbox_waiting", "haiduong"] == 0
    assert done["lienthong_consumer_lag", "publication", "haiduong"] == 0
    assert done["lienthong_dead_letters", "publication", "haiduong"] == 0
    assert done["lienthong_parked_messages", "publication", "haiduong"] == 0
    assert done["lienthong_parked_oldest_seconds", "publication", "haiduong"] == 0
    clock.at += timedelta(days=60)
    late = await figures(client)
    assert late["lienthong_cases_overdue", "haiduong"] == 1
    assert late["lienthong_cases_unswept", "haiduong"] == 1


async def test_the_newest_beat_of_a_worker_is_told_and_nothing_before_there_was_one(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    age = ("lienthong_worker_beat_age_seconds",)
    assert age not in await figures(client)
    for seconds in (0, 20):
        clock.at += timedelta(seconds=seconds)
        await beat(process.db, Worker.here(Command.WORKER, clock), clock.now())
    clock.at += timedelta(seconds=7)
    assert (await figures(client))[age] == 7


async def test_the_process_tells_of_itself(client: httpx.AsyncClient) -> None:
    told = await figures(client)
    assert told["lienthong_database_up",] == 1
    assert told["process_resident_memory_bytes",] > 10_000_000
    assert told["lienthong_database_connections_max", "lane"] == 8
    assert told["lienthong_reference_version", "directory"] >= 0
    assert told["lienthong_reference_age_seconds", "calendars"] >= 0
    assert told["lienthong_database_losses_total", "pool", "lost"] >= 0


async def test_a_scrape_costs_seven_statements(client: httpx.AsyncClient, statements: Statements) -> None:
    await client.get("/metrics")
    assert len(statements) == 7


async def test_a_mistake_of_ours_shows_the_id_that_finds_it_in_the_log(
    application: FastAPI, client: httpx.AsyncClient
) -> None:
    tenants, application.state.tenants = application.state.tenants, None
    try:
        answer = await client.get("/api/v1/public/cases", headers={"X-Request-Id": "quote-me-0001"})
    finally:
        application.state.tenants = tenants
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "quote-me-0001"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_id_that_is_not_well_formed_is_not_taken_over(client: httpx.AsyncClient) -> None:
    for given in ("short", "x" * 65, "with space 123", 'quo"te-1234'):
        answer = await client.get("/health/live", headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] != given
        assert len(answer.headers["x-request-id"]) == 16
