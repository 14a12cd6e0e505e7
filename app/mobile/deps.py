"""What endpoints for apps ask FastAPI for: which device sends for whom, and by what clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import HTTPConnection

from app.identity.deps import CurrentActor
from app.kit.clock import Clock
from app.kit.text import Lang
from app.limits.deps import asking
from app.reports.deps import intake_of
from app.reports.schemas import state_answer, submitted_answer
from app.web.language import language
from app.web.state import CurrentClock
from app.web.submissions import DeviceKeyNeeded, SendingDevice, clock_skew_s
from app.web.tenancy import host_tenant, tenant
from app.web.versions import too_old

from .service import Sending


async def sending(connection: HTTPConnection, actor: CurrentActor, device: SendingDevice) -> Sending:
    """Who sends from which device. Raises: DeviceKeyNeeded, UnreadableDeviceKey, UnreadableToken, SessionExpired."""
    if device is None:
        raise DeviceKeyNeeded
    return Sending(
        intake=await intake_of(connection),
        actor=actor,
        tenant_id=await tenant(connection),
        host_tenant=await host_tenant(connection),
        device=device,
        asking=await asking(connection),
        too_old=too_old(connection.scope),
        report_shape=submitted_answer,
        state_shape=state_answer,
    )


@dataclass(frozen=True, slots=True)
class Call:
    """How the caller is spoken to, and by how much its clock is ahead."""

    connection: HTTPConnection
    clock: Clock
    lang: Lang
    skew_s: int | None

    def now(self) -> datetime:
        """The server's time."""
        return self.clock.now()


async def call(
    connection: HTTPConnection,
    clock: CurrentClock,
    client_time: Annotated[
        str | None, Header(description="Giờ của máy lúc gửi. What the device's clock says as it sends.")
    ] = None,
) -> Call:
    """The call."""
    return Call(connection, clock, language(connection), clock_skew_s(client_time, clock.now()))


CurrentSending = Annotated[Sending, Depends(sending)]
CurrentCall = Annotated[Call, Depends(call)]
