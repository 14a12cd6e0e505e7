"""What endpoints ask FastAPI for: the provider of this installation."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from .errors import NoProvider
from .senders import ProviderClient


async def citizens_provider_or_none(connection: HTTPConnection) -> ProviderClient | None:
    """Who vouches for citizens; None when nobody does."""
    return cast("ProviderClient | None", connection.app.state.citizens_provider)


async def citizens_provider(
    found: Annotated[ProviderClient | None, Depends(citizens_provider_or_none)],
) -> ProviderClient:
    """Who vouches for citizens. Raises: NoProvider."""
    if found is None:
        raise NoProvider
    return found


CitizensProvider = Annotated[ProviderClient, Depends(citizens_provider)]
CitizensProviderOrNone = Annotated[ProviderClient | None, Depends(citizens_provider_or_none)]
