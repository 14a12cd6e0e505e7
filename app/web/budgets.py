"""What one address may read without signing in, counted in each process for itself: it costs no statement."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, cast

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.gcra import Rate
from app.kit.ids import TenantId
from app.kit.networks import whence
from app.kit.problems import TooMany
from app.kit.text import Text

from .live import address_of
from .problems import refusal

_PUBLIC: Final = ("/api/v1/public/", "/open311/")  # the same for everybody, whatever is sent along
_UNPROVEN: Final = 401
_COUNTED: Final = 50_000  # addresses that a process remembers; those not heard of for longest are forgotten


class ReadTooMuch(TooMany):
    """The address has read more in a short time than one process gives to each."""

    slug = "read-too-much"
    title = Text("Quá nhiều lượt trong một phút", "Too much within a minute")

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            Text(
                f"Hãy đọc tiếp sau {retry_after_s} giây. Muốn có nhiều dữ liệu, hãy dùng luồng trực tiếp, hoặc xin "
                "khoá API của tỉnh.",
                f"Read on in {retry_after_s} s. For much data use the live stream, or ask the province for an API key.",
            ),
            retry_after_s=retry_after_s,
        )


class Reads:
    """What addresses have left to read in this process.

    Who proves who he is has no budget, unless that proves nothing or is sent where everybody reads the same.

    It is app/kit/gcra.py on a clock that nobody sets. Addresses that tell nothing have no budget: everybody may be
    behind them.
    """

    def __init__(self, per_minute: int) -> None:
        """`per_minute`: reads of one address in one process; 0: as many as it likes."""
        self._rate = Rate(max(1, per_minute), timedelta(minutes=1))
        self._step_s = 60 / max(1, per_minute)
        self._on = per_minute > 0
        self._kept: OrderedDict[str, float] = OrderedDict()

    def require(self, scope: Scope, cost: int = 1) -> None:
        """Nothing while the address has as much left as `cost` reads, which it then has read. Raises: ReadTooMuch."""
        place, most = whence(address_of(scope)), max(1, self._rate.most // 2)  # whatever it costs, it is possible
        wait_s = self._take(place.address, min(cost, most), monotonic()) if self._on and place.telling else 0
        if wait_s:
            scope["state"]["limits"] = (f'"reads-address";q={self._rate.most};w=60', f'"reads-address";r=0;t={wait_s}')
            raise ReadTooMuch(wait_s)

    def _take(self, address: str, cost: int, now: float) -> int:
        """Whole seconds until the address may read so much, 0 when it may now and has."""
        before = max(now, self._kept.pop(address, now))
        over = before + cost * self._step_s - now - 60
        self._kept[address] = before if over > 0 else before + cost * self._step_s
        if len(self._kept) > _COUNTED:
            self._kept.popitem(last=False)
        return max(1, math.ceil(over)) if over > 0 else 0


def counted(cost: int) -> Callable[[HTTPConnection], Awaitable[None]]:
    """A dependency that lets a request in as so many reads of its address, whoever asks. Raises: ReadTooMuch."""

    async def check(connection: HTTPConnection) -> None:
        spend(connection, cost)

    return check


async def reading(connection: HTTPConnection) -> None:
    """A dependency: asking for a page is one read of its address, sending a form is none. Raises: ReadTooMuch."""
    if connection.scope["method"] == "GET":
        spend(connection, 1)


def spend(connection: HTTPConnection, cost: int) -> None:
    """What is asked for takes so many reads of its address. Raises: ReadTooMuch."""
    cast("Reads", connection.app.state.reads).require(connection.scope, cost)


class TurnedAway:
    """Addresses that this process does nothing for until an instant: what they sent before proved nothing too often.

    Each province for itself: one may be stricter than the others.
    """

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[TenantId, str], tuple[datetime, int]] = OrderedDict()

    def keep(self, scope: Scope, of: TenantId, wait_s: int, now: datetime) -> None:
        """Nothing is done there for the address of the request before `wait_s` seconds have passed."""
        key = of, whence(address_of(scope)).address
        self._told.pop(key, None)
        self._told[key] = (now, wait_s)
        if len(self._told) > _COUNTED:
            self._told.popitem(last=False)

    def left_s(self, scope: Scope, of: TenantId, now: datetime) -> int:
        """Seconds that are left of it, 0 for none. A clock that was set back makes nobody wait for longer."""
        since, wait_s = self._told.get((of, whence(address_of(scope)).address), (now, 0))
        passed_s = (now - since).total_seconds()
        return max(0, math.ceil(wait_s - passed_s)) if passed_s >= 0 else 0


class ReadBudget:
    """Lets anonymous reads of the API through while their address has some of its budget left."""

    def __init__(self, app: ASGIApp, reads: Reads) -> None:
        """`reads`: what the process has left for each address."""
        self.app = app
        self._reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or not _counts(scope):
            await self.app(scope, receive, send)
        elif "authorization" in Headers(scope=scope) and not scope["path"].startswith(_PUBLIC):
            await self.app(scope, receive, self._charging(scope, send))
        else:
            try:
                self._reads.require(scope)
            except ReadTooMuch as problem:
                await refusal(Request(scope), problem)(scope, receive, send)
                return
            await self.app(scope, receive, send)

    def _charging(self, scope: Scope, send: Send) -> Send:
        """`send`, which takes from the address's budget when what was sent along proves nothing."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _UNPROVEN:
                with suppress(ReadTooMuch):
                    self._reads.require(scope)
            await send(message)

        return told


def _counts(scope: Scope) -> bool:
    """Whether it is a read of the API; checks of papers never ask who it is, and count themselves."""
    path: str = scope["path"]
    return path.startswith(("/api/", "/open311/")) and not path.startswith("/api/v1/verify/")
