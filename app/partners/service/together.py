"""Several partners at once, so that one that hangs keeps nobody waiting but itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from app.kit.ids import TenantId

AT_ONCE = 8  # partners in one process


async def together(serve: Callable[[TenantId, UUID], Awaitable[int]], partners: Sequence[tuple[TenantId, UUID]]) -> int:
    """Sum of what serving each came to. Trouble with one is raised when all others have been served."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(tenant_id: TenantId, partner_id: UUID) -> int:
        async with places:
            return await serve(tenant_id, partner_id)

    done = await asyncio.gather(*(one(*partner) for partner in partners), return_exceptions=True)
    for came_to in done:
        if isinstance(came_to, BaseException):
            raise came_to
    return sum(came_to for came_to in done if isinstance(came_to, int))
