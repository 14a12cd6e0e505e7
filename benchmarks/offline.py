"""Hundreds of hours of devices on a bad network: `python -m benchmarks.offline [steps] [devices] [seed]`.

The same world as tests/offline, for longer: every report arrives once, every change is seen once, every copy is what
a new device would load. Prints what went wrong on the way, and fails when a promise was not kept.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from app.kit.clock import FixedClock
from app.main import create_app, install
from app.process import Process
from tests.conftest import NOW, make_settings
from tests.offline.proof import simulate
from tests.offline.world import World
from tests.server import clone, ensure_template, shared_server

ROUND = 50  # steps from one restored backup to the next


async def run(url: str, folder: Path, steps: int, devices: int, seed: int) -> None:
    """One world from its beginning to the proof."""
    clock, began = FixedClock(NOW), perf_counter()
    process = await Process.open(make_settings(url, folder), clock)
    try:
        app = create_app(process.settings, clock, shared=process)
        install(app, process)
        counts = await simulate(World(app, process, clock, seed, devices, ROUND), steps)
    finally:
        await process.close()
    width = max(map(len, counts))
    for name in sorted(counts):
        print(f"{name:{width}} {counts[name]:>8}")
    print(f"kept every promise; {steps} steps, {devices} devices, seed {seed}, {perf_counter() - began:.0f} s")


def main() -> None:
    """Read the three numbers."""
    given = [int(one) for one in sys.argv[1:4]]
    logging.disable(logging.CRITICAL)  # what fails here is meant to
    steps, devices, seed = [*given, *[600, 20, 1][len(given) :]]
    with shared_server() as server, clone(server, ensure_template(server)) as url, tempfile.TemporaryDirectory() as at:
        asyncio.run(run(url, Path(at), steps, devices, seed))


if __name__ == "__main__":
    main()
