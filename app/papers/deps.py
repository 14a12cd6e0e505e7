"""What endpoints ask FastAPI for: the desk where files are compared."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from .service import Desk


async def desk(connection: HTTPConnection) -> Desk:
    """The process's desk."""
    return cast("Desk", connection.app.state.paper_desk)


CurrentDesk = Annotated[Desk, Depends(desk)]
