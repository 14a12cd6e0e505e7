"""What endpoints ask FastAPI for: where files lie, how large they may be, the key of their addresses."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from .store import Store


async def store(connection: HTTPConnection) -> Store:
    """Where this process keeps files."""
    return cast("Store", connection.app.state.file_store)


CurrentStore = Annotated[Store, Depends(store)]
