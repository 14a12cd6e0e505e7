"""Signals by LISTEN and NOTIFY, on one direct connection of their own: a transaction pooler would swallow them.

Each signal is a statement of its own after the commit it tells of: NOTIFY inside the business transactions would have
them commit one after the other.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress
from typing import TypeAlias

import asyncpg
import orjson

from app.db.engine import CONNECT_TIMEOUT_S, driver_url

from .carrying import Carrying
from .outgoing import GAP_S, Bulletin
from .terms import Chunk, Incoming, Means

log = logging.getLogger("lienthong.bus")
CHANNEL = "lienthong"
ECHO_EVERY_S = 15.0
ECHO_PATIENCE_S = 2.0
_COMMAND_TIMEOUT_S = 5.0
_NOTIFY = "SELECT pg_notify($1, $2)"
_TENANTS_AT_ONCE = 200  # a payload may have 8,000 bytes

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Deaf(Exception):  # noqa: N818 - what the connection is
    """What we sent to ourselves did not come back: a pooler is between, or the connection is dead."""


class PostgresCarrier(Carrying):
    """One connection that listens and notifies; made again when it is lost or hears nothing."""

    means = Means.POSTGRES

    def __init__(self, url: str) -> None:
        """`url`: straight to the server on which messages are written."""
        super().__init__()
        self._url = driver_url(url)
        self._echo = ""
        self._echoed = asyncio.Event()
        self._lost = False

    def _mourn(self, error: Exception) -> None:
        told = str(error) or type(error).__name__
        log.warning("signals by NOTIFY are away, everybody polls meanwhile: %s", told)

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
                    log.info("signals come and go by NOTIFY")
                    self._begin(incoming)
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
