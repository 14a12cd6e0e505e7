"""What endpoints of notices ask FastAPI for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.identity.deps import keyring
from app.web.state import settings

from .senders import public_key


async def push_key(connection: HTTPConnection) -> str | None:
    """What browsers subscribe with, None when this installation sends no push messages."""
    if (await settings(connection)).push_contact is None:
        return None
    return public_key((await keyring(connection)).vapid)


PushKey = Annotated[str | None, Depends(push_key)]
