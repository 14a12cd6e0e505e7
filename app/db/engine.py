"""The doors to PostgreSQL: an SQLAlchemy engine for verbs, and a lane of driver connections for hot paths."""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from app.db.isolation import ROLE, may_take_role
from app.db.lane import Connect, Connection, Lane
from app.db.losses import Losses
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
    """What a session of `name` asks of PostgreSQL: to end what takes, or waits for a lock, too long."""
    return {
        "application_name": name,
        "jit": "off",
        "statement_timeout": str(int(settings.statement_timeout_s * 1000)),
        "lock_timeout": str(int(settings.database_wait_s * 1000)),
    }


def lane_to(url: str, settings: Settings) -> Connect:
    """What makes a connection of the lane."""

    async def connect() -> Connection:
        return await asyncpg.connect(
            driver_url(url),
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=settings.statement_timeout_s + GRACE_S,
            statement_cache_size=settings.statement_cache_size,
            max_cached_statement_lifetime=0,
            server_settings=session_settings("lienthong-lane", settings),
        )

    return connect


class Database:
    """All of a process's ways to PostgreSQL: `rw` and `ro` engines, and the lane on the writable one."""

    def __init__(self, rw: AsyncEngine, ro: AsyncEngine, lane: Lane, url: str) -> None:
        self.rw = rw
        self.ro = ro
        self.lane = lane
        self.url = url
        self.losses = Losses()
        self.on_written: Callable[[Collection[int]], None] | None = None  # told after a commit, must not wait
        self.sessions = async_sessionmaker(rw, expire_on_commit=False, autoflush=False)
        self.read_sessions = async_sessionmaker(ro, expire_on_commit=False, autoflush=False)

    @classmethod
    async def open(cls, url: str, settings: Settings) -> Database:
        """Open engines and lane. Raises: DatabaseUnavailable when the database cannot be reached."""
        lane = await Lane.open(lane_to(url, settings), settings.lane_pool_size, settings.database_wait_s)
        try:
            role = ROLE if await may_take_role(lane) else None
        except BaseException:
            await lane.close()
            raise
        rw = ro = make_engine(url, settings, role)
        if replica := settings.database_ro_url:
            same = urlsplit(replica).username == urlsplit(url).username
            ro = make_engine(replica, settings, role if same else None)
        return cls(rw, ro, lane, url)

    def tell_written(self, tenants: Collection[int]) -> None:
        """Rows of these tenants that somebody waits for are committed."""
        if tenants and self.on_written is not None:
            self.on_written(tenants)

    async def close(self) -> None:
        """Close everything."""
        await self.lane.close()
        await self.rw.dispose()
        if self.ro is not self.rw:
            await self.ro.dispose()


def make_engine(url: str, settings: Settings, role: str | None = None) -> AsyncEngine:
    """An engine whose connections are checked before use and given up after thirty minutes.

    With `role` they begin with its rights instead of those of the user who signs in.
    """
    taken = {"role": role} if role is not None else {}
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
            "prepared_statement_cache_size": settings.statement_cache_size,
            "server_settings": session_settings("lienthong", settings) | taken,
        },
    )
