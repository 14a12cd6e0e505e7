"""A worker that sweeps at a moment of its own: `python -m tests.crash.sweeper URL FOLDER MOMENT`."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from app.cases.service import sweeping
from app.kit.clock import FixedClock
from app.process import Process
from app.settings import Settings
from app.worker import sweeps


async def sweep(url: str, folder: Path, moment: datetime) -> None:
    """Sweep from the word on until killed, a few cases a transaction, so that a kill falls between some of them."""
    settings = Settings(
        _env_file=None, database_url=url, data_dir=folder, secret_key="a-crash-has-no-secrets-but-a-key-32"
    )
    process = await Process.open(settings, FixedClock(moment))
    sweeping.SWEEP_BATCH_ROWS = 7
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    while True:
        if not await sweeps.sweep(process):
            await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(sweep(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
