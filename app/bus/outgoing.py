"""Signals on their way out of a process, gathered while the last ones are being sent."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

GAP_S = 0.02  # between two sendings: at most fifty a second, however much is written


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What is sent at once: tenants whose messages wait, and of others from where to where they were numbered."""

    written: Collection[int] = ()
    numbered: dict[int, tuple[int, int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.written or self.numbered)


class Outgoing:
    """Gathers; never waits, never grows beyond one entry a tenant."""

    def __init__(self) -> None:
        self._written: set[int] = set()
        self._numbered: dict[int, tuple[int, int]] = {}
        self.news = asyncio.Event()

    def written(self, tenants: Collection[int]) -> None:
        """Messages of these tenants wait for their position."""
        self._written.update(tenants)
        self.news.set()

    def numbered(self, tenant_id: int, after: int, position: int) -> None:
        """The tenant's messages after `after` up to `position` have one."""
        before = self._numbered.get(tenant_id, (after, position))
        self._numbered[tenant_id] = min(before[0], after), max(before[1], position)
        self.news.set()

    def take(self) -> Bulletin:
        """All that was gathered, which is then forgotten."""
        taken = Bulletin(tuple(self._written), self._numbered)
        self._written, self._numbered = set(), {}
        self.news.clear()
        return taken
