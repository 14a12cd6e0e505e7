"""Providers tell us of payments. Nobody signs in here: each message proves itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.identity.deps import CurrentKeyring
from app.limits.errors import LimitReached
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.tenancy import CurrentTenant

from . import service
from .deps import SignedMessage
from .errors import (
    CallbackReplayed,
    CallbackStale,
    CallbackUnreadable,
    CallbackUnsigned,
    TransactionDiffers,
    UnknownProvider,
)
from .schemas import CALLBACK_BODY, CallbackOut

router = APIRouter(prefix="/api/v1/payments", tags=["payments"])


@router.post(
    "/callbacks/{provider}",
    responses=problem_responses(
        UnknownProvider,
        CallbackUnsigned,
        CallbackStale,
        CallbackReplayed,
        CallbackUnreadable,
        TransactionDiffers,
        LimitReached,
    ),
    openapi_extra={**CALLBACK_BODY},
)
async def take_callback(
    provider: Annotated[str, Path(max_length=64, description="Đơn vị thanh toán. The provider.", examples=["generic"])],
    message: SignedMessage,
    tenant: CurrentTenant,
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
) -> CallbackOut:
    """Đơn vị thanh toán báo một giao dịch; trả lời sau khi đã ghi. A provider tells of a transaction.

    Signed by HMAC-SHA256 (docs: api.md). Answered only when it is written; the same however often it is sent, so send
    it until you have a 2xx or a 4xx.
    """
    return CallbackOut.of(await service.take_callback(database, clock, keys, tenant, provider, message))
