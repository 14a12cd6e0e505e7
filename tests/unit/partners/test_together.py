"""Partners are served at once: one that hangs keeps nobody waiting, and trouble with one is no other's."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from app.kit.ids import TenantId
from app.partners.service.together import AT_ONCE, together

PARTNERS = [(TenantId(1), UUID(int=number)) for number in range(AT_ONCE + 2)]


async def test_one_that_hangs_keeps_nobody_waiting_and_no_more_are_at_it_than_may_be() -> None:
    others, at_it, most = asyncio.Event(), 0, 0

    async def serve(_: TenantId, partner_id: UUID) -> int:
        nonlocal at_it, most
        at_it += 1
        most = max(most, at_it)
        if partner_id == PARTNERS[0][1]:
            await others.wait()
        elif partner_id == PARTNERS[-1][1]:
            others.set()
        await asyncio.sleep(0)
        at_it -= 1
        return 1

    assert await together(serve, PARTNERS) == len(PARTNERS)
    assert most == AT_ONCE


async def test_trouble_with_one_is_told_when_the_others_have_been_served() -> None:
    served = 0

    async def serve(_: TenantId, partner_id: UUID) -> int:
        nonlocal served
        if partner_id == PARTNERS[0][1]:
            raise LookupError
        await asyncio.sleep(0)
        served += 1
        return 1

    with pytest.raises(LookupError):
        await together(serve, PARTNERS)
    assert served == len(PARTNERS) - 1
