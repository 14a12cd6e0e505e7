"""A copy of everything that was written since a database was new, and putting it back: a backup in miniature.

As an operator's of data alone: nothing about the database itself changes, so that nobody notices it by that.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import asyncpg

from app.db.engine import driver_url
from tests.server import superuser_url

# Counters of codes go on: processes of tests that share a database keep blocks of their numbers in memory.
_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname NOT IN ('alembic_version', 'code_counters') ORDER BY 1
"""


async def _filled(connection: asyncpg.Connection[asyncpg.Record], names: list[str]) -> set[str]:
    looks = ", ".join(f'EXISTS (SELECT FROM "{name}")' for name in names)
    return {
        name for name, there in zip(names, await connection.fetchrow(f"SELECT {looks}") or (), strict=True) if there
    }


@dataclass
class Backups:
    """Of one database; `keep` takes a copy of what it has, `put_back` makes it what it was then."""

    url: str
    written: list[str] = field(default_factory=list)  # tables that begin empty
    copy: dict[str, bytes] | None = None

    async def begin(self) -> None:
        """Find out what a new database has: that is never taken away."""
        connection = await asyncpg.connect(driver_url(self.url))
        try:
            names = [row["relname"] for row in await connection.fetch(_TABLES)]
            filled = await _filled(connection, names)
            self.written = [name for name in names if name not in filled]
        finally:
            await connection.close()

    async def keep(self) -> None:
        """A copy as of one moment, while others write."""
        connection = await asyncpg.connect(driver_url(superuser_url(self.url)))
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                copy: dict[str, bytes] = {}
                for name in sorted(await _filled(connection, self.written)):
                    content = io.BytesIO()
                    await connection.copy_from_table(name, output=content, format="binary")
                    copy[name] = content.getvalue()
                self.copy = copy
        finally:
            await connection.close()

    async def put_back(self) -> None:
        """What was written since the copy is gone."""
        assert self.copy is not None
        connection = await asyncpg.connect(driver_url(superuser_url(self.url)))
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")
                gone = ", ".join(f'gone_{at} AS (DELETE FROM "{name}")' for at, name in enumerate(self.written))
                await connection.execute(f"WITH {gone} SELECT 1")
                for name, content in self.copy.items():
                    await connection.copy_to_table(name, source=io.BytesIO(content), format="binary")
        finally:
            await connection.close()
