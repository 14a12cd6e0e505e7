"""The processes of the embedded PostgreSQL: found by what its cluster says, ended with patience."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says, once the process it names is known to be ours."""

    pid: int
    socket_dir: str
    status: str


def find_postmaster(cluster: Path) -> Postmaster | None:
    """The server that runs in `cluster` at this moment, if any."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid = int(lines[0])
        # The number may have been given to another process since.
        if str(cluster) not in psutil.Process(pid).cmdline():
            return None
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return None
    status = lines[7].strip() if len(lines) > 7 else "starting"
    return Postmaster(pid, lines[4] if len(lines) > 4 else "", status)


def end_process(pid: int, child: subprocess.Popen[bytes] | None) -> None:
    """The server `pid` is gone: asked to end fast, then at once (it recovers at the next start), then killed."""
    for wanted, patience_s in ((signal.SIGINT, 120), (signal.SIGQUIT, 20), (signal.SIGKILL, 20)):
        give_up_at = time.monotonic() + patience_s
        asked = False
        while time.monotonic() < give_up_at:
            # A child that was reaped has given its number away: look before every signal.
            if (child.poll() is not None) if child is not None else is_gone(pid):
                return
            if not asked:
                with suppress(ProcessLookupError):
                    os.kill(pid, wanted)
                asked = True
            time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether the process has ended, even if its parent has not taken note yet."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
