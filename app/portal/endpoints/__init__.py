"""The pages of the people's door."""

from __future__ import annotations

from fastapi import APIRouter

from . import following, home, looking, notices, sending
from .lost import router as lost_router

router = APIRouter(include_in_schema=False)
for part in (home, sending, following, looking, notices):
    router.include_router(part.router)

__all__ = ["lost_router", "router"]
