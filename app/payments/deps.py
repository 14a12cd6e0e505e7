"""What endpoints ask FastAPI for: signed messages as they came, and pages of payments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Query
from starlette.requests import HTTPConnection, Request

from app.identity.deps import CurrentStaff
from app.limits.deps import proving
from app.web.cursors import IdPage
from app.web.fields import Code

from .terms import PaymentRequest, PaymentState, Signed

_Word = Annotated[str, Header(max_length=128)]


async def proven(connection: HTTPConnection) -> AsyncIterator[None]:
    """A dependency: messages that nobody has signed count for whoever sends them. Raises: LimitReached."""
    async with proving(connection):
        yield


async def signed(
    request: Request,
    _proven: Annotated[None, Depends(proven)],
    payment_key: _Word = "",
    payment_timestamp: _Word = "",
    payment_nonce: _Word = "",
    payment_signature: _Word = "",
) -> Signed:
    """The body byte for byte, with what proves it."""
    return Signed(payment_key, payment_timestamp, payment_nonce, payment_signature, await request.body())


SignedMessage = Annotated[Signed, Depends(signed)]


class PaymentPage(IdPage[PaymentRequest]):
    """A page of payments."""

    def __init__(
        self,
        _actor: CurrentStaff,  # who may not ask at all is told so before what they ask for is looked at
        state: Annotated[PaymentState | None, Query(description="Chỉ trạng thái này. Only of this state.")] = None,
        refund_due: Annotated[  # noqa: FBT002 - a query
            bool, Query(description="Chỉ những yêu cầu còn tiền phải hoàn. Only those with money to give back.")
        ] = False,
        code: Annotated[Code | None, Query(description="Mã hồ sơ. Code of the service request.")] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        """Raises: UnreadableCursor, ForeignCursor."""
        super().__init__({"state": state, "refund_due": refund_due, "code": code}, cursor, limit, lambda one: one.id)
        self.state, self.refund_due, self.code = state, refund_due, code


AskedPage = Annotated[PaymentPage, Depends()]
