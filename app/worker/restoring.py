"""Going on after the database was put back from a copy, so that nobody who keeps a place skips or repeats anything."""

from __future__ import annotations

import logging
from functools import partial

from app.cases import service as cases_service
from app.db.marks import keep_mark, read_marks
from app.db.work import Work, in_work
from app.directory.snapshot import Tenant
from app.mobile import service as mobile_service
from app.outbox import service as outbox
from app.process import Process
from app.publication import service as publication_service

log = logging.getLogger("lienthong.worker")


async def begin_anew(process: Process) -> int:
    """Numbers of all tenants go on behind whatever a lost history can have given; how many tenants there are.

    Each in a transaction of its own: whoever is killed on the way does all of it again, which does no harm.
    """
    tenants = process.directory.current.tenants
    for tenant in tenants:
        await in_work(process.db, process.clock, tenant.id, partial(_leap, tenant))
    await keep_mark(process.db, (await read_marks(process.db)).here, process.clock.now())
    return len(tenants)


async def _leap(tenant: Tenant, work: Work) -> None:
    await mobile_service.leap(work, tenant.id)
    await publication_service.note_lost(work, tenant.id)
    await outbox.leap(work, tenant.id)
    await cases_service.skip_codes(work, tenant)


async def notice_restore(process: Process) -> int:
    """How many tenants begin anew, because the database is not where it was kept; 0 when it is. One statement then."""
    marks = await read_marks(process.db)
    if marks.kept == marks.here:
        return 0
    if marks.kept is None:
        await keep_mark(process.db, marks.here, process.clock.now())
        return 0
    log.warning("the database was put back from a copy or moved: %s, before %s", marks.here, marks.kept)
    return await begin_anew(process)
