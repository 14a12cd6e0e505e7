"""The pages of the officers' door."""

from __future__ import annotations

from fastapi import APIRouter

from . import (
    account,
    calendar,
    case,
    deputies,
    invitation,
    members,
    provider,
    queue,
    requests,
    senders,
    session,
    stream,
)

router = APIRouter(include_in_schema=False)
PARTS = (
    session,
    provider,
    invitation,
    account,
    deputies,
    members,
    queue,
    stream,
    calendar,
    requests,
    senders,  # before the case, which would take their address for one of its verbs
    case,
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]
