"""A worker with a consumer that fails for some cases: `python -m tests.crash.deliverer URL FOLDER CASE…`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from app.db.engine import Database
from app.kit.clock import SystemClock
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.settings import Settings
from tests.diaries import Diary


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def deliver(url: str, folder: Path, failing: set[UUID]) -> None:
    """Number and hand over until killed; says every message that came out of its order."""
    settings = Settings(_env_file=None, database_url=url, data_dir=folder)
    db = await Database.open(url, settings)
    clock, tenant, diary = SystemClock(), TenantId(1), Diary(failing=failing)
    _say("ready")
    while True:
        done = await outbox.relay(db, clock, tenant)
        done += await outbox.consume(db, clock, tenant, diary)
        done += await outbox.retry_due(db, clock, tenant, diary)
        if diary.disorder:
            _say(f"disorder {diary.disorder}")
            diary.disorder.clear()
        await asyncio.sleep(0 if done else 0.005)


if __name__ == "__main__":
    asyncio.run(deliver(sys.argv[1], Path(sys.argv[2]), {UUID(case) for case in sys.argv[3:]}))
