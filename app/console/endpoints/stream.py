"""What happens in the officer's queue, live, for the pages of this door: their cookie goes to no other address."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.console.deps import PATH, ConsoleRoute, CurrentDesk
from app.publication.deps import LastEventId
from app.streams.deps import CurrentPrivateFeeds, officer_of
from app.streams.endpoints import opened
from app.web.live import EventStream

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)


@router.get("/stream", status_code=200, response_class=EventStream)
async def stream_queue(
    request: Request, desk: CurrentDesk, feeds: CurrentPrivateFeeds, after: LastEventId
) -> EventStream:
    """The same as `/api/v1/staff/stream`, by the session of the pages."""
    return await opened(request, feeds, desk.tenant.id, officer_of(desk.signed_in), after)
