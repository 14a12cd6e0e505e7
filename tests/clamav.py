"""ClamAV's real daemon, with one signature of the tests' own, as a process that tests may kill and start again."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Final

# Debian puts it where only root looks.
CLAMD: Final = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
# The harmless file that every scanner is to find; put together here, so that none finds this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class ClamDaemon:
    """One daemon, on a port and on a socket."""

    def __init__(self, folder: Path, *, stream_bytes: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]
        self.path = folder / "clamd.ctl"
        self._signatures = folder / "signatures"
        self._signatures.mkdir()
        (self._signatures / "own.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n", encoding="ascii")
        self._settings = folder / "clamd.conf"
        lines = (
            f"DatabaseDirectory {self._signatures}",
            "TCPAddr 127.0.0.1",
            f"TCPSocket {self._port}",
            f"LocalSocket {self.path}",
            "Foreground yes",
            f"StreamMaxLength {stream_bytes}",
            "AlertExceedsMax yes",
            "MaxFiles 20",
        )
        self._settings.write_text("\n".join(lines) + "\n", encoding="ascii")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Scan; returns when it takes connections."""
        assert CLAMD is not None
        self._process = subprocess.Popen(
            [CLAMD, "-c", str(self._settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                assert monotonic() < until, "clamd does not start"
                assert self._process.poll() is None, "clamd has ended"
                sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def clam_daemon(folder: Path, *, stream_bytes: int) -> Iterator[ClamDaemon]:
    """A daemon that runs, killed at the end."""
    daemon = ClamDaemon(folder, stream_bytes=stream_bytes)
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.kill()
