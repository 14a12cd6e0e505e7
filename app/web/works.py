"""Units of work of a request: the transaction ends before the first byte of the answer leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends

from app.db.work import ReadWork as ReadWorkType, Work, read_work, write_work

from .state import CurrentClock, CurrentDatabase
from .tenancy import CurrentTenant


async def open_write_work(database: CurrentDatabase, clock: CurrentClock, tenant: CurrentTenant) -> AsyncIterator[Work]:
    """One transaction in the request's tenant, committed when the endpoint has answered."""
    async with write_work(database, clock, tenant) as work:
        yield work


async def open_read_work(
    database: CurrentDatabase, clock: CurrentClock, tenant: CurrentTenant
) -> AsyncIterator[ReadWorkType]:
    """One READ ONLY transaction in the request's tenant."""
    async with read_work(database, clock, tenant) as work:
        yield work


# scope="function": commit first, send after; with the default scope a failed commit would follow a sent 200.
WriteWork = Annotated[Work, Depends(open_write_work, scope="function")]
ReadWork = Annotated[ReadWorkType, Depends(open_read_work, scope="function")]
