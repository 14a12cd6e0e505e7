"""Who listens in private is looked at again and again, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from app.kit.ids import TenantId
from app.streams.service import feeds
from app.streams.service.feeds import PrivateFeeds

CHECK_S = 0.02


class Feed:
    """A feed whose listeners take a moment to look at."""

    def __init__(self, *_: object) -> None:
        self.looks = 0

    async def recheck(self) -> None:
        """One look."""
        await asyncio.sleep(2 * CHECK_S)
        self.looks += 1

    def close(self) -> None:
        """Nobody listens."""


class Tails:
    """No tail is needed."""

    def of(self, tenant_id: TenantId) -> TenantId:
        """Something."""
        return tenant_id


async def test_a_first_listener_elsewhere_does_not_end_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PrivateFeed", Feed)
    nothing = cast("Any", None)
    private = PrivateFeeds(nothing, nothing, nothing, cast("Any", Tails()), CHECK_S, ())
    one = cast("Feed", private.of(TenantId(1)))
    await asyncio.sleep(2 * CHECK_S)  # the first is being looked at
    other = cast("Feed", private.of(TenantId(2)))
    async with asyncio.timeout(20):
        while one.looks < 3 or other.looks < 3:
            await asyncio.sleep(CHECK_S)
    await private.close()
