"""Programs as child processes without the seconds that it takes to import them (docs/decisions/0061).

A keeper (tests/keeper.py) has imported the whole program once and forks for each that is wanted: a process of its own,
with its own environment, folder, pipes and end, killed like any other. What is about the very start of the program
still executes Python anew.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from tests.server import ROOT

PROGRAM = "lienthong"  # or the name of a module, as `python -m` has it
NUMBER = struct.Struct("i")
MESSAGE_BYTES = 100_000


@dataclass(slots=True)
class Child:
    """A process that the keeper forked; of `asyncio.subprocess.Process` what tests use."""

    pid: int
    stdout: asyncio.StreamReader
    stdin: asyncio.StreamWriter | None
    returncode: int | None = None
    _ended: asyncio.Future[int] | None = None

    def send_signal(self, wanted: signal.Signals) -> None:
        """Send it, unless the process has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it has, and the keeper has not told us yet
                os.kill(self.pid, wanted)

    def kill(self) -> None:
        """As the kernel does."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Exit code, negative for the signal that ended it."""
        assert self._ended is not None
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, None]:
        """All that it has said and nobody read, when it has ended."""
        said = await self.stdout.read()
        await self.wait()
        return said, None

    async def watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        """Exit code, once the keeper tells it."""
        (status,) = NUMBER.unpack(await reader.readexactly(NUMBER.size))
        writer.close()
        if self.stdin is not None:
            self.stdin.close()
        self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


async def begin(
    name: str,
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    listens: bool = False,
    complains: bool = True,
) -> Child:
    """`name` with `arguments`, begun. Its environment is `settings`, ours when there are none.

    `listens`: it has a `stdin`. `complains`: what it says to standard error is in `stdout` too.
    """
    environment = dict(os.environ if settings is None else settings)  # noqa: TID251 - it is handed on
    loop = asyncio.get_running_loop()
    ours, its = socket.socketpair()
    out_read, out_write = os.pipe()
    in_read, in_write = os.pipe() if listens else (os.open(os.devnull, os.O_RDONLY), None)
    error = out_write if complains else os.open(os.devnull, os.O_WRONLY)
    message = json.dumps([name, *arguments]).encode() + b"\0" + json.dumps(environment).encode()
    assert len(message) < MESSAGE_BYTES
    given = {in_read, out_write, error}
    try:
        socket.send_fds(_keeper(), [message], [in_read, out_write, error, its.fileno()])
    finally:
        its.close()
        for number in given:
            os.close(number)
    stdout = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(out_read, "rb", 0))
    stdin = None
    if in_write is not None:
        transport, protocol = await loop.connect_write_pipe(
            lambda: asyncio.streams.FlowControlMixin(loop), os.fdopen(in_write, "wb", 0)
        )
        stdin = asyncio.StreamWriter(transport, protocol, None, loop)
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    (pid,) = NUMBER.unpack(await reader.readexactly(NUMBER.size))
    child = Child(pid, stdout, stdin)
    child._ended = asyncio.ensure_future(child.watch(reader, writer))
    return child


@cache
def _keeper() -> socket.socket:
    """The way to this process's keeper, which ends with the process."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for side in (ours, its):
        side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * MESSAGE_BYTES)
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.keeper", str(its.fileno())],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        pass_fds=[its.fileno()],
        start_new_session=True,  # Ctrl-C is for us; children end with us
    )
    its.close()

    def leave() -> None:
        ours.close()
        keeper.wait(10)

    atexit.register(leave)
    return ours
