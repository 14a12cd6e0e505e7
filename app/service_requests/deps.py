"""What endpoints about service requests ask FastAPI for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.cases.deps import books
from app.cases.service import CodeBook
from app.db.reference import Reference
from app.identity.deps import keyring
from app.kit.ids import TenantId
from app.procedures.snapshot import Procedures
from app.web.state import database
from app.web.tenancy import CurrentTenant

from .service import Desk
from .terms import RequestBooks


async def request_books(connection: HTTPConnection) -> RequestBooks:
    """The reference data of this moment; one request sees one state of it."""
    of = await books(connection)
    procedures = cast("Reference[Procedures]", connection.app.state.procedures).current
    pages = connection.app.state.settings.pages
    return RequestBooks(of.directory, of.catalogue, of.calendars, procedures, await keyring(connection), pages)


CurrentRequestBooks = Annotated[RequestBooks, Depends(request_books)]


async def desk(connection: HTTPConnection) -> Desk:
    """What filing needs."""
    return Desk(
        db=await database(connection),
        codes=cast("CodeBook", connection.app.state.codes),
        keys=await keyring(connection),
        books=await request_books(connection),
    )


CurrentDesk = Annotated[Desk, Depends(desk)]


async def draft_life(connection: HTTPConnection, tenant_id: CurrentTenant) -> timedelta:
    """How long the province keeps a draft that nobody touches. Rules are above this room: the process knows them."""
    kept_for = cast("Callable[[TenantId], Awaitable[timedelta]]", connection.app.state.draft_life)
    return await kept_for(tenant_id)


DraftLife = Annotated[timedelta, Depends(draft_life)]
