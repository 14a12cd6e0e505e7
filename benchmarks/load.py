"""Fills an empty, migrated and seeded database with cases of three years, by COPY, the same for the same seed.

About six in a hundred are open, most of them young; the others are closed. Indexes and foreign keys are taken off
while rows flow in and put back exactly as they were, which proves every reference. Nothing is rewritten here: rows are
the program's own (benchmarks/stories.py) with other ids, codes, times and places.

    python -m benchmarks.load postgresql://… --cases 200000
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg

from app.cases.terms import Books
from app.catalogue import repository as catalogue_repository
from app.db.engine import Database, driver_url
from app.db.work import read_work
from app.deadlines import repository as deadlines_repository, service as deadlines_service
from app.directory import repository as directory_repository
from app.directory.snapshot import Tenant
from app.kit.clock import SystemClock
from app.publication.domain import search_terms
from app.publication.repository import written_array
from app.routing import repository as routing_repository
from app.settings import Settings
from app.worker.loop import CONSUMERS

from .copying import columns_of
from .stories import TABLES, Story, Teller

DAYS = 1095
TENANT = "haiduong"
_TABLES: Final = {table.name: table for table in TABLES}
_MESSAGES, _PUBLICATIONS = "outbox_messages", "publications"
_BATCH = 1000
_HOURS = (0.2, 0.1, 0.1, 0.1, 0.2, 0.6, 1.5, 3, 5, 6, 6, 4, 2.5, 3.5, 5, 5, 4.5, 4, 3.5, 4, 4, 3, 1.5, 0.6)
_CLOCK = tuple(f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z" for s in range(86400))


@dataclass(slots=True)
class Loaded:
    """What was loaded, and how long it took."""

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TABLES, 0))
    published: list[str] = field(default_factory=list)
    copy_s: float = 0.0
    index_s: float = 0.0


async def load(
    url: str,
    cases: int,
    *,
    now: datetime,
    seed: int = 1,
    stories: int = 2000,
    outbox_days: int = 90,
) -> Loaded:
    """Load `cases` cases opened before `now`. Messages older than `outbox_days` count as pruned long ago.

    Raises: ValueError when the database holds cases already: this would take the indexes off a living system.
    """
    books, tenant = await _reference(url)
    writer = _Writer(books, tenant, now, seed, stories, outbox_days)
    control = await asyncpg.connect(driver_url(url))
    loaded = Loaded()
    try:
        if await control.fetchval("SELECT EXISTS (SELECT FROM cases)"):
            message = "the database holds cases already"
            raise ValueError(message)
        taken_off = await _take_off(control)
        began = perf_counter()
        await _copy(url, writer, cases, loaded)
        loaded.copy_s = perf_counter() - began
        began = perf_counter()
        await _put_back(url, taken_off)
        await writer.finish(control)
        for name in (*_TABLES, "code_counters"):
            await control.execute(f"VACUUM (ANALYZE) {name}")
        loaded.index_s = perf_counter() - began
    finally:
        await control.close()
    loaded.published = writer.published
    return loaded


async def _reference(url: str) -> tuple[Books, Tenant]:
    """The reference data of the database, read as the program reads it."""
    db = await Database.open(url, Settings(_env_file=None, database_url=url))
    try:
        async with read_work(db, SystemClock(), None) as work:
            directory = await directory_repository.DirectoryLoader(TENANT)(work.session)
            books = Books(
                directory,
                await catalogue_repository.load(work.session),
                await routing_repository.load(work.session),
                await deadlines_repository.load_calendars(work.session),
            )
    finally:
        await db.close()
    return books, directory.tenant_by_slug(TENANT)


class _Writer:
    """Makes the rows of one case after the other, oldest first."""

    def __init__(self, books: Books, tenant: Tenant, now: datetime, seed: int, stories: int, outbox_days: int) -> None:
        self._rng = random.Random(seed)
        self._books, self._tenant = books, tenant
        self._zone = ZoneInfo(tenant.time_zone)
        self._now = int(now.timestamp()) - 3600
        self._outbox_since = self._now - outbox_days * 86400
        teller = Teller(books, tenant, self._rng)
        shares = {(False, False): 0.6, (False, True): 0.15, (True, False): 0.15, (True, True): 0.1}
        self._pools = {
            kind: [teller.tell(is_open=kind[0], late=kind[1]) for _ in range(max(10, int(stories * share)))]
            for kind, share in shares.items()
        }
        self._due: dict[tuple[date, int], int] = {}
        self._days: dict[int, str] = {}
        self._counters: dict[date, int] = {}
        self.position = 0
        self.published: list[str] = []

    def cases(self, count: int) -> Iterator[dict[str, list[str]]]:
        """Lines by table of each of `count` cases."""
        for day, of_day in self._each_day(count):
            yield from self._of_day(day, of_day)

    def _each_day(self, cases: int) -> Iterator[tuple[date, int]]:
        """Each day with the number of its cases: twice as many at the end as at the beginning, fewer at weekends."""
        last = datetime.fromtimestamp(self._now, self._zone).date()
        days = [last - timedelta(days=DAYS - 1 - place) for place in range(DAYS)]
        weights = [(1 + place / DAYS) * (0.45 if day.weekday() > 4 else 1.0) for place, day in enumerate(days)]
        total, reached, given = sum(weights), 0.0, 0
        for day, weight in zip(days, weights, strict=True):
            reached += weight
            upto = round(cases * reached / total)
            yield day, upto - given
            given = upto

    def _of_day(self, day: date, count: int) -> Iterator[dict[str, list[str]]]:
        midnight = int(datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())
        span = range(24)
        times = sorted(
            midnight + hour * 3600 + self._rng.randrange(3600) for hour in self._rng.choices(span, _HOURS, k=count)
        )
        for number, opened in enumerate((min(one, self._now - count + place) for place, one in enumerate(times)), 1):
            yield self._case(day, opened, number)
        self._counters[day] = count + 1

    def _case(self, day: date, opened: int, number: int) -> dict[str, list[str]]:
        story, due = self._choose(day, opened)
        times = self._times(story, opened, due)
        rng, agency = self._rng, story.agency
        code = f"{agency}-{day:%y%m%d}-{number:04}"
        lat, lon = story.commune.centroid
        lat, lon = round(lat + rng.gauss(0, 0.004), 6), round(lon + rng.gauss(0, 0.004), 6)
        house = rng.randrange(100, 1000)
        values: dict[str, object] = {
            "code": code, "said_code": f"{agency.lower()} {day:%y%m%d} {number:04}", "due": self._instant(due),
            "case": self._id(opened, 1), "report": self._id(opened, 2), "hash": f"{rng.getrandbits(256):064x}",
            "lat": lat, "lon": lon, "plat": round(lat, story.digits), "plon": round(lon, story.digits),
            "no": f"số {house} ", "folded_no": f"so {house} ",
        }  # fmt: skip
        for step, at in enumerate(times):
            values[f"t{step}"], values[f"u{step}"] = self._instant(at), self._instant(at + 2)
        for place in range(len(story.lines)):
            values[f"e{place}"] = self._id(times[min(place // 2, len(times) - 1)], 16 + place)
        made: dict[str, list[str]] = {name: [] for name in _TABLES}
        for name, line in story.lines:
            made[name].append(line % values)
        if times[-1] >= self._outbox_since:
            for place, line in enumerate(story.messages):
                self.position += 1
                values[f"m{place}"] = self._id(times[min(place // 2, len(times) - 1)], 64 + place)
                values[f"p{place}"] = self.position
                made[_MESSAGES].append(line % values)
        if story.content is not None:
            made[_PUBLICATIONS].append(self._publication(story, story.content, values))
            self.published.append(code)
        return made

    def _publication(self, story: Story, content: str, values: dict[str, object]) -> str:
        """The stored row: bytes and digest as `publication.domain.project` and `render` make them."""
        said = content % values
        values["digest"] = hashlib.blake2b(said.encode(), digest_size=12).hexdigest()
        values["words"] = words = story.words % values
        values["terms"] = written_array(search_terms(words))
        values["body"] = _hex(f'{said[:-1]},"updated_at":"{values[f"u{story.told_last}"]}"}}')
        values["line"] = _hex(story.line % values)
        values["feature"] = _hex(story.feature % values)
        return story.publication % values

    def _choose(self, day: date, opened: int) -> tuple[Story, int]:
        """A story that fits the day, and its deadline."""
        rng = self._rng
        age = (self._now - opened) / 86400
        still_open = rng.random() < max(0.9 * 2.718 ** (-age / 45), 0.012)
        while True:
            late = rng.random() < (0.3 if still_open else 0.16)
            story = rng.choice(self._pools[still_open, late])
            due = self._due_at(day, opened, story.working_days)
            if still_open and late == (due + 120 < self._now):
                return story, due
            if still_open:
                late = not late
                continue
            ends = due + (story.steps[-1] - 1) * 86400 if late else opened + story.steps[-1] * (due - opened)
            if ends + 3600 < self._now:
                return story, due
            still_open = True

    def _due_at(self, day: date, opened: int, working_days: int) -> int:
        known = self._due.get((day, working_days))
        if known is None:
            at = datetime.fromtimestamp(opened, UTC)
            clock = deadlines_service.start_clock(
                self._books.calendars, self._tenant.id, working_days=working_days, at=at
            )
            known = self._due[day, working_days] = int(clock.due_at.timestamp())
        return known

    def _times(self, story: Story, opened: int, due: int) -> list[int]:
        """When each step happened: ascending, none after now."""
        span = min(due, self._now) - opened
        hurry = self._rng.uniform(0.5, 1.0)
        times: list[int] = []
        for step in story.steps:
            at = opened + int(span * step * hurry) if step < 1 else due + 60 + int((step - 1) * 86400 * hurry)
            times.append(max(at, times[-1] + 1) if times else opened)
        return times

    def _id(self, at: int, counter: int) -> str:
        """A version 7 UUID as 32 digits; the ids of one case ascend with `counter`."""
        return f"{at * 1000:012x}7{counter:03x}{0x8000000000000000 | self._rng.getrandbits(62):016x}"

    def _instant(self, at: int) -> str:
        day, second = divmod(at, 86400)
        begins = self._days.get(day)
        if begins is None:
            begins = self._days[day] = f"{date.fromordinal(day + 719163)}T"
        return begins + _CLOCK[second]

    async def finish(self, connection: asyncpg.Connection) -> None:
        """The heads, cursors and counters that belong to what was loaded."""
        tenant, agency = self._tenant.id, self._tenant.agency_code
        await connection.execute(
            "INSERT INTO outbox_heads (tenant_id, position) VALUES ($1, $2)", tenant, self.position
        )
        await connection.executemany(
            "INSERT INTO consumer_cursors (tenant_id, consumer, position, failures) VALUES ($1, $2, $3, 0)",
            [(tenant, name, self.position) for name in CONSUMERS],
        )
        await connection.executemany(
            "INSERT INTO code_counters (tenant_id, prefix, day, next_number) VALUES ($1, $2, $3, $4)",
            [(tenant, agency, day, following) for day, following in self._counters.items()],
        )


def _hex(text: str) -> str:
    return f"\\\\x{text.encode().hex()}"


# -- flowing in


async def _copy(url: str, writer: _Writer, cases: int, loaded: Loaded) -> None:
    """One COPY for each table, all flowing at once."""
    queues: dict[str, asyncio.Queue[bytes | None]] = {name: asyncio.Queue(8) for name in _TABLES}

    async def stream(name: str) -> AsyncIterator[bytes]:
        while (chunk := await queues[name].get()) is not None:
            yield chunk

    async def flow(name: str) -> None:
        connection = await asyncpg.connect(driver_url(url), server_settings={"synchronous_commit": "off"})
        try:
            await connection.copy_to_table(
                name, source=stream(name), columns=columns_of(_TABLES[name]), format="text", timeout=None
            )
        finally:
            await connection.close()

    async with asyncio.TaskGroup() as group:
        for name in _TABLES:
            group.create_task(flow(name))
        group.create_task(_feed(writer, cases, loaded, queues))


async def _feed(writer: _Writer, cases: int, loaded: Loaded, queues: dict[str, asyncio.Queue[bytes | None]]) -> None:
    waiting: dict[str, list[str]] = {name: [] for name in _TABLES}
    for made, lines in enumerate(writer.cases(cases), 1):
        for name, some in lines.items():
            waiting[name] += some
            loaded.rows[name] += len(some)
        if made % _BATCH == 0:
            await _pour(waiting, queues)
    await _pour(waiting, queues)
    for queue in queues.values():
        await queue.put(None)


async def _pour(waiting: dict[str, list[str]], queues: dict[str, asyncio.Queue[bytes | None]]) -> None:
    for name, lines in waiting.items():
        if lines:
            await queues[name].put(("\n".join(lines) + "\n").encode())
            lines.clear()


# -- indexes and foreign keys


_INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS made_by
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid::regclass::text = ANY($1) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text AS on_table, conname AS name, pg_get_constraintdef(oid) AS made_by FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text = ANY($1)
"""


