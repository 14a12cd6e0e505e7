"""A clock set back an hour confuses neither a case's history nor its publication."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import httpx

from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import EVERY_HAND, a_case, an_officer

STAFF = "/api/v1/staff/cases"


async def test_a_case_goes_on_in_order_when_the_clock_is_set_back(
    client: httpx.AsyncClient,
    process: Process,
    clock: FixedClock,
    drain: Callable[[], Awaitable[int]],
) -> None:
    clock.at -= timedelta(days=1)  # an account of yesterday
    officer = await an_officer(process, *EVERY_HAND)
    clock.at += timedelta(days=1)
    filed = await a_case(process)
    await drain()
    clock.at -= timedelta(hours=1)
    version = filed.version
    for verb, body in (
        ("accept", {}),
        ("note", {"text": "Đã gọi điện cho tổ trưởng."}),
        ("resolve", {"answer": "Đã thay bóng đèn.", "resolution": "fixed"}),
    ):
        headers = {**officer.headers, "If-Match": f'"{version}"'}
        answer = await client.post(f"{STAFF}/{filed.code}/{verb}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        version += 1
    assert await drain()
    shown = (await client.get(f"{STAFF}/{filed.code}", headers=officer.headers)).json()
    times = [datetime.fromisoformat(entry["at"]) for entry in shown["timeline"]]
    assert times == sorted(times)
    assert shown["timeline"][-1]["type"] == "case.resolved"
    public = await client.get(f"/api/v1/reports/{filed.code}")
    assert public.json()["state"] == "resolved"
    again = await client.post(
        "/api/v1/reports",
        json={
            "category": "lighting.street_lamp",
            "description": "Đèn đường lại không sáng.",
            "location": {"lat": 20.9467, "lon": 106.3134},
            "captured_at": (clock.at + timedelta(hours=1)).isoformat(),
        },
    )
    assert again.status_code == 201
