"""When the relay looks at whom: tenants whose messages are said to wait at once, and all of them now and then."""

from __future__ import annotations

from collections.abc import Callable, Collection
from time import monotonic

from app.kit.ids import TenantId


class Rounds:
    """Chooses the tenants of the relay's next turn."""

    def __init__(self, pause_s: Callable[[], float], waiting: Callable[[], Collection[int]]) -> None:
        """`pause_s`: how often all are looked at; `waiting` takes the tenants whose messages are said to wait."""
        self._pause_s = pause_s
        self._waiting = waiting
        self._all_at = -1.0

    def next(self, tenants: Collection[TenantId]) -> Collection[TenantId]:
        """Those of `tenants` to look at now."""
        waiting, now = self._waiting(), monotonic()
        if not waiting or now - self._all_at >= self._pause_s():
            self._all_at = now
            return tenants
        return [tenant_id for tenant_id in tenants if tenant_id in waiting]
