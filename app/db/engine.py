"""The doors to PostgreSQL: an SQLAlchemy engine for verbs, and a lane of driver connections for hot paths."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from app.db.bundle import Bundle
from app.db.errors import DatabaseUnavailable, is_down
from app.settings import Settings


def driver_url(url: str) -> str:
    """`url` as the driver reads it: scheme `postgresql`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql"))


def engine_url(url: str) -> str:
    """`url` as SQLAlchemy reads it: scheme `postgresql+asyncpg`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg"))


async def _keep(_connection: object) -> None:
    """Skip the driver's reset query: a lane holds no session state, and the reset costs a round trip."""


class Lane:
    """Single statements at driver level, each its own transaction, prepared once per connection."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, settings: Settings) -> Lane:
        """A pool that connects as it is needed. Raises: DatabaseUnavailable."""
        try:
            pool = await asyncpg.create_pool(
                driver_url(url),
                min_size=1,
                max_size=settings.lane_pool_size,
                command_timeout=15,
                timeout=5,
                statement_cache_size=settings.statement_cache_size,
                max_cached_statement_lifetime=0,
                reset=_keep,
                server_settings={"application_name": "lienthong-lane", "jit": "off"},
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if is_down(error):
                raise DatabaseUnavailable from error
            raise
        return cls(pool)

    async def close(self) -> None:
        """Give the connections back; statements under way finish first."""
        await self._pool.close()

    async def write(self, bundle: Bundle) -> None:
        """Write all rows of `bundle` or none. Raises: asyncpg.UniqueViolationError, DatabaseUnavailable."""
        sql, args = bundle.statement()
        await self.fetchval(sql, *args)

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """All rows. Raises: DatabaseUnavailable."""
        try:
            async with self._pool.acquire(timeout=5) as connection:
                rows: list[asyncpg.Record] = await connection.fetch(sql, *args)
                return rows
        except Exception as error:
            raise _named(error) from error

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """First row or None. Raises: DatabaseUnavailable."""
        try:
            async with self._pool.acquire(timeout=5) as connection:
                row: asyncpg.Record | None = await connection.fetchrow(sql, *args)
                return row
        except Exception as error:
            raise _named(error) from error

    async def fetchval(self, sql: str, *args: object) -> Any:
        """First column of the first row. Raises: DatabaseUnavailable."""
        try:
            async with self._pool.acquire(timeout=5) as connection:
                return await connection.fetchval(sql, *args)
        except Exception as error:
            raise _named(error) from error


def _named(error: Exception) -> Exception:
    """A lost or refused connection as our problem, anything else unchanged."""
    return DatabaseUnavailable() if is_down(error) else error


class Database:
    """All of a process's ways to PostgreSQL: `rw` and `ro` engines, and the lane on the writable one."""

    def __init__(self, rw: AsyncEngine, ro: AsyncEngine, lane: Lane, url: str) -> None:
        self.rw = rw
        self.ro = ro
        self.lane = lane
        self.url = url
        self.sessions = async_sessionmaker(rw, expire_on_commit=False, autoflush=False)
        self.read_sessions = async_sessionmaker(ro, expire_on_commit=False, autoflush=False)

    @classmethod
    async def open(cls, url: str, settings: Settings) -> Database:
        """Open engines and lane. Raises: DatabaseUnavailable when the database cannot be reached."""
        rw = make_engine(url, settings)
        ro = make_engine(settings.database_ro_url, settings) if settings.database_ro_url else rw
        try:
            lane = await Lane.open(url, settings)
        except BaseException:
            await rw.dispose()
            raise
        return cls(rw, ro, lane, url)

    async def close(self) -> None:
        """Close everything."""
        await self.lane.close()
        await self.rw.dispose()
        if self.ro is not self.rw:
            await self.ro.dispose()


def make_engine(url: str, settings: Settings) -> AsyncEngine:
    """An engine whose connections are checked before use and given up after thirty minutes."""
    return create_async_engine(
        engine_url(url),
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "timeout": 5,
            "command_timeout": 60,
            "statement_cache_size": settings.statement_cache_size,
            "server_settings": {"application_name": "lienthong", "jit": "off"},
        },
    )
