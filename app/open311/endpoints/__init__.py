"""The addresses of GeoReport v2, in the order of its specification; whatever else is asked for here is not found."""

from __future__ import annotations

from fastapi import APIRouter

from .discovering import router as discovery_router
from .lost import router as lost_router
from .requests import router as requests_router
from .services import router as services_router
from .updates import router as updates_router

router = APIRouter(include_in_schema=False)
for part in (discovery_router, services_router, requests_router, updates_router, lost_router):
    router.include_router(part)

__all__ = ["router"]
