"""A real worker; what it held when it was killed is free soon: `python -m tests.faults.worker URL FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from app.db.models import Command
from app.kit.clock import SystemClock
from app.process import Process
from app.subscriptions.service import delivering
from app.worker import loop
from tests.conftest import make_settings

WEBHOOKS = {"webhook_private_addresses": True, "webhook_timeout_s": 1.5}


async def work(url: str, folder: Path) -> None:
    """All loops of a worker, until killed."""
    delivering.LEASE = timedelta(seconds=3)  # a test does not wait a minute for what a killed worker held
    settings = make_settings(url, folder).model_copy(update=WEBHOOKS)
    process = await Process.open(settings, SystemClock(), locates=False)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run(process, Command.WORKER)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
