"""Case codes people read aloud: `H23-261122-0042`, taken in blocks so that the day's counter is never a hot row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.cases import repository
from app.db.engine import Database
from app.db.work import Work
from app.directory.snapshot import Tenant
from app.kit.clock import local_day
from app.kit.ids import TenantId

LARGEST_BLOCK = 256
SKIPPED = 5000  # codes of a day: more than a province gives on one, and four digits still
_YEAR = timedelta(days=366)


@dataclass(slots=True)
class _Block:
    day: date
    next: int = 1
    end: int = 1  # first number that is no longer ours
    size: int = 1
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class CodeBook:
    """Codes for one process. Blocks double as they are used up: a quiet office loses no numbers at a restart,
    a busy hour asks the database once in LARGEST_BLOCK reports. Numbers lost with a process leave gaps, never repeats.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._blocks: dict[tuple[TenantId, str], _Block] = {}

    async def next_code(self, tenant: Tenant, at: datetime, *, prefix: str | None = None) -> str:
        """A code nobody else gets, of the tenant's day of `at`; at least four digits, more when a day needs more.

        `prefix`: the agency that gives it; None: the tenant's own, as of cases.
        """
        day, agency = local_day(at, tenant.time_zone), prefix or tenant.agency_code
        block = self._blocks.get((tenant.id, agency))
        if block is None:
            block = self._blocks.setdefault((tenant.id, agency), _Block(day))
        if block.day != day or block.next >= block.end:
            async with block.lock:
                if block.day != day:
                    block.day, block.next, block.end, block.size = day, 1, 1, 1
                if block.next >= block.end:
                    size = block.size
                    block.next = await repository.take_numbers(self._db, tenant.id, agency, day, size)
                    block.end = block.next + size
                    block.size = min(LARGEST_BLOCK, size * 2)
        number = block.next
        block.next += 1
        return f"{agency}-{day:%y%m%d}-{number:04d}"


async def skip_codes(work: Work, tenant: Tenant) -> None:
    """No code of today is given that a history which is lost may have given to something else. One statement."""
    today = local_day(work.now, tenant.time_zone)
    await repository.skip_numbers(work, tenant.id, today, since=today - _YEAR, count=SKIPPED)
