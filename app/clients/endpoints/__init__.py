"""What other systems ask for with their keys. Sending reports is the reports room's address."""

from __future__ import annotations

from .reading import router as reading_router
from .subscribing import router as subscribing_router

routers = (reading_router, subscribing_router)

__all__ = ["routers"]
