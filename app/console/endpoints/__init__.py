"""The pages of the officers' door."""

from __future__ import annotations

from fastapi import APIRouter

from . import account, calendar, case, deputies, invitation, members, provider, queue, senders, session, stream

router = APIRouter(include_in_schema=False)
# Senders before the case, which would take their address for one of its verbs.
for part in (session, provider, invitation, account, deputies, members, queue, stream, calendar, senders, case):
    router.include_router(part.router)

__all__ = ["router"]
