"""Verbs of signing in at a provider: begin, and finish."""

from __future__ import annotations

from uuid import UUID

from app.kit.clock import Clock
from app.kit.text import Lang

from . import domain
from .senders import ProviderClient
from .terms import Begun, Identity


async def begin(
    client: ProviderClient, key: bytes, clock: Clock, *, redirect: str | None, linking: UUID | None, lang: Lang
) -> Begun:
    """Where to send the person, and the handle to keep meanwhile. Raises: UnknownRedirect, ProviderUnreachable."""
    handle = domain.new_handle(client.provider, redirect, linking, clock.now())
    endpoint = await client.authorization_endpoint()
    return Begun(domain.address(client.provider, endpoint, handle, lang), domain.sealed(key, handle))


async def finish(
    client: ProviderClient, key: bytes, clock: Clock, *, handle: str, state: str, code: str
) -> tuple[Identity, UUID | None]:
    """Whom the provider vouches for, and the account they are to join. Raises: IdentityRefused, ProviderUnreachable."""
    kept = domain.opened(key, handle, state, clock.now())
    return await client.redeem(kept, code), kept.linking
