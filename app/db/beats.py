"""Which workers are alive: a process that works says so every few seconds, in one statement."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from uuid import UUID

from app.db.engine import Database
from app.db.models import Command
from app.kit.clock import Clock
from app.kit.ids import uuid7

BEAT_EVERY_S = 15.0
PATIENCE = timedelta(minutes=1)  # without a beat, until a worker counts as gone
KEEP_BEATS = timedelta(days=7)
KEEP_MANY = timedelta(hours=1)  # of more than KEPT_BEATS: a worker that ends at once and is started anew leaves many
KEPT_BEATS = 20
LISTED_BEATS = 100

_BEAT = """
INSERT INTO worker_beats (id, command, host, pid, version, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET seen_at = $7
"""
_BEATS = """
SELECT id, command, host, pid, version, started_at, seen_at FROM worker_beats ORDER BY seen_at DESC, id DESC LIMIT $1
"""
_FORGET = """
DELETE FROM worker_beats WHERE seen_at < $1 OR (seen_at < $2 AND id NOT IN (
    SELECT id FROM worker_beats ORDER BY seen_at DESC, id DESC LIMIT $3
))
"""


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that works, from its start to its end."""

    id: UUID
    command: Command
    host: str
    pid: int
    version: str
    started_at: datetime

    @classmethod
    def here(cls, command: Command, clock: Clock) -> Worker:
        """This process, which begins to work now."""
        now = clock.now()
        return cls(uuid7(now), command, platform.node(), os.getpid(), version("lienthong"), now)


@dataclass(frozen=True, slots=True)
class Beat:
    """A worker, and when it last said that it works."""

    worker: Worker
    seen_at: datetime


async def beat(db: Database, worker: Worker, now: datetime) -> None:
    """Say that the worker works at `now`. Raises: DatabaseUnavailable."""
    at_start = (worker.id, worker.command.value, worker.host, worker.pid, worker.version, worker.started_at)
    await db.lane.fetchval(_BEAT, *at_start, now)


async def list_beats(db: Database) -> list[Beat]:
    """The last beats of the LISTED_BEATS workers seen last, newest first. Raises: DatabaseUnavailable."""
    return [
        Beat(
            Worker(row["id"], Command(row["command"]), row["host"], row["pid"], row["version"], row["started_at"]),
            row["seen_at"],
        )
        for row in await db.lane.fetch(_BEATS, LISTED_BEATS)
    ]


async def forget_beats(db: Database, now: datetime) -> None:
    """Forget workers not seen for days, or for an hour and not among the KEPT_BEATS seen last.

    Raises: DatabaseUnavailable.
    """
    await db.lane.fetchval(_FORGET, now - KEEP_BEATS, now - KEEP_MANY, KEPT_BEATS)
