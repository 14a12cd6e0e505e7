"""The line between an app and the server, a server that ends at any moment, and how often what goes wrong does."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATIENCE = 40  # requests


@dataclass(frozen=True)
class Chances:
    """How often, of all requests or turns, what goes wrong does."""

    request_lost: float = 0.10
    answer_lost: float = 0.12
    delayed: float = 0.08
    doubled: float = 0.08
    server_killed: float = 0.06
    device_killed: float = 0.10
    worker_killed: float = 0.15
    message_fails: float = 0.03
    app_updated: float = 0.25


@dataclass
class Hardships:
    """What goes wrong while things are `hostile`, and what of it and of everything else has happened."""

    hostile: bool = True
    chances: Chances = field(default_factory=Chances)
    counts: Counter[str] = field(default_factory=Counter)

    def strikes(self, chance: random.Random, probability: float, counted: str) -> bool:
        """Whether it happens this time; then it is counted. What forty requests were spared happens now.

        Who comes first is for the machine to say, so that no seed makes two runs alike: a short run must not hang on
        luck to have seen everything.
        """
        struck = chance.random() < probability
        overdue = not self.counts[counted] and self.counts["requests"] > _PATIENCE
        if not self.hostile or not (struck or overdue):
            return False
        self.counts[counted] += 1
        return True


class Killed(Exception):  # noqa: N818 - a power cut is no error
    """The process ended here."""


class Server:
    """The application; `cut` makes it end as soon as it has committed, before a byte of the answer leaves."""

    def __init__(self, application: ASGIApp, chance: random.Random) -> None:
        self.apps = [application]  # two while one takes the other's place
        self.cut = False
        self._chance = chance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        cut, self.cut = self.cut, False

        async def sending(message: Message) -> None:
            if cut:
                raise Killed
            await send(message)

        await self._chance.choice(self.apps)(scope, receive, sending)


class Network(httpx.AsyncBaseTransport):
    """Between one device and the server; `restart` begins a web process that has ended anew."""

    def __init__(
        self, hardships: Hardships, server: Server, restart: Callable[[], None], chance: random.Random, address: str
    ) -> None:
        self._hardships, self._server, self._restart, self._chance = hardships, server, restart, chance
        self._inner = httpx.ASGITransport(server, client=(address, 4000))
        self._late: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What comes back, if anything does. Raises: httpx.NetworkError."""
        chances = self._hardships.chances
        await request.aread()
        self._hardships.counts["requests"] += 1
        if self._strikes(chances.request_lost, "requests lost"):
            raise httpx.ConnectError("lost")
        if self._strikes(chances.delayed, "requests delayed"):
            self._late.append(request)
            raise httpx.ReadTimeout("late")
        if self._strikes(chances.server_killed, "servers killed"):
            await self._into_a_crash(request)
        if self._strikes(chances.doubled, "requests doubled"):
            answer, _ = await asyncio.gather(self._once(request), self._once(request))
        else:
            answer = await self._once(request)
        if self._strikes(chances.answer_lost, "answers lost"):
            raise httpx.ReadError("lost")
        return answer

    def _strikes(self, probability: float, counted: str) -> bool:
        return self._hardships.strikes(self._chance, probability, counted)

    async def _into_a_crash(self, request: httpx.Request) -> None:
        """The server ends at some moment while it serves: just after its commit, or anywhere at all."""
        if self._chance.random() < 0.5:
            self._server.cut = True
            with suppress(Killed):
                await self._once(request)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._chance.uniform(0, 0.03)):
                    await self._once(request)
        self._restart()
        raise httpx.ReadError("the server is gone")

    async def _once(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(request)

    async def deliver_late(self) -> None:
        """What was delayed arrives now, out of order; nobody waits for the answers any more."""
        late, self._late = self._late, []
        self._chance.shuffle(late)
        for request in late:
            self._hardships.counts["arrived out of order"] += 1
            await self._once(request)
