"""Is the process alive, and can it serve?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app.db.errors import DatabaseUnavailable

from .problems import problem_responses
from .state import CurrentBus, CurrentDatabase

PATIENCE_S = 1.0
"""A proxy asks every few seconds and gives up soon; a database that takes this long for nothing serves nobody."""

router = APIRouter(prefix="/health", tags=["operation"])


class HealthOut(BaseModel):
    """`ok`, or a problem instead."""

    status: str = "ok"


class ReadyOut(HealthOut):
    """And how changes reach live streams: nothing is wrong with a process that polls, it is only slower."""

    bus: str = Field(
        description="Signals between processes: `postgres` or `nats` while processes wake each other, else `polling`"
    )
    files: Literal["ok", "full"] = Field(
        description="Whether there is room for files: `full` when no more are taken; reports are taken without them"
    )


@router.get("/live", response_model=HealthOut)
async def live() -> HealthOut:
    """Tiến trình đang chạy. The process runs; it says nothing about the database."""
    return HealthOut()


@router.get("/ready", response_model=ReadyOut, responses=problem_responses())
async def ready(request: Request, database: CurrentDatabase, bus: CurrentBus) -> ReadyOut:
    """Tiến trình phục vụ được: cơ sở dữ liệu trả lời. The process can serve: the database answers."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await database.lane.fetchval("SELECT 1")
    except TimeoutError as error:
        raise DatabaseUnavailable from error
    has_room = await cast("Callable[[], Awaitable[bool]]", request.app.state.has_room)()
    return ReadyOut(bus=bus.state.means.value if bus.works else "polling", files="ok" if has_room else "full")
