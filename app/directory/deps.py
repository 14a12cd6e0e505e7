"""What endpoints ask FastAPI for: the present directory."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.db.reference import Reference

from .snapshot import Directory


async def directory(connection: HTTPConnection) -> Directory:
    """The newest directory this process has loaded."""
    return cast("Reference[Directory]", connection.app.state.directory).current


CurrentDirectory = Annotated[Directory, Depends(directory)]
