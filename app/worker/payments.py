"""Payments at work: requests whose time has passed end, and providers are asked about what nothing was heard of."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from app.kit.ids import TenantId
from app.payments import service as payments_service
from app.payments.senders import ProviderClient
from app.payments.terms import GENERIC
from app.process import Process, keyring_of

from .pieces import Pieces, sweep_all
from .tenants import each_tenant

EXPIRE_EVERY_S = 60.0


class Payments:
    """What this process does for payments. Leaving it ends the questions under way; others ask them later."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._keys = keyring_of(process.settings)
        self._client = ProviderClient(process.clock, timeout_s=process.settings.payment_timeout_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def expire(self) -> int:
        """Requests that ended now, over all tenants."""
        process = self._process

        async def one(tenant_id: TenantId) -> int:
            pieces = Pieces(
                "payment request",
                lambda work, broken: payments_service.expire_due(work, tenant_id, besides=broken),
                lambda work, broken: payments_service.list_expired(work, tenant_id, besides=broken),
                lambda work, payment_id: payments_service.expire_due(work, tenant_id, only=payment_id),
            )
            return await sweep_all(process, "payments.expire", tenant_id, pieces)

        return await each_tenant(process, "payments.expire", one)

    async def ask(self) -> int:
        """Requests that a provider was asked about now, over all tenants."""
        process = self._process
        ours = process.settings.public_url
        callback_url = f"{ours.rstrip('/')}/api/v1/payments/callbacks/{GENERIC}" if ours else None

        async def one(tenant_id: TenantId) -> int:
            asked, broken = await payments_service.ask_due(
                process.db, process.clock, self._keys, self._client, tenant_id, callback_url=callback_url
            )
            for _ in range(broken):
                process.metrics.passed_over("payments.ask")
            return asked

        return await each_tenant(process, "payments.ask", one)
