"""Units of work of a request: the transaction ends before the first byte of the answer leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.db.errors import Crowded, may_retry
from app.db.work import ReadWork as ReadWorkType, Work, read_work, write_work

from .state import clock, database
from .tenancy import tenant


async def open_write_work(connection: HTTPConnection) -> AsyncIterator[Work]:
    """One transaction in the request's tenant, committed when the endpoint has answered. Raises: Crowded."""
    try:
        async with write_work(await database(connection), await clock(connection), await tenant(connection)) as work:
            yield work
    except Exception as error:
        if may_retry(error):
            raise Crowded from error
        raise


async def open_read_work(connection: HTTPConnection) -> AsyncIterator[ReadWorkType]:
    """One READ ONLY transaction in the request's tenant."""
    async with read_work(await database(connection), await clock(connection), await tenant(connection)) as work:
        yield work


# scope="function": commit first, send after; with the default scope a failed commit would follow a sent 200.
WriteWork = Annotated[Work, Depends(open_write_work, scope="function")]
ReadWork = Annotated[ReadWorkType, Depends(open_read_work, scope="function")]