async def _take_off(connection: asyncpg.Connection) -> tuple[list[str], list[str]]:
    """What puts the indexes and the foreign keys back, which are gone now."""
    tables = list(_TABLES)
    indexes = await connection.fetch(_INDEXES, tables)
    keys = await connection.fetch(_FOREIGN_KEYS, tables)
    for key in keys:
        await connection.execute(f'ALTER TABLE {key["on_table"]} DROP CONSTRAINT "{key["name"]}"')
    for index in indexes:
        await connection.execute(f'DROP INDEX "{index["name"]}"')
    return (
        [index["made_by"] for index in indexes],
        [f'ALTER TABLE {key["on_table"]} ADD CONSTRAINT "{key["name"]}" {key["made_by"]}' for key in keys],
    )


async def _put_back(url: str, taken_off: tuple[Sequence[str], Sequence[str]]) -> None:
    """Indexes two at a time, then the foreign keys, each checked."""
    indexes, keys = taken_off
    waiting = list(indexes)

    async def build() -> None:
        connection = await asyncpg.connect(driver_url(url), server_settings={"maintenance_work_mem": "512MB"})
        try:
            while waiting:
                await connection.execute(waiting.pop())
        finally:
            await connection.close()

    async with asyncio.TaskGroup() as group:
        group.create_task(build())
        group.create_task(build())
    waiting.extend(reversed(keys))
    await build()


def main() -> None:
    """Load from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    loaded = asyncio.run(load(given.url, given.cases, now=SystemClock().now(), seed=given.seed))
    rate = given.cases / (loaded.copy_s + loaded.index_s)
    print(f"{loaded.rows}\n{loaded.copy_s:.1f} s to copy, {loaded.index_s:.1f} s to index: {rate:,.0f} cases/s")


if __name__ == "__main__":
    main()
