"""Workers killed at any moment, two at once, and a consumer that fails for some cases: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from app.db.engine import Database
from app.db.work import write_work
from app.kit.clock import SystemClock
from app.kit.ids import TenantId, uuid7
from app.outbox import service as outbox
from tests import nursery
from tests.diaries import note, written

HAIDUONG = TenantId(1)
ROUNDS, CASES, NUMBERS = 6, 20, 36
SEED = 20261126


async def _deliverer(url: str, folder: Path, failing: Sequence[UUID]) -> nursery.Child:
    process = await nursery.begin("tests.crash.deliverer", url, str(folder), *map(str, failing), complains=False)
    assert (await asyncio.wait_for(process.stdout.readline(), 60)) == b"ready\n"
    return process


async def _killed(process: nursery.Child) -> bytes:
    """Everything it said before it was killed."""
    process.kill()
    said, _ = await process.communicate()
    return said


async def test_workers_killed_at_any_moment_hand_every_message_over_once_and_in_order(
    committed_db: Database, committed_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, chance = SystemClock(), random.Random(SEED)
    cases = [uuid7(clock.now()) for _ in range(CASES)]
    failing = cases[:4]

    async def write(numbers: range) -> None:
        for number in numbers:
            for at in range(0, CASES, 5):
                await note(committed_db, clock, HAIDUONG, [(case, number) for case in cases[at : at + 5]])

    async def lines() -> int:
        return int(await committed_db.lane.fetchval("SELECT count(*) FROM idempotency_keys"))

    said, waiting, parked = b"", [], 0
    each = NUMBERS // ROUNDS
    for turn in range(ROUNDS):
        # in the second half what failed is mended
        mended = turn >= ROUNDS // 2
        begin = (_deliverer(committed_url, tmp_path, [] if mended else failing) for _ in range(2))
        workers = await asyncio.gather(*begin)
        writing = asyncio.create_task(write(range(turn * each + 1, turn * each + each + 1)))
        await asyncio.sleep(chance.uniform(0.1, 0.3))
        if not mended and not parked:  # a busy machine has got nowhere in that time
            async with asyncio.timeout(30):
                while not await committed_db.lane.fetchval("SELECT count(*) FROM parked_messages"):
                    await asyncio.sleep(0.02)
        said += b"".join([await _killed(worker) for worker in workers])
        await writing
        waiting.append((turn + 1) * each * CASES - await lines())
        parked = max(parked, await committed_db.lane.fetchval("SELECT count(*) FROM parked_messages"))
    assert sum(map(bool, waiting)) >= ROUNDS - 2, "most kills came after the work was done"
    assert parked, "nothing was ever set aside, and the test proves nothing"
    assert await lines(), "nothing was ever handled, and the test proves nothing"
    async with write_work(committed_db, clock, HAIDUONG) as work:
        await outbox.retry_all(work, HAIDUONG, "diary")
    last = await _deliverer(committed_url, tmp_path, [])
    async with asyncio.timeout(90):
        while await lines() < CASES * NUMBERS:
            await asyncio.sleep(0.05)
    said += await _killed(last)
    assert said == b""
    assert [await written(committed_db, case) for case in cases] == [list(range(1, NUMBERS + 1))] * CASES
    assert await outbox.list_parked(committed_db, HAIDUONG) == []
    (backlog,) = await outbox.backlog(committed_db, [HAIDUONG])
    assert (backlog.waiting, backlog.lag, backlog.parked, backlog.dead) == (0, {"diary": 0}, {}, {})
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {2 * ROUNDS} workers killed while {waiting} messages waited, at most {parked} were set aside; "
            f"in the end all {CASES * NUMBERS} were handled, none twice, none out of order\n"
        )
