"""What a process shares between requests, read from the application's state by typed functions.

Dependencies are coroutines throughout: FastAPI sends plain functions through its thread pool.
"""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.bus.hub import Bus
from app.db.engine import Database
from app.kit.clock import Clock
from app.settings import Settings


async def database(connection: HTTPConnection) -> Database:
    """The process's database."""
    return cast("Database", connection.app.state.database)


async def clock(connection: HTTPConnection) -> Clock:
    """The process's clock."""
    return cast("Clock", connection.app.state.clock)


async def settings(connection: HTTPConnection) -> Settings:
    """The process's settings."""
    return cast("Settings", connection.app.state.settings)


async def bus(connection: HTTPConnection) -> Bus:
    """The process's end of the bus."""
    return cast("Bus", connection.app.state.bus)


async def private_addresses(connection: HTTPConnection) -> bool:
    """Whether this installation asks private addresses and without TLS."""
    return (await settings(connection)).webhook_private_addresses


CurrentBus = Annotated[Bus, Depends(bus)]
CurrentDatabase = Annotated[Database, Depends(database)]
CurrentClock = Annotated[Clock, Depends(clock)]
CurrentSettings = Annotated[Settings, Depends(settings)]
PrivateAddresses = Annotated[bool, Depends(private_addresses)]
