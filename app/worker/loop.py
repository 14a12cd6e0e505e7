"""The worker's loops. Each turn is a few short transactions; a worker killed at any moment is replaced by the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from app.cases import service as cases_service
from app.db.work import Work, in_work
from app.identity import service as identity_service
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.outbox.service import Consumer
from app.process import Process
from app.publication.handlers import PublicationConsumer
from app.web.metrics import Metrics

log = logging.getLogger("lienthong.worker")
PRUNE_EVERY_S = 3600.0
LONGEST_PAUSE_S = 30.0  # after failures


def consumers(process: Process) -> tuple[Consumer, ...]:
    """Whoever reacts to facts, in no particular order: each has a cursor of its own."""
    return (PublicationConsumer(lambda: process.books),)


async def turn(process: Process, reacting: Sequence[Consumer]) -> int:
    """Messages numbered and handled now, over all tenants; 0 when there was nothing to do."""
    done = 0
    for tenant_id in process.tenants:
        done += await outbox.relay(process.db, process.clock, tenant_id)
        for consumer in reacting:
            done += await outbox.consume(process.db, process.clock, tenant_id, consumer)
    return done


async def sweep(process: Process) -> int:
    """Cases marked overdue now, over all tenants."""
    return sum([await _sweep_tenant(process, tenant_id) for tenant_id in process.tenants])


async def _sweep_tenant(process: Process, tenant_id: TenantId) -> int:
    async def one_batch(work: Work) -> int:
        return await cases_service.sweep_overdue(work, tenant_id, process.books)

    swept = 0
    while batch := await in_work(process.db, process.clock, tenant_id, one_batch):
        swept += batch
    return swept


async def prune(process: Process) -> int:
    """Tenants whose old sign-in attempts and ended sessions were forgotten."""
    for tenant_id in process.tenants:

        async def one(work: Work, tenant_id: TenantId = tenant_id) -> None:
            await identity_service.prune(work, tenant_id)

        await in_work(process.db, process.clock, tenant_id, one)
    return 0


async def run(process: Process) -> None:
    """Work until cancelled; an outage of the database is waited out with growing pauses."""
    reacting = consumers(process)
    settings = process.settings

    async def relay_turn() -> int:
        return await turn(process, reacting)

    async with asyncio.TaskGroup() as group:
        group.create_task(_every(settings.relay_poll_s, "relay", relay_turn, process.metrics))
        group.create_task(_every(settings.sweep_poll_s, "sweep", lambda: sweep(process), process.metrics))
        group.create_task(_every(PRUNE_EVERY_S, "prune", lambda: prune(process), process.metrics))


async def _every(pause_s: float, name: str, step: Callable[[], Awaitable[int]], metrics: Metrics) -> None:
    """`step` again and again: at once while it finds work, after a pause when it does not or when it failed."""
    failures = 0
    while True:
        try:
            found = await step()
            metrics.turned(name, found)
            failures = 0
        except Exception as error:  # noqa: BLE001 - the loop must outlive any single turn
            metrics.failed(name)
            failures += 1
            found = 0
            log.warning("%s failed (%d in a row): %s", name, failures, error)
        if failures:
            await asyncio.sleep(min(LONGEST_PAUSE_S, pause_s * 2 ** min(failures, 8)))
        elif not found:
            await asyncio.sleep(pause_s)
