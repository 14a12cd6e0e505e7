"""Staff: the queue, the case, one address per verb. Everything outside the officer's units is 404."""

from __future__ import annotations

from fastapi import APIRouter

from . import many, reading, verbs

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
# `many` goes first: /cases/bulk must not be taken for a case.
for part in (many, reading, verbs):
    router.include_router(part.router)

__all__ = ["router"]
