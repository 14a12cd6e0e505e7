"""Webhooks on their way: one task per subscription, so that an endpoint keeps nobody waiting but itself."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Self

from app.db.errors import outline
from app.kit.ids import TenantId
from app.process import Process, keyring_of
from app.subscriptions.senders import Sender
from app.subscriptions.service import Courier
from app.subscriptions.terms import SubscriptionId

log = logging.getLogger("lienthong.worker")


class Deliveries:
    """What this process delivers now. Leaving it ends the requests under way; others take them up later."""

    def __init__(self, process: Process) -> None:
        """Nothing is asked of the network before `begin`."""
        self._process = process
        self._under_way: dict[tuple[TenantId, SubscriptionId], asyncio.Task[None]] = {}
        self._courier: Courier | None = None

    async def __aenter__(self) -> Self:
        settings, process = self._process.settings, self._process
        self._courier = Courier(
            process.db,
            process.clock,
            keyring_of(settings),
            Sender(
                private=settings.webhook_private_addresses,
                timeout_s=settings.webhook_timeout_s,
                authorities=settings.webhook_authorities_file,
            ),
            directory=lambda: process.directory.current,
            attempted=process.metrics.posted,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._courier is not None:
            await self._courier.close()

    async def begin(self) -> int:
        """Begin to deliver for every subscription that has something due and is not at it. Always 0.

        The requests are waited for by nobody here, so there is no reason to look again at once.
        """
        assert self._courier is not None
        await self._courier.mind_the_clock(tuple(self._process.tenants))
        for tenant_id in self._process.tenants:
            for subscription_id in await self._courier.list_due(tenant_id):
                key = tenant_id, subscription_id
                if key not in self._under_way:
                    self._under_way[key] = asyncio.create_task(self._deliver(self._courier, *key))
        return 0

    async def settle(self) -> None:
        """Deliver until nothing is due, and wait for it."""
        while True:
            await self.begin()
            if not self._under_way:
                return
            await asyncio.gather(*self._under_way.values())

    async def _deliver(self, courier: Courier, tenant_id: TenantId, subscription_id: SubscriptionId) -> None:
        try:
            made = await courier.deliver(tenant_id, subscription_id)
            self._process.metrics.turned("webhooks", made)
        except Exception as error:  # noqa: BLE001 - one subscription's trouble is no other's; the next turn tries again
            self._process.metrics.failed("webhooks")
            log.warning("subscription %s of tenant %s cannot be served: %s", subscription_id, tenant_id, outline(error))
        finally:
            del self._under_way[tenant_id, subscription_id]
