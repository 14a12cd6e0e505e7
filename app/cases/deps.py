"""What endpoints about cases ask FastAPI for.

Dependencies call one another where they can: FastAPI solves a shared one again for each that names it.
"""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.catalogue.deps import catalogue
from app.db.reference import Reference
from app.deadlines.snapshot import Calendars
from app.directory.deps import directory
from app.identity.deps import CurrentStaff
from app.routing.snapshot import Rulebooks

from .service import scope_of
from .terms import Books, Scope


async def books(connection: HTTPConnection) -> Books:
    """The reference data of this moment; one request sees one state of it."""
    state = connection.app.state
    return Books(
        await directory(connection),
        await catalogue(connection),
        cast("Reference[Rulebooks]", state.rulebooks).current,
        cast("Reference[Calendars]", state.calendars).current,
    )


CurrentBooks = Annotated[Books, Depends(books)]


async def scope(connection: HTTPConnection, actor: CurrentStaff) -> Scope:
    """The cases the officer may see."""
    return scope_of(actor, await directory(connection))


CurrentScope = Annotated[Scope, Depends(scope)]
