"""The contract held against the running program for longer than a gate can: `python -m benchmarks.contract [requests]`.

The same as tests/contract, with so many made-up requests of each operation (50). Fails with what schemathesis says.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from app.db.engine import Database
from tests.conftest import make_settings
from tests.contract.holding import hold
from tests.server import clone, ensure_template, shared_server


async def run(url: str, folder: Path, made_up: int, *, signed_in: bool) -> None:
    """One of the two halves of the document."""
    began = perf_counter()
    db = await Database.open(url, make_settings(url, folder))
    try:
        await hold(db, folder, signed_in=signed_in, made_up=made_up)
    finally:
        await db.close()
    who = "staff and other systems" if signed_in else "anybody"
    print(f"{who}: answered as the document says, {made_up} requests of each, {perf_counter() - began:.0f} s")


def main() -> None:
    """Both halves, one after the other."""
    made_up = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with shared_server() as server:
        template = ensure_template(server)
        for signed_in in (False, True):
            with clone(server, template) as url, tempfile.TemporaryDirectory() as folder:
                asyncio.run(run(url, Path(folder), made_up, signed_in=signed_in))


if __name__ == "__main__":
    main()
