"""Staff: the queue, the case, one address per verb. Everything outside the officer's units is 404."""

from __future__ import annotations

from . import calendars, many, previews, reading, verbs, wall

# `many` goes first: /cases/bulk must not be taken for a case; `previews` before the catalogue's own (app.main).
routers = (
    reading.hot_router,
    many.router,
    reading.router,
    verbs.router,
    calendars.router,
    previews.router,
    wall.router,
)

__all__ = ["routers"]
