"""The trail on PostgreSQL: written with the change, sealed without gaps, checked, and sent to whoever listens."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
import trustme

from app.audit import service as audit
from app.audit.senders import FileSink, Sink, SyslogSink
from app.audit.terms import Action, Fault
from app.db.engine import Database
from app.db.work import Work, in_work, write_work
from app.identity.terms import ActorKind, system_actor
from app.kit.clock import FixedClock
from tests.builders import HAIDUONG

KEY = b"k" * 32
CUT_WELL = (
    "DELETE FROM audit_entries WHERE position = 4; "
    "UPDATE audit_heads SET position = 3, hash = (SELECT hash FROM audit_entries WHERE position = 3)"
)


async def write(db: Database, clock: FixedClock, count: int) -> None:
    """So many entries, each in a transaction of its own."""
    for number in range(count):
        async with write_work(db, clock, HAIDUONG) as work:
            audit.record(work, system_actor(HAIDUONG), Action.ACCOUNT_CHANGED, subject=str(number))


async def sealed(db: Database, clock: FixedClock) -> int:
    """Entries sealed by one worker, once."""

    async def one(work: Work) -> int:
        return await audit.seal(work, HAIDUONG, KEY)

    return await in_work(db, clock, HAIDUONG, one)


async def test_an_entry_is_there_with_the_change_or_not_at_all(db: Database, clock: FixedClock) -> None:
    async def fail() -> None:
        async with write_work(db, clock, HAIDUONG) as work:
            audit.record(work, system_actor(HAIDUONG), Action.ACCOUNT_CHANGED)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await db.lane.fetchval("SELECT count(*) FROM audit_entries") == 0
    await write(db, clock, 1)
    row = await db.lane.fetchrow("SELECT actor_kind, action, position FROM audit_entries")
    assert row is not None
    assert tuple(row) == (ActorKind.SYSTEM, "account.changed", None)


async def test_workers_at_once_seal_every_entry_once(db: Database, clock: FixedClock) -> None:
    async def keep_writing() -> None:
        await write(db, clock, 40)

    async def keep_sealing() -> None:
        for _ in range(25):
            await sealed(db, clock)
            await asyncio.sleep(0)

    await asyncio.gather(*(keep_writing() for _ in range(3)), *(keep_sealing() for _ in range(3)))
    while await sealed(db, clock):
        pass
    found = await audit.check(db, HAIDUONG, KEY)
    assert (found.sealed, found.waiting, found.finding) == (120, 0, None)
    assert found.head is not None
    noted = found.head.position, found.head.hash
    await write(db, clock, 1)
    await sealed(db, clock)
    assert (await audit.check(db, HAIDUONG, KEY, noted=noted)).finding is None


@pytest.mark.parametrize(
    ("crime", "fault", "position"),
    [
        ("UPDATE audit_entries SET details = '{\"a\": 1}' WHERE position = 2", Fault.CHANGED, 2),
        ("DELETE FROM audit_entries WHERE position = 2", Fault.MISSING, 2),
        ("DELETE FROM audit_entries WHERE position = 4", Fault.TRUNCATED, 4),
        (CUT_WELL, Fault.FORGED, 3),
        ("DELETE FROM audit_heads", Fault.FORGED, 4),
        ("UPDATE audit_entries SET position = NULL, hash = NULL WHERE position = 3", Fault.MISSING, 3),
    ],
)
async def test_whoever_writes_into_the_database_is_found_out(
    db: Database, clock: FixedClock, crime: str, fault: Fault, position: int
) -> None:
    await write(db, clock, 4)
    assert await sealed(db, clock) == 4
    for statement in crime.split("; "):
        await db.lane.fetch(statement)
    assert (await audit.check(db, HAIDUONG, KEY)).finding == (fault, position)


async def test_a_trail_that_was_made_anew_with_the_key_is_not_the_one_that_was_noted(
    db: Database, clock: FixedClock
) -> None:
    await write(db, clock, 3)
    await sealed(db, clock)
    head = (await audit.check(db, HAIDUONG, KEY)).head
    assert head is not None
    await db.lane.fetch("DELETE FROM audit_heads")
    await db.lane.fetch("UPDATE audit_entries SET position = NULL, hash = NULL, actor_kind = 'staff'")
    await sealed(db, clock)
    assert (await audit.check(db, HAIDUONG, KEY)).finding is None
    assert (await audit.check(db, HAIDUONG, KEY, noted=(3, head.hash))).finding == (Fault.OTHER, 3)


@asynccontextmanager
async def receiver(lines: list[bytes], context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A syslog receiver over a stream: messages by their counted lengths."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length = int(await reader.readuntil(b" "))
                lines.append(await reader.readexactly(length))
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def arrived(lines: list[bytes], count: int) -> list[str | None]:
    """Subjects of what came, once so many have."""
    async with asyncio.timeout(5):
        while len(lines) < count:
            await asyncio.sleep(0.01)
    return [orjson.loads(line.partition(b"\xef\xbb\xbf")[2])["subject"] for line in lines]


async def send_all(db: Database, clock: FixedClock, sink: Sink) -> int:
    """Everything that the sink has not been told."""
    done = 0
    while some := await audit.send_on(db, clock, HAIDUONG, sink):
        done += some
    return done


async def test_a_trail_goes_on_where_it_was_when_the_receiver_comes_back(db: Database, clock: FixedClock) -> None:
    await write(db, clock, 3)
    await sealed(db, clock)
    authority, lines = trustme.CA(), list[bytes]()
    theirs, ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    async with receiver(lines, theirs) as port:
        sink = SyslogSink(f"tls://127.0.0.1:{port}", ours)
        assert await send_all(db, clock, sink) == 3
        assert await send_all(db, clock, sink) == 0
        assert await arrived(lines, 3) == ["0", "1", "2"]
        await sink.close()
    await write(db, clock, 1)
    await sealed(db, clock)
    with pytest.raises(ConnectionRefusedError):
        await send_all(db, clock, sink)
    lines.clear()
    async with receiver(lines) as port:
        plain = SyslogSink(f"tcp://127.0.0.1:{port}")
        assert await send_all(db, clock, plain) == 4, "a place of its own for every receiver"
        assert await arrived(lines, 4) == ["0", "1", "2", "0"]
        await plain.close()


async def test_datagrams_and_files_take_a_trail_too(db: Database, clock: FixedClock, tmp_path: Path) -> None:
    await write(db, clock, 2)
    await sealed(db, clock)
    lines: list[bytes] = []

    class Datagrams(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's own signature
            lines.append(data)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    assert await send_all(db, clock, SyslogSink(f"udp://127.0.0.1:{port}")) == 2
    assert await arrived(lines, 2) == ["0", "1"]
    transport.close()
    file = tmp_path / "trail.jsonl"
    assert await send_all(db, clock, FileSink(file)) == 2
    written = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    assert [(line["position"], line["subject"], len(line["hash"])) for line in written] == [(1, "0", 64), (2, "1", 64)]


@pytest.mark.parametrize("address", ["http://soc.example", "tls://", "soc.example:514"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=address):
        SyslogSink(address)


@pytest.mark.parametrize(
    ("harm", "fault", "at"),
    [
        ("SELECT", None, 0),
        ("UPDATE audit_entries SET subject = 'x' WHERE position = 9", Fault.CHANGED, 9),
        ("UPDATE audit_entries SET subject = 'x' WHERE position = 2", None, 0),  # before what is looked at
        ("DELETE FROM audit_entries WHERE position = 8", Fault.MISSING, 8),
        ("DELETE FROM audit_entries WHERE position = 6", Fault.MISSING, 6),  # what the first is to follow
        ("DELETE FROM audit_entries WHERE position > 9", Fault.TRUNCATED, 10),
        ("UPDATE audit_heads SET position = 11", Fault.FORGED, 11),
        ("DELETE FROM audit_heads", Fault.FORGED, 5),
    ],
)
async def test_the_end_of_a_chain_is_checked_alone(
    db: Database, clock: FixedClock, harm: str, fault: Fault | None, at: int
) -> None:
    await write(db, clock, 10)
    assert await sealed(db, clock) == 10
    await write(db, clock, 1)
    await db.lane.fetch(harm)
    found = await audit.check_end(db, HAIDUONG, KEY, 4)
    assert (found.finding.fault, found.finding.position) == (fault, at) if found.finding else fault is None
    if fault is None:
        assert (found.sealed, found.waiting) == (4, 1)
    whole = await audit.check_end(db, HAIDUONG, KEY, 50)
    assert (whole.finding is None) is (harm == "SELECT"), "all of it is looked at when there is less"


async def test_a_trail_of_nothing_is_intact(db: Database) -> None:
    assert await audit.check_end(db, HAIDUONG, KEY, 4) == (0, 0, None, None)
