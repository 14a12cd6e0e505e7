"""Single statements at driver level for hot paths, each its own transaction, prepared once per connection.

The driver's own pool wraps every connection in a proxy and gives it back in a task of its own, which costs as much CPU
as the statement. A lane's connection holds no session state, so borrowing one is taking it from a list.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg

from app.db.bundle import Bundle
from app.db.errors import DatabaseUnavailable, is_down
from app.db.losses import Losses

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Connect: TypeAlias = Callable[[], Awaitable[Connection]]
_Turn: TypeAlias = "asyncio.Future[Connection | None]"


class Lane:
    """At most `size` connections, made as they are needed, the one used last first.

    Nobody waits long: who gets no connection in time, or no answer, is told that the database is away. A queue that
    grows while PostgreSQL hangs would outlive the outage.
    """

    def __init__(self, connect: Connect, size: int, wait_s: float) -> None:
        """`wait_s`: longest wait for a connection."""
        self._connect = connect
        self._wait_s = wait_s
        self._idle: list[Connection] = []
        self._waiting: deque[_Turn] = deque()
        self._open = 0  # connections that are there or being made
        self._closed = False
        self.size = size
        self.busy = 0  # statements under way or waiting for a connection
        self.losses = Losses()

    @classmethod
    async def open(cls, connect: Connect, size: int, wait_s: float) -> Lane:
        """A lane with its first connection. Raises: DatabaseUnavailable."""
        lane = cls(connect, size, wait_s)
        try:
            lane._give_back(await lane._made(), fit=True)
        except Exception as error:
            if is_down(error):
                raise DatabaseUnavailable from error
            raise
        return lane

    async def close(self) -> None:
        """Close the connections; statements under way finish first."""
        self._closed = True
        while self.busy:  # noqa: ASYNC110 - once, when everything ends
            await asyncio.sleep(0.005)
        await asyncio.gather(*(connection.close() for connection in self._idle), return_exceptions=True)
        self._idle.clear()

    async def write(self, bundle: Bundle) -> bool:
        """Write all rows of `bundle` or none; whether they are, as the one that lets the others in was new.

        Raises: asyncpg.UniqueViolationError, DatabaseUnavailable.
        """
        sql, args = bundle.statement()
        return await self._run(asyncpg.Connection.fetchval, sql, args) is True

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """All rows. Raises: DatabaseUnavailable."""
        rows: list[asyncpg.Record] = await self._run(asyncpg.Connection.fetch, sql, args)
        return rows

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """First row or None. Raises: DatabaseUnavailable."""
        row: asyncpg.Record | None = await self._run(asyncpg.Connection.fetchrow, sql, args)
        return row

    async def fetchval(self, sql: str, *args: object) -> Any:
        """First column of the first row. Raises: DatabaseUnavailable."""
        return await self._run(asyncpg.Connection.fetchval, sql, args)

    async def _run(self, verb: Callable[..., Awaitable[Any]], sql: str, args: tuple[object, ...] | list[Any]) -> Any:
        if self._closed:
            raise DatabaseUnavailable
        self.busy += 1
        try:
            connection = self._rested() or await self._borrowed()
            fit = False  # a statement that was cut off leaves nothing to go on with
            try:
                found = await verb(connection, sql, *args)
                fit = True
                return found
            except asyncpg.PostgresError as error:
                fit = not is_down(error)
                raise
            finally:
                self._give_back(connection, fit=fit)
        except Exception as error:
            if not is_down(error):
                raise
            self.losses.count(error, exhausted=False)
            raise DatabaseUnavailable from error
        finally:
            self.busy -= 1

    def _rested(self) -> Connection | None:
        """An idle connection; those that the server has closed meanwhile are forgotten."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        return None

    async def _borrowed(self) -> Connection:
        """A connection made now, or the first that is given back. Raises: DatabaseUnavailable when none is in time."""
        while self._open >= self.size:
            turn: _Turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                async with asyncio.timeout(self._wait_s):
                    given = await turn
            except BaseException as error:
                if turn.done() and not turn.cancelled():
                    self._decline(turn.result())
                if isinstance(error, TimeoutError):
                    self.losses.count(error, exhausted=True)
                    raise DatabaseUnavailable from error
                raise
            if given is not None:
                return given
        return await self._made()

    def _decline(self, given: Connection | None) -> None:
        """What came in the very moment its waiter gave up goes to the next one."""
        if given is None:
            self._pass_on(None)
        else:
            self._give_back(given, fit=True)

    async def _made(self) -> Connection:
        self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._open -= 1
            self._pass_on(None)
            raise

    def _give_back(self, connection: Connection, *, fit: bool) -> None:
        """Hand the connection to whoever waits longest, else keep it; one that is unfit makes room for another."""
        if fit and not connection.is_closed():
            if not self._pass_on(connection):
                self._idle.append(connection)
            return
        connection.terminate()  # to part politely would wait for a server that may hang
        self._open -= 1
        self._pass_on(None)

    def _pass_on(self, connection: Connection | None) -> bool:
        """Whether somebody waited; None tells them that there is room for a new connection."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False
