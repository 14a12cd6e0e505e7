"""Hours of devices on a bad network: every report arrives once, every change is seen once."""

from __future__ import annotations

import sys

import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.main import install
from app.process import Process
from tests.offline.proof import simulate
from tests.offline.world import World


async def test_whatever_is_lost_doubled_late_or_killed_arrives_once_and_is_seen_once(
    application: FastAPI, process: Process, db: Database, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(application, process, clock, seed=2, devices=4)
    try:
        counts = await simulate(world, steps=24)
    finally:
        install(application, process)
        await db.lane.fetch("DELETE FROM app_versions")
        await db.lane.fetch("UPDATE reference_versions SET version = version + 1 WHERE name = 'app_versions'")
        await process.refresh()
    with capsys.disabled():
        sys.stdout.write("\n" + ", ".join(f"{name}: {counts[name]}" for name in sorted(counts)))
    for bad in (
        "requests lost",
        "answers lost",
        "requests delayed",
        "requests doubled",
        "servers killed",
        "apps killed",
        "backups restored",
        "accepted and lost",
        "sent again after a restore",
        "servers replaced",
        "apps updated",
        "told to update",
        "service requests",
    ):
        assert counts[bad], bad
    assert counts["withdrawn"], "nothing of what was withdrawn is left on a device"
    assert counts["photos"] == 1
