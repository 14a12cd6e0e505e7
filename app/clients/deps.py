"""What endpoints ask FastAPI for: which other system asks, by the scope of its key, and what new keys are called."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from app.identity.deps import using
from app.identity.terms import Actor, ClientScope
from app.subscriptions.deps import LogPage
from app.subscriptions.terms import DeliveryState
from app.web.state import settings

CaseReader = Annotated[Actor, Depends(using(ClientScope.CASES_READ))]
EventReader = Annotated[Actor, Depends(using(ClientScope.EVENTS_READ))]
Subscriber = Annotated[Actor, Depends(using(ClientScope.SUBSCRIPTIONS_MANAGE))]


async def key_environment(connection: HTTPConnection) -> str:
    """The second word of keys that are made here."""
    return (await settings(connection)).key_environment


KeyEnvironment = Annotated[str, Depends(key_environment)]


class OwnLogPage(LogPage):
    """A page of the deliveries of one of a system's own subscriptions."""

    def __init__(
        self,
        _actor: Subscriber,
        state: Annotated[DeliveryState | None, Query(description="Chỉ trạng thái này. Only of this state.")] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        """Raises: UnreadableCursor, ForeignCursor."""
        super().__init__(_actor, state, cursor, limit)


AskedOwnLog = Annotated[OwnLogPage, Depends()]
