"""A real worker; what it held when it was killed is free soon: `python -m tests.faults.worker URL FOLDER SMTP_URL`."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from app.db.models import Command
from app.kit.clock import SystemClock
from app.notices.service import sending
from app.process import Process
from app.subscriptions.service import delivering
from app.worker import loop
from tests.conftest import make_settings

WEBHOOKS = {"webhook_private_addresses": True, "webhook_timeout_s": 1.5}


async def work(url: str, folder: Path, smtp_url: str) -> None:
    """All loops of a worker, until killed."""
    # a test does not wait for minutes for what a killed worker held
    delivering.LEASE = sending.LEASE = timedelta(seconds=3)
    mail = {"smtp_url": SecretStr(smtp_url), "smtp_timeout_s": 2.0, "notice_poll_s": 0.1}
    settings = make_settings(url, folder).model_copy(update=WEBHOOKS | mail)
    process = await Process.open(settings, SystemClock(), locates=False)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run(process, Command.WORKER)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
