"""What endpoints about reports ask the process for."""

from __future__ import annotations

from typing import cast

from starlette.requests import HTTPConnection

from app.cases.deps import books
from app.cases.service import CodeBook
from app.identity.deps import keyring
from app.web.state import clock, database

from .service import Intake


async def intake_of(connection: HTTPConnection) -> Intake:
    """What taking a report in needs."""
    return Intake(
        db=await database(connection),
        clock=await clock(connection),
        codes=cast("CodeBook", connection.app.state.codes),
        keys=await keyring(connection),
        books=await books(connection),
    )
