"""Sending the trail to a security operations centre, at least once, in order, from where it was told last."""

from __future__ import annotations

from app.audit import repository
from app.audit.senders import Sink
from app.db.engine import Database
from app.db.work import Work, in_work
from app.kit.clock import Clock
from app.kit.ids import TenantId

SEND_BATCH_ROWS = 200


async def send_on(db: Database, clock: Clock, tenant_id: TenantId, sink: Sink) -> int:
    """Number of entries the sink has taken now; 0 when it has all. No transaction is open while it is told.

    Raises: OSError when it takes nothing; what it may have taken is told again then.
    """
    told = await repository.find_cursor(db, tenant_id, sink.name)
    entries = await repository.list_sealed(db, tenant_id, told, SEND_BATCH_ROWS)
    if not entries:
        return 0
    await sink.take(entries)
    last = entries[-1].position
    assert last is not None

    async def move(work: Work) -> None:
        await repository.move_cursor(work, tenant_id, sink.name, last)

    await in_work(db, clock, tenant_id, move)
    return len(entries)
