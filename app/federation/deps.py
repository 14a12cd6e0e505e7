"""What endpoints ask FastAPI for: who signed, pages of consignments, days to compare, and a way to neighbours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Query
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentStaff
from app.kit.clock import local_day
from app.kit.problems import BadRequest
from app.kit.text import Text
from app.limits.deps import proving
from app.reports.deps import intake_of
from app.reports.service import Intake
from app.web.cursors import IdPage
from app.web.fields import DayIn
from app.web.headers import read_here
from app.web.state import CurrentClock, settings
from app.web.tenancy import CurrentTenant, tenant

from . import domain, service
from .errors import UnprovenParcels
from .senders import Wire
from .terms import Consignment, ConsignmentState, Neighbour

_PROOF: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
PROOF = read_here(
    *(
        {"name": name, "in": "header", "required": True, "schema": {"type": "string", "maxLength": 500}}
        for name in _PROOF
    )
)
"""What every request of a neighbour brings, as documents show it."""
_SPAN = Text(
    "Khoảng ngày không hợp lệ: từ ngày đến ngày, tối đa 92 ngày.", "Not a span of days: from, until, at most 92 days."
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request that a neighbour has proved to be its own."""

    neighbour: Neighbour
    intake: Intake


class ProvenRoute(APIRoute):
    """A route of neighbours: who signed is known before anything of what they say is looked at."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the proof. It raises: UnprovenParcels, LimitReached."""
        handle = super().get_route_handler()

        async def behind_proof(request: Request) -> Response:
            async with proving(request):
                request.state.heard = await _heard(request)
            return await handle(request)

        return behind_proof


async def _heard(request: Request) -> Heard:
    """Whose request it is, by its bytes. Raises: UnprovenParcels."""
    tenant_id, intake = await tenant(request), await intake_of(request)
    message_id, stamp, signature = (request.headers.get(name, "")[:500] for name in _PROOF)
    try:
        neighbour_id = UUID(request.path_params["id"])
    except ValueError as error:
        raise UnprovenParcels from error
    proof = (message_id, stamp, signature)
    return Heard(await service.prove(intake, tenant_id, neighbour_id, proof, request.body), intake)


async def heard(
    request: Request,
    id: Annotated[UUID, Path(description="Mã kết nối, hai bên dùng chung. Id that both sides share.")],  # noqa: A002, ARG001
) -> Heard:
    """Whose request it is, which its route has proved."""
    return cast("Heard", request.state.heard)


Proved = Annotated[Heard, Depends(heard)]


async def zone(tenant: CurrentTenant, directory: CurrentDirectory) -> ZoneInfo:
    """The province's time zone."""
    return ZoneInfo(directory.tenant(tenant).time_zone)


CurrentTimezone = Annotated[ZoneInfo, Depends(zone)]


async def wire(connection: HTTPConnection) -> AsyncIterator[Wire]:
    """A way to neighbours for this request."""
    told = await settings(connection)
    found = Wire(
        private=told.webhook_private_addresses,
        timeout_s=told.federation_timeout_s,
        authorities=told.webhook_authorities_file,
    )
    try:
        yield found
    finally:
        await found.close()


CurrentWire = Annotated[Wire, Depends(wire)]


class Span:
    """Days to compare, both with them; the last seven where none are named."""

    def __init__(
        self,
        _actor: CurrentStaff,
        clock: CurrentClock,
        zone: CurrentTimezone,
        since: Annotated[DayIn | None, Query(description="Từ ngày. The first day.", examples=["2026-11-01"])] = None,
        until: Annotated[DayIn | None, Query(description="Đến ngày. The last day.", examples=["2026-11-20"])] = None,
    ) -> None:
        """Raises: BadRequest."""
        self.zone = zone
        self.until = until or local_day(clock.now(), str(zone))
        self.since = since or self.until - timedelta(days=6)
        if not timedelta() <= self.until - self.since < domain.LONGEST_COMPARISON:
            raise BadRequest(_SPAN)


AskedSpan = Annotated[Span, Depends()]


class ConsignmentPage(IdPage[Consignment]):
    """A page of consignments."""

    def __init__(
        self,
        _actor: CurrentStaff,  # who may not ask at all is told so before what they ask for is looked at
        state: Annotated[ConsignmentState | None, Query(description="Chỉ trạng thái này. Only of this state.")] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        """Raises: UnreadableCursor, ForeignCursor."""
        super().__init__({"state": state}, cursor, limit, lambda one: one.id)
        self.state = state


AskedConsignments = Annotated[ConsignmentPage, Depends()]
