"""What endpoints ask FastAPI for: the present procedures, and a place that is asked about."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from app.db.reference import Reference
from app.directory.deps import CurrentDirectory
from app.directory.snapshot import AreaChain
from app.web.tenancy import CurrentTenant

from .snapshot import Procedures


async def procedures(connection: HTTPConnection) -> Procedures:
    """The newest procedures this process has loaded."""
    return cast("Reference[Procedures]", connection.app.state.procedures).current


async def asked_place(
    directory: CurrentDirectory,
    tenant: CurrentTenant,
    area: Annotated[
        str | None, Query(max_length=8, description="Code of an area: which units it goes to there", examples=["10507"])
    ] = None,
) -> AreaChain | None:
    """The area asked for with what it belongs to; None when none is. Raises: UnknownArea, AreaOutsideTenant."""
    return directory.chain_in(tenant, area) if area is not None else None


CurrentProcedures = Annotated[Procedures, Depends(procedures)]
AskedPlace = Annotated[AreaChain | None, Depends(asked_place)]
