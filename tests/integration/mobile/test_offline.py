"""Hours of devices on a bad network: every report arrives once, every change is seen once."""

from __future__ import annotations

import sys

import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.process import Process
from tests.offline import World, simulate


async def test_whatever_is_lost_doubled_late_or_killed_arrives_once_and_is_seen_once(
    application: FastAPI, process: Process, db: Database, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(application, process, clock, seed=20261127, devices=4)
    counts = await simulate(world, steps=24)
    with capsys.disabled():
        sys.stdout.write("\n" + ", ".join(f"{name}: {counts[name]}" for name in sorted(counts)))
    for bad in (
        "requests lost",
        "answers lost",
        "requests delayed",
        "requests doubled",
        "servers killed",
        "apps killed",
    ):
        assert counts[bad], bad
    assert counts["withdrawn"], "nothing of what was withdrawn is left on a device"
    assert counts["photos"] == 1
