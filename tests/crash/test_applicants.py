"""What an applicant was told is filed is there again after any kill, once and whole."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from app.db.engine import driver_url
from tests.applicants import HOA, MARITAL, MARRIED
from tests.crash.program import running

# Every request has its steps, one of them open, its first timeline entry and the message that tells of it.
HALVES = """
    SELECT r.code FROM service_requests r
    WHERE NOT EXISTS (SELECT FROM service_request_steps s
            WHERE s.tenant_id = r.tenant_id AND s.request_id = r.id AND s.state = 'open' AND s.clock IS NOT NULL)
       OR NOT EXISTS (SELECT FROM timeline_entries t WHERE t.tenant_id = r.tenant_id AND t.case_id = r.id)
       OR NOT EXISTS (SELECT FROM outbox_messages o WHERE o.tenant_id = r.tenant_id AND o.subject_id = r.id)
"""
APPLICANTS, ENOUGH = 6, 24


@dataclass
class Applicant:
    """Somebody with an account, who files one request after the other and repeats until it is answered."""

    mine: dict[str, str] = field(repr=False)
    keys: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    async def file(self, http: httpx.AsyncClient, key: str) -> None:
        """The request of this key, again and again until it is there."""
        headers = {**self.mine, "Idempotency-Key": key}
        body: dict[str, Any] = {
            "procedure": MARITAL, "answers": MARRIED, "applicant": HOA, "applicant_area": "10507", "another": True
        }  # fmt: skip
        answer = await http.post("/api/v1/service-requests", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        self.codes[key] = answer.json()["code"]

    async def file_on(self, http: httpx.AsyncClient) -> None:
        """New ones until the program is gone."""
        while True:
            self.keys.append(str(uuid4()))
            try:
                await self.file(http, self.keys[-1])
            except httpx.TransportError:
                return


async def test_a_killed_web_process_loses_no_acknowledged_request_and_makes_none_twice(
    committed_url: str, tmp_path: Path
) -> None:
    settings = {"LIENTHONG_DATABASE_URL": committed_url, "LIENTHONG_DATA_DIR": str(tmp_path)}
    people: list[Applicant] = []
    async with running("serve", settings) as first, httpx.AsyncClient(base_url=first.url, timeout=10) as http:
        for _ in range(APPLICANTS):
            token = (await http.post("/api/v1/auth/devices")).json()["access_token"]
            people.append(Applicant({"Authorization": f"Bearer {token}"}))
        filing = asyncio.gather(*(one.file_on(http) for one in people))
        while sum(len(one.codes) for one in people) < ENOUGH:
            await asyncio.sleep(0.005)
            assert not filing.done(), "".join(first.said)
        first.kill()
        await filing
    asked = sum(len(one.keys) for one in people)
    assert asked > sum(len(one.codes) for one in people), "the kill came between two and proves nothing"
    async with running("serve", settings) as second:
        async with httpx.AsyncClient(base_url=second.url, timeout=10) as http:
            for one in people:
                told = dict(one.codes)
                for key in one.keys:
                    await one.file(http, key)
                assert {key: one.codes[key] for key in told} == told, "what was acknowledged is what is there"
                own = await http.get("/api/v1/me/service-requests?limit=100", headers=one.mine)
                assert {line["code"] for line in own.json()["items"]} == set(one.codes.values())
        assert await second.end(signal.SIGTERM) == 0
    connection = await asyncpg.connect(driver_url(committed_url))
    try:
        assert await connection.fetch(HALVES) == []
        assert await connection.fetchval("SELECT count(*) FROM service_requests") == asked
    finally:
        await connection.close()
