"""Sweeps: what there is to tell of the clocks of cases, and the walk that finds cases nobody has planned."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from app.cases import service as cases_service
from app.db.errors import outline
from app.db.work import Work, in_work
from app.kit.ids import TenantId
from app.kit.problems import Unavailable
from app.process import Process
from app.service_requests import service as requests_service

from .tenants import each_tenant

log = logging.getLogger("lienthong.worker")


async def sweep(process: Process) -> int:
    """Cases looked at now because something was to be told of their clocks, over all tenants."""
    return await each_tenant(process, "sweep", lambda tenant_id: _sweep_tenant(process, tenant_id))


async def _sweep_tenant(process: Process, tenant_id: TenantId) -> int:
    """Cases of the tenant looked at now. One that cannot be is passed over until the next sweep."""
    swept, broken = 0, set[UUID]()

    async def one_batch(work: Work) -> int:
        return await cases_service.sweep(work, tenant_id, process.books, besides=broken)

    while True:
        try:
            batch = await in_work(process.db, process.clock, tenant_id, one_batch)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one case has must not hold up those after it
            log.warning("a sweep of tenant %s goes on case by case: %s", tenant_id, outline(error))
            known = len(broken)
            batch = await _sweep_one_by_one(process, tenant_id, broken)
            if len(broken) > known:  # a batch of nothing but broken ones is not the last
                swept += batch
                continue
        swept += batch
        if not batch:
            return swept


async def _sweep_one_by_one(process: Process, tenant_id: TenantId, broken: set[UUID]) -> int:
    """Cases of the next batch looked at, each in a transaction of its own; adds to `broken` those that failed."""

    async def waiting(work: Work) -> list[UUID]:
        return await cases_service.list_unswept(work, tenant_id, besides=broken)

    swept = 0
    for case_id in await in_work(process.db, process.clock, tenant_id, waiting):

        async def one(work: Work, case_id: UUID = case_id) -> int:
            return await cases_service.sweep(work, tenant_id, process.books, only=case_id)

        try:
            swept += await in_work(process.db, process.clock, tenant_id, one)
        except Unavailable:
            raise
        except Exception:
            broken.add(case_id)
            log.exception("case %s of tenant %s cannot be swept", case_id, tenant_id)
    return swept


async def sweep_requests(process: Process) -> int:
    """Service requests found late now, over all tenants."""

    async def one(tenant_id: TenantId) -> int:
        books = process.request_books
        return await in_work(
            process.db, process.clock, tenant_id, lambda work: requests_service.sweep(work, tenant_id, books)
        )

    return await each_tenant(process, "requests", one)


class Planning:
    """Walks through the open cases of every tenant, a page a turn, and plans those that have no plan."""

    def __init__(self, process: Process) -> None:
        """Begins with what is due first."""
        self._process = process
        self._after: dict[TenantId, tuple[datetime, UUID] | None] = {}

    async def turn(self) -> int:
        """Tenants with more to walk through; 0 when all walks are at their end, and the next turn begins anew."""
        more = await each_tenant(self._process, "plan", self._page)
        if not more:
            self._after.clear()
        return more

    async def _page(self, tenant_id: TenantId) -> int:
        if tenant_id in self._after and self._after[tenant_id] is None:
            return 0
        books = self._process.books
        after = self._after.get(tenant_id)

        async def one_page(work: Work) -> tuple[datetime, UUID] | None:
            return await cases_service.plan_unplanned(work, tenant_id, books, after=after)

        self._after[tenant_id] = await in_work(self._process.db, self._process.clock, tenant_id, one_page)
        return self._after[tenant_id] is not None
