"""The pages of the officers' door."""

from __future__ import annotations

from fastapi import APIRouter

from . import calendar, case, queue, session, stream

router = APIRouter(include_in_schema=False)
for part in (session, queue, stream, calendar, case):
    router.include_router(part.router)

__all__ = ["router"]
