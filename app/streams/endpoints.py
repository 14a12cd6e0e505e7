"""Private live streams (server-sent events): an officer's cases, a citizen's reports, one report."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.requests import HTTPConnection

from app.identity.deps import SIGNED_IN
from app.identity.errors import CitizenNeeded, SessionExpired, StaffNeeded
from app.kit.ids import TenantId
from app.outbox.errors import EventsForgotten, PositionAhead
from app.publication.deps import LastEventId
from app.publication.errors import UnreadableLastEventId
from app.reports.endpoints import ReportCode
from app.reports.errors import ReportNotFound
from app.web.headers import TRACKING_SECRET, read_here
from app.web.live import EventStream, TooManyStreams, address_of, seats_of
from app.web.problems import problem_responses
from app.web.tenancy import CurrentTenant

from .deps import CurrentPrivateFeeds, ListeningCitizen, ListeningOfficer, ListeningReporter
from .service import Officer, PrivateFeeds, Reporter, View

router = APIRouter(prefix="/api/v1")

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
_REFUSALS = (UnreadableLastEventId, EventsForgotten, PositionAhead, TooManyStreams, SessionExpired)


async def opened(
    connection: HTTPConnection, feeds: PrivateFeeds, tenant: TenantId, who: Officer | Reporter, after: int | None
) -> EventStream:
    """The stream of `who`. Raises: TooManyStreams, EventsForgotten, PositionAhead, DatabaseUnavailable."""
    account = who.actor.id if isinstance(who, Officer) else who.citizen_id or who.report
    seats = seats_of(connection)
    seats.check(address_of(connection.scope), account)
    feed = feeds.of(tenant)
    await feed.check(after)
    return EventStream(View(feed, who), after, seats, account)


@router.get(
    "/staff/stream",
    tags=["staff"],
    status_code=200,
    response_class=EventStream,
    responses={**problem_responses(StaffNeeded, *_REFUSALS), **_EVENTS},
    openapi_extra=dict(SIGNED_IN),
)
async def stream_queue(
    request: Request, who: ListeningOfficer, tenant: CurrentTenant, feeds: CurrentPrivateFeeds, after: LastEventId
) -> EventStream:
    """Thay đổi của các vụ việc trong phạm vi của bạn, trực tiếp. Changes of the cases you may see, as they happen.

    Events `case.arrived`, `case.changed` (data: `{code, version, type, state, due_at, position, at}`) and `case.left`
    (data: `{code, position, at}`). What another unit keeps to itself has no `type`. The stream ends when the session
    ends or your units change; reconnecting with `Last-Event-ID` continues without loss or repeat.
    """
    return await opened(request, feeds, tenant, who, after)


@router.get(
    "/me/stream",
    tags=["reports"],
    status_code=200,
    response_class=EventStream,
    responses={**problem_responses(CitizenNeeded, *_REFUSALS), **_EVENTS},
    openapi_extra=dict(SIGNED_IN),
)
async def stream_own_reports(
    request: Request, who: ListeningCitizen, tenant: CurrentTenant, feeds: CurrentPrivateFeeds, after: LastEventId
) -> EventStream:
    """Thay đổi của mọi phản ánh bạn đã gửi, trực tiếp. Changes of all reports you have sent, as they happen.

    Events `report.changed` with `{code, version, type, state, due_at, position, at}`, for what the history shows you.
    The newest 1,000 reports of this province; new ones join by themselves. The stream ends when the token ends.
    """
    return await opened(request, feeds, tenant, who, after)


@router.get(
    "/reports/{code}/stream",
    tags=["reports"],
    status_code=200,
    response_class=EventStream,
    responses={**problem_responses(ReportNotFound, *_REFUSALS), **_EVENTS},
    openapi_extra=read_here(TRACKING_SECRET),
)
async def stream_report(
    code: ReportCode,  # noqa: ARG001 - the listener's
    request: Request,
    who: ListeningReporter,
    tenant: CurrentTenant,
    feeds: CurrentPrivateFeeds,
    after: LastEventId,
) -> EventStream:
    """Thay đổi của một phản ánh, trực tiếp, cho người gửi. Changes of one report, for its sender, as they happen.

    By the sender's token or `Tracking-Secret`, as a header: read it with `fetch`, never with the secret in an address.
    """
    return await opened(request, feeds, tenant, who, after)
