"""Signals and events by NATS: the relay's process publishes what it has numbered to a JetStream stream.

Every process fans out from that stream. It is a copy to be quick with: JetStream answers before it has flushed to disk,
so that a crash of its host may lose what was acknowledged. Who finds a gap reads the outbox.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import nats.errors
import nats.js.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, RetentionPolicy, StreamConfig

from .carrying import Carrying
from .outgoing import GAP_S, Bulletin
from .terms import Chunk, Event, Incoming, Means, Read

log = logging.getLogger("lienthong.bus")
KEEP_S = 3600.0  # of the stream; who was away longer reads the database
KEEP_BYTES = 256 * 1024 * 1024
DUPLICATES_S = 120.0
CHUNK_BYTES = 256 * 1024  # a server takes 1 MiB of one message unless told otherwise
MOST_EVENTS = 2000  # further ones are only signalled
LOOK_EVERY_S = 5.0
_PATIENCE_S = 2.0
_ERRORS = (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError)


class Away(Exception):  # noqa: N818 - what the server is
    """The server is not there, or not what we need of it."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where NATS is and who we are there. The URL may hold user and password, or a token, and `tls://`."""

    url: str
    prefix: str
    replicas: int
    credentials: Path | None = None

    @property
    def stream(self) -> str:
        """The stream's name: one for each installation."""
        return self.prefix.upper().replace(".", "_")


class NatsCarrier(Carrying):
    """One connection to a NATS server or cluster; made again when it is lost or the stream is gone."""

    means = Means.NATS

    def __init__(self, server: Server, read: Read) -> None:
        """`read`: the events of a range, from the database."""
        super().__init__()
        self._server = server
        self._read = read
        self._lost = asyncio.Event()

    def _mourn(self, error: Exception) -> None:
        if isinstance(error, (*_ERRORS, Away)):
            log.warning("NATS is away, everybody polls meanwhile: %s", str(error) or type(error).__name__)
        else:  # whatever the client does: streams go on by polling
            log.error("NATS cannot be used, everybody polls meanwhile", exc_info=error)

    async def _carry(self, incoming: Incoming) -> None:
        """Carry until the connection is lost. Raises: what has ended it."""
        self._lost.clear()
        client = Client()
        try:
            await client.connect(
                self._server.url,
                name="lienthong",
                allow_reconnect=False,  # we do it ourselves, and then begin anew
                connect_timeout=int(_PATIENCE_S),
                ping_interval=10,
                max_outstanding_pings=1,
                disconnected_cb=self._on_loss,
                closed_cb=self._on_loss,
                error_cb=_on_error,
                user_credentials=str(self._server.credentials) if self._server.credentials else None,
            )
            stream = client.jetstream(timeout=_PATIENCE_S)
            await self._ensure_stream(stream)
            await self._subscribe(client, stream, incoming)
            log.info("signals and events come and go by NATS")
            self._begin(incoming)
            await self._send(client, stream)
        finally:
            with suppress(*_ERRORS):
                await client.close()

    async def _ensure_stream(self, stream: JetStreamContext) -> None:
        """The stream is there, as we want it; whoever comes first makes it."""
        config = StreamConfig(
            name=self._server.stream,
            subjects=[f"{self._server.prefix}.events.*"],
            retention=RetentionPolicy.LIMITS,
            max_age=KEEP_S,
            max_bytes=KEEP_BYTES,
            discard=DiscardPolicy.OLD,
            duplicate_window=DUPLICATES_S,
            num_replicas=self._server.replicas,
        )
        try:
            await stream.add_stream(config)
        except nats.js.errors.BadRequestError:  # it exists with other bounds
            await stream.update_stream(config)

    async def _subscribe(self, client: Client, stream: JetStreamContext, incoming: Incoming) -> None:
        async def wake(message: Msg) -> None:
            with suppress(ValueError, TypeError):
                incoming.heard_written([int(one) for one in orjson.loads(message.data)])

        async def chunk(message: Msg) -> None:
            try:
                told = _read_chunk(int(message.subject.rsplit(".", 1)[1]), message.data)
            except (ValueError, TypeError, KeyError):
                log.warning("a message on %s cannot be read", message.subject)
                return
            incoming.heard_numbered(told)

        await client.subscribe(f"{self._server.prefix}.wake", cb=wake)
        await stream.subscribe(
            f"{self._server.prefix}.events.*",
            stream=self._server.stream,
            cb=chunk,
            ordered_consumer=True,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.NEW, ack_policy=AckPolicy.NONE, idle_heartbeat=5.0),
        )

    async def _send(self, client: Client, stream: JetStreamContext) -> None:
        """Send what is gathered until the connection is lost. Raises: Away, errors of NATS."""
        news = self._outgoing.news
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await news.wait()
            if self._lost.is_set():
                raise Away
            bulletin = self._outgoing.take()
            if not bulletin:
                await stream.stream_info(self._server.stream)  # somebody may have removed it
                continue
            await self._sent(client, stream, bulletin)
            await asyncio.sleep(GAP_S)

    async def _sent(self, client: Client, stream: JetStreamContext, bulletin: Bulletin) -> None:
        if bulletin.written:
            await client.publish(f"{self._server.prefix}.wake", orjson.dumps(sorted(bulletin.written)))
        for tenant_id, (after, position) in bulletin.numbered.items():
            for chunk in chunks(tenant_id, after, position, await self._events(tenant_id, after, position)):
                await stream.publish(
                    f"{self._server.prefix}.events.{tenant_id}",
                    written_chunk(chunk),
                    headers={"Nats-Msg-Id": f"{tenant_id}-{chunk.after}-{chunk.position}"},
                )

    async def _events(self, tenant_id: int, after: int, position: int) -> Sequence[Event]:
        """The range's events; none when they are too many, or when the database is away: then each reads for itself."""
        if position - after > MOST_EVENTS:
            return ()
        try:
            events = await self._read(tenant_id, after, position)
        except Exception as error:  # noqa: BLE001 - an outage of the database must not end the bus
            log.warning("events cannot be read for NATS: %s", error)
            return ()
        return events if len(events) == position - after else ()

    async def _on_loss(self) -> None:
        self._lost.set()
        self._outgoing.news.set()


