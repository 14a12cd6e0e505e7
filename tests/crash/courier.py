"""A worker that numbers messages and delivers webhooks: `python -m tests.crash.courier URL FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from app.kit.clock import SystemClock
from app.process import Process
from app.subscriptions.service import delivering
from app.worker import loop
from app.worker.deliveries import Deliveries
from tests.conftest import make_settings


async def work(url: str, folder: Path) -> None:
    """Number, write down and deliver until killed."""
    delivering.LEASE = timedelta(seconds=1)  # a test does not wait a minute for what a killed worker held
    changed = {"webhook_private_addresses": True, "webhook_timeout_s": 0.8}
    settings = make_settings(url, folder).model_copy(update=changed)
    process = await Process.open(settings, SystemClock(), locates=False)
    reacting = loop.consumers(process)
    async with Deliveries(process) as deliveries:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            done = await loop.turn(process, reacting)
            await deliveries.begin()
            await asyncio.sleep(0 if done else 0.005)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
