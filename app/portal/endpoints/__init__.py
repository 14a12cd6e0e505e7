"""The pages of the people's door."""

from __future__ import annotations

from fastapi import APIRouter

from . import (
    account,
    applying,
    following,
    home,
    looking,
    notices,
    procedures,
    requests,
    sending,
    signing_in,
    telling,
    verifying,
)
from .lost import router as lost_router

router = APIRouter(include_in_schema=False)
# Telling before following and requests, which would take its addresses for one of their verbs.
PARTS = (
    home,
    account,
    signing_in,
    sending,
    telling,
    following,
    looking,
    notices,
    procedures,
    applying,
    requests,
    verifying,
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["lost_router", "router"]