async def _on_error(error: Exception) -> None:
    log.info("NATS: %s", str(error) or type(error).__name__)


def chunks(tenant_id: int, after: int, position: int, events: Sequence[Event]) -> Iterator[Chunk]:
    """The range in pieces that a server takes, each following the one before; without events it is one."""
    if not events:
        yield Chunk(tenant_id, after, position)
        return
    gathered: list[Event] = []
    size = 0
    for event in events:
        if gathered and size + len(event.payload) > CHUNK_BYTES:
            yield Chunk(tenant_id, after, gathered[-1].position, gathered)
            after, gathered, size = gathered[-1].position, [], 0
        gathered.append(event)
        size += 4 * len(event.payload) + 200  # Vietnamese letters take up to three bytes
    yield Chunk(tenant_id, after, position, gathered)


def written_chunk(chunk: Chunk) -> bytes:
    """The chunk as a message."""
    return orjson.dumps(
        {
            "a": chunk.after,
            "p": chunk.position,
            "m": [
                [e.position, e.type, e.occurred_at, str(e.subject_id), e.subject_version, e.public, e.payload]
                for e in chunk.events
            ],
        }
    )


def _read_chunk(tenant_id: int, data: bytes) -> Chunk:
    """The chunk of a message. Raises: ValueError, TypeError, KeyError for anything else."""
    told: dict[str, Any] = orjson.loads(data)
    events = [
        Event(
            int(position),
            str(kind),
            datetime.fromisoformat(at),
            UUID(subject),
            int(version),
            bool(public),
            str(payload),
        )
        for position, kind, at, subject, version, public, payload in told["m"]
    ]
    after, position = int(told["a"]), int(told["p"])
    if events and [event.position for event in events] != list(range(after + 1, position + 1)):
        raise ValueError("positions with gaps")
    return Chunk(tenant_id, after, position, events)
