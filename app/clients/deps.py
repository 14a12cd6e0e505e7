"""What endpoints ask FastAPI for: which other system asks, by the scope of its key, and what new keys are called."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.identity.deps import using
from app.identity.terms import Actor, ClientScope
from app.web.state import settings

CaseReader = Annotated[Actor, Depends(using(ClientScope.CASES_READ))]
EventReader = Annotated[Actor, Depends(using(ClientScope.EVENTS_READ))]
Subscriber = Annotated[Actor, Depends(using(ClientScope.SUBSCRIPTIONS_MANAGE))]


async def key_environment(connection: HTTPConnection) -> str:
    """The second word of keys that are made here."""
    return (await settings(connection)).key_environment


KeyEnvironment = Annotated[str, Depends(key_environment)]
