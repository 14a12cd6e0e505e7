"""Senders and readers who go on whatever happens, and what became of what they sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from uuid import uuid4

import asyncpg
import httpx

from app.db.engine import driver_url

WHOLE = """
    SELECT (SELECT count(*) FROM reports) AS reports, (SELECT count(*) FROM cases) AS cases,
        (SELECT count(*) FROM reports r WHERE NOT EXISTS (
            SELECT FROM timeline_entries t WHERE t.tenant_id = r.tenant_id AND t.case_id = r.case_id)
        OR NOT EXISTS (SELECT FROM outbox_messages o WHERE o.tenant_id = r.tenant_id AND o.subject_id = r.case_id)
        ) AS halves
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request met; status 0: no answer at all."""

    at: float
    took_s: float
    status: int
    kind: str
    retry_after: bool


@dataclass(slots=True)
class Crowd:
    """Senders and readers who go on whatever happens; a sender repeats with the same key until taken in."""

    url: str
    began: float = field(default_factory=monotonic)
    answers: list[Answer] = field(default_factory=list)
    reads: list[Answer] = field(default_factory=list)
    taken_in: dict[str, str] = field(default_factory=dict)
    stop: bool = False

    async def _ask(self, http: httpx.AsyncClient, kept: list[Answer], method: str, path: str, **rest: object) -> object:
        began = monotonic()
        try:
            answer = await http.request(method, path, **rest)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            kept.append(Answer(began - self.began, monotonic() - began, 0, type(error).__name__, retry_after=False))
            return None
        kind = answer.headers.get("content-type", "")
        kept.append(
            Answer(began - self.began, monotonic() - began, answer.status_code, kind, "retry-after" in answer.headers)
        )
        return answer.json() if answer.is_success else None

    async def send(self, http: httpx.AsyncClient) -> None:
        """Report after report."""
        while not self.stop:
            key = str(uuid4())
            body = {
                "category": "lighting.street_lamp",
                "description": "Đèn đường phố Cẩm Thượng không sáng.",
                "location": {"lat": 20.9467, "lon": 106.3134, "accuracy_m": 15},
            }
            taken = None
            while taken is None:
                headers = {"Idempotency-Key": key}
                taken = await self._ask(http, self.answers, "POST", "/api/v1/reports", json=body, headers=headers)
                if taken is None:
                    if self.stop:
                        return
                    await asyncio.sleep(0.2)
            assert isinstance(taken, dict)
            self.taken_in[taken["code"]] = taken["tracking_secret"]
            await asyncio.sleep(0.01)

    async def read(self, http: httpx.AsyncClient) -> None:
        """The public list, again and again."""
        while not self.stop:
            await self._ask(http, self.reads, "GET", "/api/v1/public/cases?limit=20")
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def at_work(self, senders: int = 12, readers: int = 2) -> AsyncIterator[None]:
        """Inside, the crowd asks."""
        async with httpx.AsyncClient(base_url=self.url, timeout=30, limits=httpx.Limits(max_connections=64)) as http:
            tasks = [asyncio.create_task(self.send(http)) for _ in range(senders)]
            tasks += [asyncio.create_task(self.read(http)) for _ in range(readers)]
            try:
                yield
            finally:
                self.stop = True
                await asyncio.gather(*tasks)

    def clock(self) -> float:
        """Seconds since the crowd came."""
        return monotonic() - self.began

    def told(self, since: float, until: float) -> str:
        """What was answered to requests of this time."""
        lines = []
        for name, kept in (("gửi/send", self.answers), ("xem/read", self.reads)):
            some = [one for one in kept if since <= one.at < until]
            statuses = dict(sorted(Counter(one.status for one in some).items()))
            slowest = max((one.took_s for one in some), default=0.0)
            refused = sorted((one for one in some if one.status >= 500), key=lambda one: one.took_s)
            middle = refused[len(refused) // 2].took_s if refused else 0.0
            honest = all(one.retry_after and "problem+json" in one.kind for one in refused)
            lines.append(
                f"{name} {statuses} slowest {slowest:.2f} s, half of the 5xx within {middle:.2f} s, "
                f"all problems with Retry-After: {honest}"
            )
        return "; ".join(lines)

    def back_after(self, since: float) -> float:
        """Seconds from `since` to the first report taken in."""
        return (
            min(
                (one.at + one.took_s for one in self.answers if one.status == 201 and one.at + one.took_s > since),
                default=float("inf"),
            )
            - since
        )


async def proven(crowd: Crowd, url: str) -> str:
    """Every acknowledged report is there, and nothing is half there."""
    connection = await asyncpg.connect(driver_url(url), timeout=10)
    try:
        rows = await connection.fetch("SELECT code FROM reports")
        lost = set(crowd.taken_in) - {row["code"] for row in rows}
        whole = await connection.fetchrow(WHOLE)
        assert whole is not None
        return (
            f"acknowledged {len(crowd.taken_in)}, lost {len(lost)}, stored {whole['reports']}, "
            f"cases {whole['cases']}, half-written {whole['halves']}"
        )
    finally:
        await connection.close()
