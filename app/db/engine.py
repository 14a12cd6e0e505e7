"""The doors to PostgreSQL: an SQLAlchemy engine for verbs, and a lane of driver connections for hot paths."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from app.db.bundle import Bundle
from app.db.errors import DatabaseUnavailable, is_down
from app.settings import Settings

CONNECT_TIMEOUT_S = 2.0
GRACE_S = 0.5
"""How much longer than PostgreSQL itself we wait for the end of a statement, before we take the connection for dead."""


def driver_url(url: str) -> str:
    """`url` as the driver reads it: scheme `postgresql`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql"))


def engine_url(url: str) -> str:
    """`url` as SQLAlchemy reads it: scheme `postgresql+asyncpg`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg"))


def session_settings(name: str, settings: Settings) -> dict[str, str]:
    """What a session of `name` asks of PostgreSQL: it ends by itself what takes too long, and says who connects."""
    timeout_ms = int(settings.statement_timeout_s * 1000)
    return {"application_name": name, "jit": "off", "statement_timeout": str(timeout_ms)}


async def _keep(_connection: object) -> None:
    """Skip the driver's reset query: a lane holds no session state, and the reset costs a round trip."""


class Lane:
    """Single statements at driver level, each its own transaction, prepared once per connection.

    Nobody waits long: who gets no connection in time, or no answer, is told that the database is away. A queue that
    grows while PostgreSQL hangs would outlive the outage.
    """

    def __init__(self, pool: asyncpg.Pool[Any], wait_s: float) -> None:
        """`wait_s`: longest wait for a connection."""
        self._pool = pool
        self._wait_s = wait_s
        self.size = pool.get_max_size()
        self.busy = 0  # statements under way or waiting for a connection
        self.exhausted = 0  # statements that got no connection in time
        self.lost = 0  # statements whose connection was refused or lost, or that took too long

    @classmethod
    async def open(cls, url: str, settings: Settings) -> Lane:
        """A pool that connects as it is needed. Raises: DatabaseUnavailable."""
        try:
            pool = await asyncpg.create_pool(
                driver_url(url),
                min_size=1,
                max_size=settings.lane_pool_size,
                command_timeout=settings.statement_timeout_s + GRACE_S,
                timeout=CONNECT_TIMEOUT_S,
                statement_cache_size=settings.statement_cache_size,
                max_cached_statement_lifetime=0,
                reset=_keep,
                server_settings=session_settings("lienthong-lane", settings),
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if is_down(error):
                raise DatabaseUnavailable from error
            raise
        return cls(pool, settings.database_wait_s)

    async def close(self) -> None:
        """Give the connections back; statements under way finish first."""
        await self._pool.close()

    async def write(self, bundle: Bundle) -> None:
        """Write all rows of `bundle` or none. Raises: asyncpg.UniqueViolationError, DatabaseUnavailable."""
        sql, args = bundle.statement()
        await self.fetchval(sql, *args)

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """All rows. Raises: DatabaseUnavailable."""
        rows: list[asyncpg.Record] = await self._run("fetch", sql, args)
        return rows

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """First row or None. Raises: DatabaseUnavailable."""
        row: asyncpg.Record | None = await self._run("fetchrow", sql, args)
        return row

    async def fetchval(self, sql: str, *args: object) -> Any:
        """First column of the first row. Raises: DatabaseUnavailable."""
        return await self._run("fetchval", sql, args)

    async def _run(self, verb: str, sql: str, args: tuple[object, ...]) -> Any:
        self.busy += 1
        connection = None
        try:
            connection = await self._pool.acquire(timeout=self._wait_s)
            return await getattr(connection, verb)(sql, *args)
        except Exception as error:
            if not is_down(error):
                raise
            if connection is None and isinstance(error, TimeoutError):
                self.exhausted += 1
            else:
                self.lost += 1
            if connection is not None and isinstance(error, TimeoutError):
                connection.terminate()  # PostgreSQL hangs: to cancel politely would wait for it once more
            raise DatabaseUnavailable from error
        finally:
            self.busy -= 1
            if connection is not None:
                await self._pool.release(connection)


class Database:
    """All of a process's ways to PostgreSQL: `rw` and `ro` engines, and the lane on the writable one."""

    def __init__(self, rw: AsyncEngine, ro: AsyncEngine, lane: Lane, url: str) -> None:
        self.rw = rw
        self.ro = ro
        self.lane = lane
        self.url = url
        self.exhausted = 0  # units of work that got no connection in time
        self.lost = 0  # units of work whose connection was refused or lost, or whose statement took too long
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
        pool_timeout=settings.database_wait_s,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # an error's text must never quote what people wrote
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": settings.statement_timeout_s + GRACE_S,
            "statement_cache_size": settings.statement_cache_size,
            "server_settings": session_settings("lienthong", settings),
        },
    )
