"""What the portal has, listed page by page and compared with what is here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.db.engine import Database
from app.db.work import Work, in_work
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.national import repository
from app.national.senders import Portal
from app.national.terms import Answer, Listed, Outcome

log = logging.getLogger("lienthong.national")
PAGE_ROWS: Final = 500
JUDGED_ROWS: Final = 5000
LEASE: Final = timedelta(hours=1)
AGAIN_AFTER: Final = timedelta(minutes=10)  # when the portal did not answer
ON_THEIR_WAY: Final = timedelta(minutes=5)  # from a change to its push, with all consumers at work


async def compare(
    db: Database,
    clock: Clock,
    portal: Portal,
    tenant_id: TenantId,
    portal_code: str,
    *,
    every: timedelta | None = None,
) -> Answer | None:
    """What came of comparing the two sides: TAKEN when it came to its end, None when it is not its turn.

    Args:
        every: how long the last comparison holds; None: it is made now. Only one is under way at a time.
    Nothing is judged before the portal has named all it has, so that half a listing makes nothing look missing.
    """
    began_at: datetime | None = None

    async def begin(work: Work) -> datetime | None:
        return work.now if await repository.begin_comparison(work, tenant_id, LEASE, every, AGAIN_AFTER) else None

    began_at = await in_work(db, clock, tenant_id, begin)
    if began_at is None:
        return None
    answer = await _list(db, portal, tenant_id, portal_code, began_at)

    under_way = await _judge(db, clock, tenant_id, began_at) if answer.outcome is Outcome.TAKEN else 0

    async def end(work: Work) -> None:
        if answer.outcome is Outcome.TAKEN:
            await repository.end_comparison(work, tenant_id, began_at, under_way)
        else:
            (await repository.lock_link(work, tenant_id)).comparing_until = work.now + AGAIN_AFTER

    await in_work(db, clock, tenant_id, end)
    if answer.outcome is not Outcome.TAKEN:
        log.warning("the national portal could not be compared for tenant %s: %s", tenant_id, answer.code)
    return answer


async def _judge(db: Database, clock: Clock, tenant_id: TenantId, began_at: datetime) -> int:
    """Number of differences under way, after all codes were looked at, some thousand in a transaction each."""
    under_way, after = 0, ""
    while True:

        async def some(work: Work, begin: str = after) -> tuple[int, str | None]:
            since = began_at - ON_THEIR_WAY
            return await repository.compare_some(work, tenant_id, began_at, since, begin, JUDGED_ROWS)

        found, upto = await in_work(db, clock, tenant_id, some)
        under_way += found
        if upto is None:
            return under_way
        after = upto


async def _list(db: Database, portal: Portal, tenant_id: TenantId, portal_code: str, began_at: datetime) -> Answer:
    """The last answer; TAKEN when the portal has named all it has. Pages may repeat, and be in any order inside."""
    after = ""
    while True:
        answer = await portal.list_after(portal_code, after, PAGE_ROWS)
        if answer.outcome is not Outcome.TAKEN:
            return answer
        found = [one for item in answer.result if (one := _listed(item)) is not None]
        farthest = max((one.code for one in found), default="")
        if farthest <= after:
            return answer
        await repository.note_listed(db, tenant_id, began_at, found)
        after = farthest


def _listed(item: Mapping[str, Any]) -> Listed | None:
    """One line of the portal's; None for what names no service request. A state that is none counts as another one."""
    code, state = item.get("MaHoSo"), str(item.get("TrangThai"))
    if not isinstance(code, str) or not 0 < len(code) <= 100 or "\x00" in code:
        return None
    return Listed(code, int(state) if state.isascii() and state.isdigit() and len(state) <= 4 else 0)
