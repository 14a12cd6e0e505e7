"""The pages of the officers' door."""

from __future__ import annotations

from fastapi import APIRouter

from . import account, blocks, calendar, case, held, photos, queue, redactions, senders, session, stream

router = APIRouter(include_in_schema=False)
# Senders and photos before the case, which would take their address for one of its verbs.
for part in (session, account, queue, redactions, held, blocks, stream, calendar, senders, photos, case):
    router.include_router(part.router)

__all__ = ["router"]
