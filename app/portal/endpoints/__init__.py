"""The pages of the people's door."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from app.web.budgets import counted, reading

from . import (
    account,
    applying,
    calendar,
    crawling,
    feeds,
    following,
    home,
    installing,
    looking,
    mapping,
    notices,
    procedures,
    protecting,
    pushing,
    queueing,
    requests,
    sending,
    signing_in,
    supporting,
    telling,
    units,
    verifying,
)
from .lost import router as lost_router

router = APIRouter(include_in_schema=False)
# Telling before following and requests, which would take its addresses for one of their verbs.
PARTS = (
    home,
    pushing,
    calendar,
    protecting,
    mapping,
    installing,
    queueing,
    account,
    signing_in,
    sending,
    telling,
    following,
    looking,
    supporting,
    notices,
    procedures,
    applying,
    requests,
    verifying,
)
READ = (Depends(reading),)  # a page is made anew for whoever asks: from a search, from counts
USED = (Depends(counted(1)),)  # and so is what answers a form
for part in PARTS:  # reporting is kept from nobody: those two count what comes to nothing
    router.include_router(part.router, dependencies=READ if part in {sending, queueing} else USED)
router.include_router(crawling.router)  # which counts itself
for part_of_all in (feeds.first_router, units.first_router, installing.of_portal):  # the element is no unit
    router.include_router(part_of_all, dependencies=READ)
router.include_router(feeds.router)  # which counts itself
router.include_router(units.router, dependencies=READ)

__all__ = ["lost_router", "router"]
