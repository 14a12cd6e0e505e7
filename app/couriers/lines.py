"""Many lines at once: what is told to one other system is in order, and one that hangs keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.db.errors import outline
from app.kit.clock import Clock
from app.kit.ids import TenantId

log = logging.getLogger("lienthong.couriers")


class Raises(StrEnum):
    """When trouble with lines is trouble of the whole turn."""

    ANY = "any"
    ALL = "all"


async def serve_lines(
    serve: Callable[[TenantId, UUID], Awaitable[int]],
    lines: Sequence[tuple[TenantId, UUID]],
    *,
    at_once: int,
    raises: Raises,
) -> int:
    """Sum of what serving each line came to, at most `at_once` of them together; each is served, whoever fails.

    Raises: the first failure, when all have had their turn: if any failed, or only if all did.
    """
    places, failures = asyncio.Semaphore(at_once), list[Exception]()

    async def one(tenant_id: TenantId, line_id: UUID) -> int:
        async with places:
            try:
                return await serve(tenant_id, line_id)
            except Exception as error:  # noqa: BLE001 - one line's trouble is no other's
                log.warning("line %s of tenant %s is passed over: %s", line_id, tenant_id, outline(error))
                failures.append(error)
                return 0

    async with asyncio.TaskGroup() as group:
        served = [group.create_task(one(*line)) for line in lines]
    if failures and (raises is Raises.ANY or len(failures) == len(lines)):
        raise failures[0]
    return sum(task.result() for task in served)


class ClockGuard:
    """Notices a clock set back: what waits for a time to come would else wait for as long as it was set back."""

    def __init__(self, clock: Clock) -> None:
        """Nothing is known of the clock before the first look, which counts as if it had been set back."""
        self._clock = clock
        self._latest: datetime | None = None

    async def look(self, tenants: Sequence[TenantId], wake: Callable[[TenantId, datetime], Awaitable[None]]) -> None:
        """Have `wake` called for each tenant when the clock shows less than before. What fails is done next time."""
        now = self._clock.now()
        if self._latest is None or now < self._latest:
            for tenant_id in tenants:
                await wake(tenant_id, now)
        self._latest = now
