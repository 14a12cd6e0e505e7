"""Addresses of service requests: applicants', drafts, and those of offices."""

from __future__ import annotations

from .applying import router as applying_router
from .at_desk import router as at_desk_router
from .drafts import router as drafts_router
from .offices import router as offices_router
from .papers import router as papers_router
from .verbs import router as verbs_router
from .work import router as work_router

routers = (applying_router, drafts_router, offices_router, papers_router, verbs_router, at_desk_router, work_router)

__all__ = ["routers"]
