"""Citizens who report, officers who act and a listener who follows, all of whom go on whatever happens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

PATIENCE_S = 0.1
BETWEEN_REPORTS_S = 1.0
_VERBS: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("accept", None),
    ("note", {"text": "Đã cử người đến xem."}),
    ("resolve", {"answer": "Đã thay bóng đèn mới.", "resolution": "fixed"}),
)
FACTS = ("case.accepted", "case.noted", "case.resolved")
"""What each of the officers' verbs is told as, in the order in which they do them."""


@dataclass
class People:
    """Whoever uses the installation. `base` is where it serves now; `acknowledged` are verbs by case."""

    base: Callable[[], str]
    officer: Mapping[str, str]
    http: httpx.AsyncClient
    sent: int = 0
    codes: list[str] = field(default_factory=list)
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    refusals: int = 0
    positions: list[int] = field(default_factory=list)
    connections: int = 0
    _for_officers: deque[str] = field(default_factory=deque)
    _leaving: bool = False

    async def _ask(self, method: str, path: str, **rest: Any) -> httpx.Response | None:
        """The answer; None when there was none, or one that says to repeat."""
        try:
            answer = await self.http.request(method, f"{self.base()}{path}", **rest)
        except httpx.TransportError:
            answer = None
        if answer is None or answer.status_code == 503:
            self.refusals += 1
            await asyncio.sleep(PATIENCE_S)
            return None
        return answer

    async def _report(self) -> None:
        """Report after report; each is repeated with its key until it is taken in, also when leaving."""
        while not self._leaving:
            self.sent += 1
            key, taken = str(uuid4()), None
            body = {
                "category": "lighting.street_lamp",
                "description": f"Đèn đường số {self.sent} phố Cẩm Thượng không sáng.",
                "location": {"lat": 20.9467, "lon": 106.3134, "accuracy_m": 15},
                "reporter": {"email": f"p{self.sent}@example.org"},
            }
            while taken is None:
                taken = await self._ask("POST", "/api/v1/reports", json=body, headers={"Idempotency-Key": key})
            assert taken.status_code == 201, taken.text
            self.codes.append(taken.json()["code"])
            self._for_officers.append(self.codes[-1])
            await asyncio.sleep(BETWEEN_REPORTS_S)

    async def _act(self) -> None:
        """Case after case taken up, noted and resolved; on leaving no new one is begun."""
        while not self._leaving or self._for_officers:
            if not self._for_officers:
                await asyncio.sleep(0.02)
                continue
            code = self._for_officers.popleft()
            for number, (verb, body) in enumerate(_VERBS, start=1):
                await self._do(code, number, verb, body)

    async def _do(self, code: str, seen: int, verb: str, body: dict[str, Any] | None) -> None:
        """The verb is done once; whether an unanswered one was done is told by the version."""
        while True:
            headers = {**self.officer, "If-Match": f'"{seen}"'}
            answer = await self._ask("POST", f"/api/v1/staff/cases/{code}/{verb}", json=body, headers=headers)
            if answer is None:
                continue
            if answer.status_code == 412:  # done, though nobody said so
                now = await self._ask("GET", f"/api/v1/staff/cases/{code}", headers=self.officer)
                if now is None:
                    continue
                assert now.headers["etag"].strip('W/"') == str(seen + 1), (verb, now.text)
                return
            assert answer.is_success, answer.text
            self.acknowledged.setdefault(code, []).append(verb)
            return

    async def _listen(self) -> None:
        """The public stream from its beginning, taken up after the last event whenever it breaks."""
        while True:
            headers = {"Last-Event-ID": str(self.positions[-1] if self.positions else 0)}
            with suppress(httpx.TransportError):
                async with self.http.stream(
                    "GET", f"{self.base()}/api/v1/public/stream", headers=headers, timeout=httpx.Timeout(8, read=None)
                ) as stream:
                    self.connections += stream.status_code == 200
                    position = 0
                    async for line in stream.aiter_lines():
                        if line.startswith("id:"):
                            position = int(line[3:])
                        elif line.startswith("event:"):  # the first line of a stream names a position, and no event
                            self.positions.append(position)
            await asyncio.sleep(PATIENCE_S)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Inside, somebody listens."""
        listener = asyncio.create_task(self._listen())
        try:
            yield
            assert not listener.done(), listener
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    @asynccontextmanager
    async def busy(self, citizens: int, officers: int) -> AsyncIterator[None]:
        """Inside, people report and act; afterwards all they had begun is done."""
        async with asyncio.TaskGroup() as group:
            for _ in range(citizens):
                group.create_task(self._report())
            for _ in range(officers):
                group.create_task(self._act())
            yield
            self._leaving = True
