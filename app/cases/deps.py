"""What endpoints about cases ask FastAPI for."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.catalogue.deps import CurrentCatalogue
from app.db.reference import Reference
from app.deadlines.snapshot import Calendars
from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentStaff
from app.routing.snapshot import Rulebooks

from .service import scope_of
from .terms import Books, Scope


async def books(connection: HTTPConnection, directory: CurrentDirectory, catalogue: CurrentCatalogue) -> Books:
    """The reference data of this moment; one request sees one state of it."""
    state = connection.app.state
    return Books(
        directory,
        catalogue,
        cast("Reference[Rulebooks]", state.rulebooks).current,
        cast("Reference[Calendars]", state.calendars).current,
    )


CurrentBooks = Annotated[Books, Depends(books)]


async def scope(actor: CurrentStaff, directory: CurrentDirectory) -> Scope:
    """The cases the officer may see."""
    return scope_of(actor, directory)


CurrentScope = Annotated[Scope, Depends(scope)]
