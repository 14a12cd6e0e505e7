"""Where a process spends its time, looked at from outside by py-spy: shares of layers, and the functions themselves.

Two looks, since each alone would mislead. With native frames the C code of the driver, the loop and the JSON writer
stands for itself, but every look halts the process for milliseconds: few looks, good for shares. Without them a look is
cheap, but C code counts for the Python function that called it: many looks, good for a list of functions.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .databases import ROOT

_SPY = Path(sys.executable).with_name("py-spy")
NATIVE = ("--native", "--rate", "50")
CHEAP = ("--rate", "100")
_WAITING = re.compile(r"^(epoll_|_worker \(.*/concurrent/futures/thread\.py|PyThread_acquire_lock)")
_QUEUE = "_queue_SimpleQueue_get"
_LAYERS = {
    "HTTP (uvicorn, httptools)": re.compile(
        "/site-packages/(uvicorn|httptools|h11)/|/project/(httptools|vendor/llhttp)/"
    ),
    "loop (uvloop, asyncio)": re.compile("/site-packages/uvloop/|/project/(uvloop|build/libuv[^/]*)/|/asyncio/"),
    "starlette, fastapi": re.compile("/site-packages/(starlette|fastapi|anyio|annotated_doc)/"),
    "pydantic": re.compile("/site-packages/pydantic"),
    "asyncpg": re.compile("/(site-packages|project)/asyncpg/"),
    "sqlalchemy": re.compile("/site-packages/sqlalchemy/"),
    "JSON": re.compile("/site-packages/orjson/|/lib/python[0-9.]+/json/"),
    "logging": re.compile("/lib/python[0-9.]+/logging/"),
}
_SOCKET = re.compile(r"^(write|writev|send|sendto|sendmsg|read|readv|recv|recvfrom|recvmsg) \(.*/libc")
_OURS = re.compile(re.escape(str(ROOT)) + r"/app/(\w+)")
_PACKAGE = re.compile(r"/site-packages/(\w+)")
_LIBRARY = re.compile(r"/lib/python[0-9.]+/(?!lib)")


@dataclass(frozen=True, slots=True)
class Shares:
    """Looks at a process that was at work; a count for each layer or function."""

    looks: int
    counts: Counter[str]

    def print(self, title: str, most: int) -> None:
        """The largest, with their share of all looks."""
        print(f"\n{title} ({self.looks:,} looks at work)\n")
        print("| share | |\n|---|---|")
        for name, count in self.counts.most_common(most):
            print(f"| {count / max(1, self.looks):.1%} | {name} |")


def stacks(pid: int, seconds: float, file: Path, how: Sequence[str]) -> list[tuple[list[str], int]]:
    """Stacks of a process at work, innermost frame last, and how often each was seen. Raises: CalledProcessError."""
    what = [
        "--pid",
        str(pid),
        "--duration",
        f"{seconds:.0f}",
        "--format",
        "raw",
        "--full-filenames",
        "--output",
        str(file),
    ]
    subprocess.run([_SPY, "record", *what, *how], check=True, capture_output=True)
    found = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        told, _, count = line.rpartition(" ")
        frames = told.split(";")
        if not _WAITING.match(frames[-1]) and not any(frame.startswith(_QUEUE) for frame in frames):
            found.append((frames, int(count)))
    return found


def layers(seen: Sequence[tuple[list[str], int]]) -> Shares:
    """Own time by layer: each look counts for the innermost frame that belongs to one."""
    counts: Counter[str] = Counter()
    for frames, count in seen:
        if _SOCKET.match(frames[-1]):
            counts["the system's sockets, PostgreSQL's too"] += count
        else:
            counts[next((layer for frame in reversed(frames) if (layer := _layer(frame))), "other")] += count
    return Shares(counts.total(), counts)


def _layer(frame: str) -> str | None:
    """None for what works for whoever called it: the interpreter, the C library."""
    ours = _OURS.search(frame)
    if ours:
        return f"app.{ours[1]}"
    for layer, pattern in _LAYERS.items():
        if pattern.search(frame):
            return layer
    package = _PACKAGE.search(frame)
    if package:
        return f"other: {package[1]}"
    return "other: standard library" if _LIBRARY.search(frame) and ".so" not in frame else None


def functions(seen: Sequence[tuple[list[str], int]]) -> Shares:
    """Own time by function, C code counted for the Python function that called it."""
    counts: Counter[str] = Counter()
    for frames, count in seen:
        counts[_short(frames[-1])] += count
    return Shares(counts.total(), counts)


def _short(frame: str) -> str:
    """Function and file, without the line and without what is the same for all."""
    name, _, place = frame.removesuffix(")").partition(" (")
    file = place.rpartition(":")[0].removeprefix(f"{ROOT}/").rpartition("/site-packages/")[2]
    if file.endswith("asyncio/runners.py"):
        return "C code called by the loop: sockets, the driver's reading of rows, some waiting"
    return f"{name} ({re.sub('^.*/lib/python[0-9.]+/', '', file)})"
