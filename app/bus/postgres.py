"""Signals by LISTEN and NOTIFY, on one direct connection of their own: a transaction pooler would swallow them.

Each signal is a statement of its own after the commit it tells of: NOTIFY inside the business transactions would have
them commit one after the other.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Collection
from contextlib import suppress
from typing import TypeAlias

import asyncpg
import orjson

from app.db.engine import CONNECT_TIMEOUT_S, driver_url

from .outgoing import GAP_S, Bulletin, Outgoing
from .terms import Chunk, Incoming, Means

log = logging.getLogger("lienthong.bus")
CHANNEL = "lienthong"
ECHO_EVERY_S = 15.0
ECHO_PATIENCE_S = 2.0
LONGEST_PAUSE_S = 10.0
_COMMAND_TIMEOUT_S = 5.0
_NOTIFY = "SELECT pg_notify($1, $2)"
_TENANTS_AT_ONCE = 200  # a payload may have 8,000 bytes

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Deaf(Exception):  # noqa: N818 - what the connection is
    """What we sent to ourselves did not come back: a pooler is between, or the connection is dead."""


class PostgresCarrier:
    """One connection that listens and notifies; made again when it is lost or hears nothing."""

    means = Means.POSTGRES

    def __init__(self, url: str) -> None:
        """`url`: straight to the server on which messages are written."""
        self._url = driver_url(url)
        self._outgoing = Outgoing()
        self._echo = ""
        self._echoed = asyncio.Event()
        self._lost = False
        self.works = False

    def written(self, tenants: Collection[int]) -> None:
        """Tell all workers."""
        if self.works:
            self._outgoing.written(tenants)

    def numbered(self, tenant_id: int, after: int, position: int) -> None:
        """Tell all processes how far there are messages."""
        if self.works:
            self._outgoing.numbered(tenant_id, after, position)

    async def run(self, incoming: Incoming) -> None:
        """Carry until cancelled. While the connection is away everybody polls, and it is tried with growing pauses."""
        pause_s = 0.2
        while True:
            try:
                await self._carry(incoming)
            except Exception as error:  # noqa: BLE001 - whatever it is: while this is not carried, everybody polls
                told = str(error) or type(error).__name__
                log.warning("signals by NOTIFY are away, everybody polls meanwhile: %s", told)
            if self.works:
                pause_s = 0.2
                self.works = False
                incoming.changed()
            self._outgoing.take()
            await asyncio.sleep(pause_s * (0.5 + secrets.randbelow(500) / 1000))
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    async def _carry(self, incoming: Incoming) -> None:
        """Carry until the connection is lost. Raises: what has ended it."""
        connection: Connection = await asyncpg.connect(
            self._url,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=_COMMAND_TIMEOUT_S,
            statement_cache_size=0,
            server_settings={"application_name": "lienthong-bus"},
        )
        try:
            self._lost = False
            connection.add_termination_listener(self._on_loss)

            def take(_connection: object, _pid: int, _channel: str, payload: object) -> None:
                self._take(incoming, payload)

            await connection.add_listener(CHANNEL, take)
            while True:
                await self._listen_for_echo(connection)
                if not self.works:
                    self.works = True
                    log.info("signals come and go by NOTIFY")
                    incoming.changed()
                await self._send_for_a_while(connection)
        finally:
            connection.terminate()

    async def _listen_for_echo(self, connection: Connection) -> None:
        """Whether we hear ourselves. Raises: Deaf."""
        self._echo = secrets.token_hex(8)
        self._echoed.clear()
        await connection.execute(_NOTIFY, CHANNEL, orjson.dumps({"e": self._echo}).decode())
        try:
            async with asyncio.timeout(ECHO_PATIENCE_S):
                await self._echoed.wait()
        except TimeoutError as error:
            raise Deaf from error
        if self._lost:
            raise Deaf

    async def _send_for_a_while(self, connection: Connection) -> None:
        """Send what is gathered, until it is time for the next echo. Raises: Deaf when the connection is lost."""
        until = asyncio.get_running_loop().time() + ECHO_EVERY_S
        news = self._outgoing.news
        while (left := until - asyncio.get_running_loop().time()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await news.wait()
            if self._lost:
                raise Deaf
            bulletin = self._outgoing.take()
            if bulletin:
                for payload in _written(bulletin):
                    await connection.execute(_NOTIFY, CHANNEL, payload)
                await asyncio.sleep(GAP_S)

    def _on_loss(self, _connection: object) -> None:
        self._lost = True
        self._outgoing.news.set()
        self._echoed.set()

    def _take(self, incoming: Incoming, payload: object) -> None:
        """Hear one notification. What is not ours, or of another release, says nothing."""
        try:
            told = orjson.loads(str(payload))
            if told.get("e") == self._echo:
                self._echoed.set()
            written = [int(one) for one in told.get("w", ())]
            numbered = [(int(one), int(after), int(position)) for one, after, position in told.get("n", ())]
        except (ValueError, TypeError, AttributeError):
            log.warning("a notification on channel %s cannot be read", CHANNEL)
            return
        if written:
            incoming.heard_written(written)
        for tenant_id, after, position in numbered:
            incoming.heard_numbered(Chunk(tenant_id, after, position))


def _written(bulletin: Bulletin) -> list[str]:
    """The payloads that say it."""
    written = sorted(bulletin.written)
    numbered = [(one, after, position) for one, (after, position) in sorted(bulletin.numbered.items())]
    return [
        orjson.dumps({"w": written[at : at + _TENANTS_AT_ONCE], "n": numbered[at : at + _TENANTS_AT_ONCE]}).decode()
        for at in range(0, max(len(written), len(numbered)), _TENANTS_AT_ONCE)
    ]
