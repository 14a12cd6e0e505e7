"""A sweep over many rows, of which one that cannot be handled keeps none of the others waiting."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from app.db.errors import outline
from app.db.work import Work, in_work
from app.kit.ids import TenantId
from app.kit.problems import Unavailable
from app.process import Process

log = logging.getLogger("lienthong.worker")


class Pieces(NamedTuple):
    """What a sweep does for one tenant, each in the transaction it is given.

    `batch` handles what waits besides the rows named, and says how many; `waiting` lists what the next batch would
    take; `one` handles one of those.
    """

    what: str
    batch: Callable[[Work, Collection[UUID]], Awaitable[int]]
    waiting: Callable[[Work, Collection[UUID]], Awaitable[Sequence[UUID]]]
    one: Callable[[Work, UUID], Awaitable[int]]


async def sweep_all(process: Process, name: str, tenant_id: TenantId, pieces: Pieces) -> int:
    """What was handled now, batch by batch until nothing waits. A broken row is passed over until the next sweep.

    It is named in the log, counted among the failures of the loop `name`, and stays what doctor finds unhandled.
    """
    handled, broken = 0, set[UUID]()
    while True:
        known = len(broken)
        batch = await _batch(process, tenant_id, pieces, broken)
        handled += batch
        for _ in range(len(broken) - known):
            process.metrics.passed_over(name)
        if not batch and len(broken) == known:  # a batch of nothing but broken ones is not the last
            return handled


async def _batch(process: Process, tenant_id: TenantId, pieces: Pieces, broken: set[UUID]) -> int:
    try:
        return await in_work(process.db, process.clock, tenant_id, lambda work: pieces.batch(work, broken))
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one row has must not hold up those after it
        log.warning("a sweep of tenant %s goes on %s by %s: %s", tenant_id, pieces.what, pieces.what, outline(error))
    return await _one_by_one(process, tenant_id, pieces, broken)


async def _one_by_one(process: Process, tenant_id: TenantId, pieces: Pieces, broken: set[UUID]) -> int:
    """The next batch, each row in a transaction of its own; adds to `broken` those that failed."""
    handled = 0
    for row_id in await in_work(process.db, process.clock, tenant_id, lambda work: pieces.waiting(work, broken)):

        async def one(work: Work, row_id: UUID = row_id) -> int:
            return await pieces.one(work, row_id)

        try:
            handled += await in_work(process.db, process.clock, tenant_id, one)
        except Unavailable:
            raise
        except Exception:
            broken.add(row_id)
            log.exception("%s %s of tenant %s cannot be swept", pieces.what, row_id, tenant_id)
    return handled
