"""Units of work: the only place that begins, commits or rolls back a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NewType, Protocol, TypeVar

import asyncpg
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bundle import Bundle
from app.db.engine import Database
from app.db.errors import Crowded, DatabaseUnavailable, constraint, is_down, may_retry
from app.db.isolation import ROLE
from app.kit.clock import Clock

T = TypeVar("T")
_ATTEMPTS = 4


class Recorder(Protocol):
    """Takes rows that become durable together with the change they describe."""

    @property
    def now(self) -> datetime:
        """The instant of this unit of work."""
        ...

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Add one row to be inserted."""
        ...


class Work:
    """One session, one transaction, one `now` (aware UTC, fixed when it began).

    Rows given to `put` are inserted by one statement just before the commit, after the session's own changes.
    """

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.now = now
        self._bundle = Bundle()

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Add one row to be inserted before the commit."""
        self._bundle.put(table, row)

    def put_once(self, table: Table, row: Mapping[str, object]) -> None:
        """Add the row that must be new: a transaction that finds it there fails as a whole."""
        self._bundle.put(table, row)

    @property
    def awaited(self) -> Collection[int]:
        """Tenants for whose rows, of those that were put, somebody waits."""
        return self._bundle.awaited

    def catch_up(self, last: datetime) -> None:
        """Make `now` later than `last` by a millisecond, the step in which ids ascend.

        The facts of one subject then keep their order even when another process wrote the last one in this very
        millisecond, or when a clock was set back.
        """
        self.now = max(self.now, last + timedelta(milliseconds=1))

    async def settle(self) -> None:
        """Send what waits (session changes, then bundled rows) without committing.

        Raises: the problems that tables of bundled rows name for their constraints.
        """
        await self.session.flush()
        if self._bundle:
            sql, args = self._bundle.statement()
            try:
                await (await self._driver()).execute(sql, *args)
            except asyncpg.IntegrityConstraintViolationError as error:
                if (problem := self._bundle.problem_of(constraint(error))) is not None:
                    raise problem from error
                raise
            self._bundle.clear()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part of this work that is taken back alone when it fails: rows, session changes, and what it has put.

        The error goes on to the caller. After one that says the connection is lost, nothing of the work can be saved.
        """
        await self.settle()
        savepoint = await self.session.begin_nested()
        try:
            yield
            await self.settle()
            await savepoint.commit()
        except Exception as error:
            self._bundle.clear()
            if not is_down(error):
                await savepoint.rollback()
            raise

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Rows of one statement that the driver sends itself, within this transaction: for rows by the thousand.

        Nothing is flushed before. Instants come in UTC; JSON is quickest asked for as text.
        """
        rows: list[asyncpg.Record] = await (await self._driver()).fetch(query, *args)
        return rows

    async def _driver(self) -> asyncpg.Connection:
        """The driver's own connection. Every Work has already sent a statement (`_begin`), so that BEGIN is out."""
        connection = await (await self.session.connection()).get_raw_connection()
        driver = connection.driver_connection
        assert isinstance(driver, asyncpg.Connection)
        return driver


ReadWork = NewType("ReadWork", Work)
"""A Work in a READ ONLY transaction: a reader cannot hand it to a writer."""


class HotWork:
    """A Work of exactly one statement at driver level: what is put is all there is."""

    __slots__ = ("bundle", "now")

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.bundle = Bundle()

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Add one row of the statement."""
        self.bundle.put(table, row)

    def put_once(self, table: Table, row: Mapping[str, object]) -> None:
        """Add the row that must be new: when it is there already, nothing of the statement is written."""
        self.bundle.put_once(table, row)

    async def commit_to(self, db: Database) -> bool:
        """Whether everything is written; not when what was put once is there already: then nothing is.

        Raises: asyncpg.IntegrityConstraintViolationError, DatabaseUnavailable.
        """
        written = await db.lane.write(self.bundle)
        if written:
            db.tell_written(self.bundle.awaited)
        return written


async def _begin(session: AsyncSession, tenant_id: int | None, *, read_only: bool) -> None:
    """Open the transaction and name its tenant, so that policies on the server hold it to that tenant.

    Without a tenant it works across tenants, with the rights of the tables' owner.
    """
    settings = ["SET TRANSACTION READ ONLY"] if read_only else []
    settings.append(f"SET LOCAL app.tenant = '{int(tenant_id)}'" if tenant_id is not None else "SET LOCAL ROLE NONE")
    for statement in settings:
        await session.execute(text(statement))


@asynccontextmanager
async def write_work(db: Database, clock: Clock, tenant_id: int | None) -> AsyncIterator[Work]:
    """A transaction that commits when the block ends well and rolls back when it does not.

    Raises: DatabaseUnavailable when the database is lost on the way (the outcome of a lost commit is unknown).
    """
    session = db.sessions()
    try:
        await _begin(session, tenant_id, read_only=False)
        work = Work(session, clock.now())
        yield work
        await work.settle()
        await session.commit()
        db.tell_written(work.awaited)
    except BaseException as error:
        await _abandon(session)
        _tell_if_away(db, error)
        raise
    finally:
        await session.close()


@asynccontextmanager
async def read_work(db: Database, clock: Clock, tenant_id: int | None) -> AsyncIterator[ReadWork]:
    """A READ ONLY transaction; nothing is ever committed, and what was read stays as it was read when it has ended.

    Raises: DatabaseUnavailable.
    """
    session = db.read_sessions()
    try:
        await _begin(session, tenant_id, read_only=True)
        yield ReadWork(Work(session, clock.now()))
    except BaseException as error:
        _tell_if_away(db, error)
        raise
    finally:
        session.expunge_all()  # else the rollback forgets what every row says, and a page drawn afterwards fails
        await _abandon(session)
        await session.close()


async def is_held(db: Database, clock: Clock) -> bool:
    """Whether PostgreSQL itself holds units of work to the tenant they name."""
    async with read_work(db, clock, 0) as work:
        return bool(await work.session.scalar(text("SELECT current_user")) == ROLE)


async def in_work(db: Database, clock: Clock, tenant_id: int | None, verb: Callable[[Work], Awaitable[T]]) -> T:
    """Result of `verb` in a transaction of its own; run again whole on deadlock or serialization failure.

    Raises: Crowded when it failed so every time.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with write_work(db, clock, tenant_id) as work:
                return await verb(work)
        except (DBAPIError, asyncpg.PostgresError) as error:  # the latter from bundled rows, sent by the driver itself
            if not may_retry(error):
                raise
            if attempt == _ATTEMPTS:
                raise Crowded from error
            await asyncio.sleep(0.02 * 2**attempt)
    raise AssertionError


def _tell_if_away(db: Database, error: BaseException) -> None:
    """Count what was the database's doing. Raises: DatabaseUnavailable in the place of `error`."""
    exhausted = isinstance(error, PoolTimeoutError)
    if not exhausted and not is_down(error):
        return
    db.losses.count(error, exhausted=exhausted)
    raise DatabaseUnavailable from error


async def _abandon(session: AsyncSession) -> None:
    """Roll back, even on a connection that is already lost."""
    try:
        await session.rollback()
    except (DBAPIError, OSError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        await session.invalidate()
