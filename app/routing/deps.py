"""What endpoints ask FastAPI for: the present rulebooks."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.db.reference import Reference

from .snapshot import Rulebooks


async def rulebooks(connection: HTTPConnection) -> Rulebooks:
    """The newest rulebooks this process has loaded."""
    return cast("Reference[Rulebooks]", connection.app.state.rulebooks).current


CurrentRulebooks = Annotated[Rulebooks, Depends(rulebooks)]
