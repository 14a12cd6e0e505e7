"""The pages of the people's door."""

from __future__ import annotations

from fastapi import APIRouter

from . import account, following, home, looking, notices, procedures, sending, signing_in, telling
from .lost import router as lost_router

router = APIRouter(include_in_schema=False)
# Telling before following, which would take its address for one of its verbs.
for part in (home, account, signing_in, sending, telling, following, looking, procedures, notices):
    router.include_router(part.router)

__all__ = ["lost_router", "router"]
