"""The national portal: what this process tells it, and the comparison of each day."""

from __future__ import annotations

import logging
from datetime import timedelta
from types import TracebackType
from typing import Self

from app.db.work import in_work
from app.kit.ids import TenantId
from app.national import service
from app.national.senders import Portal
from app.national.service import Courier
from app.national.terms import Answer, Outcome
from app.process import Process, keyring_of
from app.settings import Settings

from .tenants import each_tenant

log = logging.getLogger("lienthong.national")
COMPARE_EVERY_S = 600.0  # how often it is looked whether a day is over


def portal_of(settings: Settings) -> Portal | None:
    """The portal that the settings name; None for none. Raises: ValueError when the account is missing."""
    if settings.national_url is None:
        return None
    if settings.national_account is None or settings.national_secret is None:
        message = "LIENTHONG_NATIONAL_URL needs LIENTHONG_NATIONAL_ACCOUNT and LIENTHONG_NATIONAL_SECRET"
        raise ValueError(message)
    return Portal(
        settings.national_url,
        settings.national_account,
        settings.national_secret.get_secret_value(),
        timeout_s=settings.national_timeout_s,
    )


class National:
    """What this process does for the portal; nothing where there is none. Leaving it ends requests under way."""

    def __init__(self, process: Process) -> None:
        """Nothing is asked of the network before a turn."""
        self._process = process
        self._portal: Portal | None = None
        self._courier: Courier | None = None

    async def __aenter__(self) -> Self:
        process = self._process
        self._portal = portal_of(process.settings)
        if self._portal is not None:
            self._courier = Courier(
                process.db,
                process.clock,
                keyring_of(process.settings),
                self._portal,
                books=lambda: process.request_books,
                in_flight=process.settings.national_in_flight,
                attempted=process.metrics.pushed,
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._courier is not None:
            await self._courier.close()

    @property
    def there(self) -> bool:
        """Whether this installation has a portal to tell."""
        return self._portal is not None

    async def push(self) -> int:
        """Attempts made now, over all tenants."""
        return await self._courier.deliver(self._process.tenants) if self._courier is not None else 0

    async def compare(self) -> int:
        """Tenants that were compared now, because a day is over since they were.

        What the portal has lost or holds in another state is told again at once, unless it has refused it: what a
        delayed request has put back there is right again a day later, without anybody.
        """
        process = self._process

        async def mend(tenant_id: TenantId) -> int:
            return await in_work(
                process.db,
                process.clock,
                tenant_id,
                lambda work: service.resend_missing(work, tenant_id, given_up_too=False),
            )

        async def one(tenant_id: TenantId) -> int:
            answer = await self.compare_one(tenant_id, every=timedelta(days=1))
            if answer is None or answer.outcome is not Outcome.TAKEN:
                return 0
            if count := await mend(tenant_id):
                log.info("%s service requests are told to the national portal again, for tenant %s", count, tenant_id)
            return 1

        return await each_tenant(self._process, "national.compare", one)

    async def compare_one(self, tenant_id: TenantId, *, every: timedelta | None = None) -> Answer | None:
        """What came of comparing one tenant; None when it is not its turn, or there is no portal."""
        process = self._process
        if self._portal is None:
            return None
        directory = process.directory.current
        top = directory.unit_by_code(tenant_id, directory.tenant(tenant_id).agency_code)
        codes = await service.list_portal_codes(process.db, tenant_id)
        portal_code = service.portal_code_of(directory, tenant_id, top.id, codes)
        return await service.compare(process.db, process.clock, self._portal, tenant_id, portal_code, every=every)
