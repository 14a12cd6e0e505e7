"""What one address may read without signing in, counted in each process for itself: it costs no statement."""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import timedelta
from time import monotonic
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kit.gcra import Rate
from app.kit.networks import whence
from app.kit.problems import TooMany
from app.kit.text import Text

from .live import address_of
from .problems import refusal

_COUNTED: Final = 50_000  # addresses that a process remembers; those not heard of for longest are forgotten


class ReadTooMuch(TooMany):
    """The address has read more in a short time than one process gives to each."""

    slug = "read-too-much"
    title = Text("Bạn đang đọc quá nhanh", "You are reading too fast")

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            Text(
                f"Hãy đọc tiếp sau {retry_after_s} giây. Muốn có nhiều dữ liệu, hãy dùng luồng trực tiếp, hoặc xin "
                "khoá API của tỉnh.",
                f"Read on in {retry_after_s} s. For much data use the live stream, or ask the province for an API key.",
            ),
            retry_after_s=retry_after_s,
        )


class ReadBudget:
    """Lets anonymous reads of the API through while their address has some of its budget left.

    It is app/kit/gcra.py on a clock that nobody sets. Addresses that tell nothing have no budget: everybody may be
    behind them.
    """

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        """`per_minute`: reads of one address in one process; 0: as many as it likes."""
        self.app = app
        self._rate = Rate(max(1, per_minute), timedelta(minutes=1))
        self._step_s = 60 / max(1, per_minute)
        self._on = per_minute > 0
        self._kept: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if self._on and scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and self._counts(scope):
            place = whence(address_of(scope))
            wait_s = self._take(place.address, monotonic()) if place.telling else None
            if wait_s is not None:
                await self._refuse(wait_s, scope, receive, send)
                return
        await self.app(scope, receive, send)

    @staticmethod
    def _counts(scope: Scope) -> bool:
        return scope["path"].startswith(("/api/", "/open311/")) and "authorization" not in Headers(scope=scope)

    def _take(self, address: str, now: float) -> int | None:
        """Whole seconds until the address may read again, None when it may now and has."""
        kept = max(now, self._kept.pop(address, now)) + self._step_s
        over = kept - now - 60
        self._kept[address] = kept if over <= 0 else kept - self._step_s
        if len(self._kept) > _COUNTED:
            self._kept.popitem(last=False)
        return None if over <= 0 else max(1, math.ceil(over))

    async def _refuse(self, wait_s: int, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["limits"] = (f'"reads-address";q={self._rate.most};w=60', f'"reads-address";r=0;t={wait_s}')
        await refusal(Request(scope), ReadTooMuch(wait_s))(scope, receive, send)
