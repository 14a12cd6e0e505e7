"""Sweeps: what there is to tell of the clocks of cases, and the walk that finds cases nobody has planned."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.cases import service as cases_service
from app.db.work import Work, in_work
from app.kit.ids import RequestId, TenantId
from app.process import Process
from app.service_requests import service as requests_service

from .pieces import Pieces, sweep_all
from .tenants import each_tenant


async def sweep(process: Process) -> int:
    """Cases looked at now because something was to be told of their clocks, over all tenants."""
    return await each_tenant(process, "sweep", lambda tenant_id: _sweep_tenant(process, tenant_id))


async def _sweep_tenant(process: Process, tenant_id: TenantId) -> int:
    """Cases of the tenant looked at now."""
    pieces = Pieces(
        "case",
        lambda work, broken: cases_service.sweep(work, tenant_id, process.books, besides=broken),
        lambda work, broken: cases_service.list_unswept(work, tenant_id, besides=broken),
        lambda work, case_id: cases_service.sweep(work, tenant_id, process.books, only=case_id),
    )
    return await sweep_all(process, "sweep", tenant_id, pieces)


async def sweep_requests(process: Process) -> int:
    """Service requests and steps of which something was told now, over all tenants."""

    async def one(tenant_id: TenantId) -> int:
        books = process.request_books
        while await in_work(
            process.db, process.clock, tenant_id, lambda work: requests_service.mark_waiting(work, tenant_id)
        ):
            pass
        pieces = Pieces(
            "service request",
            lambda work, broken: requests_service.sweep(work, tenant_id, books, besides=broken),
            lambda work, broken: requests_service.list_unswept(work, tenant_id, books, besides=broken),
            lambda work, request_id: requests_service.sweep(work, tenant_id, books, only=RequestId(request_id)),
        )
        return await sweep_all(process, "requests", tenant_id, pieces)

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
