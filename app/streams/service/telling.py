"""What happens to cases, told to those who may know: one reader a tenant, the same bytes shared where eyes are alike.

Nothing is asked of the database for a listener when something happens. Every few seconds one statement asks for all of
them together whether they may still listen.
"""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from app.bus.terms import Event
from app.cases import service as cases_service
from app.cases.events import EventType
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.directory.snapshot import Directory
from app.identity import service as identity_service
from app.identity.terms import Actor, CitizenToken, Role
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.outbox.errors import EventsForgotten
from app.outbox.service import Tail
from app.reports import service as reports_service
from app.streams import domain
from app.streams.terms import News, OfficerEyes, ReporterEyes
from app.web.live import HEARTBEAT, Listener, Tell, greeting

from .seats import Officer, Reporter, Seat, Seating

log = logging.getLogger("lienthong.streams")
RING_NEWS = 5_000
PAGE_ROWS = 500
MOST_BEHIND = 10_000  # messages; who was away longer loads the list anew
HEARTBEAT_S = 15.0
_JOINING = frozenset({EventType.MERGED, EventType.UNMERGED})
_BEGINNING = frozenset({EventType.OPENED, EventType.DIVERTED})


class PrivateFeed:
    """The newest messages about cases of one tenant, and who listens for which."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        directory: Callable[[], Directory],
        tenant_id: TenantId,
        tail: Tail,
        guarded: Collection[Role],
    ) -> None:
        self._db = db
        self._clock = clock
        self._directory = directory
        self._tenant_id = tenant_id
        self._tail = tail
        self._guarded = guarded
        self._ring: list[News] = []
        self._floor = 0  # all news after this position are in the ring
        self.position = -1
        self._starting = asyncio.Lock()
        self._seating = Seating()
        self._joinings = 0  # how often cases were merged or parted, as far as we have read
        self._told_at = 0.0
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._seating.all)

    async def start(self) -> None:
        """The tail runs, we follow it, and the newest messages are at hand. Raises: DatabaseUnavailable."""
        await self._tail.start()
        async with self._starting:
            if self.position >= 0:
                return
            head = self._tail.position
            floor = max(0, head - RING_NEWS // 2)
            newest = await outbox.events_between(self._db, self._tenant_id, floor, head)
            while self._tail.position > head:  # it has read on meanwhile
                newest = [*newest, *await outbox.events_between(self._db, self._tenant_id, head, self._tail.position)]
                head = max(head, newest[-1].position if newest else head)
            self._ring, self._floor = list(self._news(newest)), floor
            self.position = self._tail.follow(self)
            self._told_at = asyncio.get_running_loop().time()

    async def check(self, after: int | None) -> None:
        """Nothing when all after `after` can be told. Raises: EventsForgotten, PositionAhead, DatabaseUnavailable."""
        await self.start()
        if after is None:
            return
        if not self._floor <= after <= self.position:
            await outbox.refuse_forgotten(self._db, self._tenant_id, after, public=False)
            if self.position - after > MOST_BEHIND:
                raise EventsForgotten(resume_from=self.position - MOST_BEHIND)

    # -- coming and going

    async def join(self, who: Officer | Reporter, send: Tell, after: int | None) -> Seat:
        """A seat that has been told everything after `after` that it may know, and hears what comes."""
        await self.start()
        seat = Seat(who, self._officer_eyes(who.actor) if isinstance(who, Officer) else ReporterEyes({}))
        self._seating.add(seat)
        try:
            joinings = -1
            while joinings != self._joinings:  # cases were joined while we asked: ask again
                joinings = self._joinings
                if isinstance(who, Reporter):
                    await self._load(seat, who)
            reached = self.position if after is None else after
            await send(greeting(reached))
            while reached < self.position:
                reached, chunk = await self._missed(seat, reached)
                if chunk:
                    await send(chunk)
        except BaseException:
            self.leave(seat)
            raise
        # No await between the last look at `position` and here, so nothing falls between.
        seat.listener, seat.ready = Listener(send, reached), True
        seat.listener.ended = self._closed or seat not in self._seating.all
        return seat

    def leave(self, seat: Seat) -> None:
        """The connection has ended."""
        self._seating.remove(seat)

    def close(self) -> None:
        """Everyone is sent away."""
        self._closed = True
        for seat in self._seating.all:
            if seat.listener is not None:
                seat.listener.end()

    async def _missed(self, seat: Seat, after: int) -> tuple[int, bytes]:
        """What the seat may know of what came after `after`, or of a page of it, and how far that reaches."""
        if after >= self._floor:
            start = bisect_right(self._ring, after, key=lambda news: news.position)
            return self.position, b"".join(filter(None, (_seen(news, seat.eyes) for news in self._ring[start:])))
        known = self.position
        events = await outbox.events_between(self._db, self._tenant_id, after, known, limit=PAGE_ROWS)
        reached = events[-1].position if len(events) == PAGE_ROWS else known
        return reached, b"".join(filter(None, (_seen(news, seat.eyes) for news in self._news(events))))

    # -- telling

    def skip(self, position: int) -> None:
        """What we told was lost, and the history goes on after `position`: everyone comes back, and is checked."""
        self._ring, self._floor, self.position = [], position, position
        self._end(self._seating.all)

    async def take(self, events: Sequence[Event]) -> None:
        """Tell what of `events` concerns a listener; a heartbeat when there was nothing for long."""
        now = asyncio.get_running_loop().time()
        fresh = list(self._news(event for event in events if event.position > self.position))
        if fresh:
            try:
                await self._follow(fresh)
            except Exception as error:
                if not isinstance(error, DatabaseUnavailable):
                    log.exception("whose reports were handed in or joined cannot be read")
                # Whose reports these are cannot be known now: their senders come back, and are told from there on.
                self._end(seat for seat in self._seating.all if isinstance(seat.who, Reporter))
        if events:
            self._keep(fresh, max(self.position, events[-1].position))
        self._tell(fresh)
        if now - self._told_at >= HEARTBEAT_S:
            self._told_at = now
            for seat in list(self._seating.all):
                self._offer(seat, HEARTBEAT)

    def _keep(self, fresh: Sequence[News], position: int) -> None:
        self._ring += fresh
        self.position = position
        surplus = len(self._ring) - RING_NEWS
        if surplus > 0:
            self._floor = self._ring[surplus - 1].position
            del self._ring[:surplus]

    def _tell(self, fresh: Sequence[News]) -> None:
        """Hand everyone his part; officers with the same units share the same bytes."""
        chunks: dict[Seat, list[bytes]] = {}
        for news in fresh:
            for eyes, seats in self._seating.groups(news):
                told = domain.for_officer(news, eyes)
                if told is not None:
                    for seat in seats:
                        chunks.setdefault(seat, []).append(told)
            for seat in self._seating.at_case(news.case_id):
                told = _seen(news, seat.eyes)
                if told is not None:
                    chunks.setdefault(seat, []).append(told)
        for seat, parts in chunks.items():
            self._offer(seat, parts[0] if len(parts) == 1 else b"".join(parts))

    def _offer(self, seat: Seat, chunk: bytes) -> None:
        if not seat.ready or seat.listener is None:
            return  # it catches up by itself
        if not seat.listener.offer(chunk):
            self.leave(seat)
            seat.listener.drop()

    def _end(self, seats: Iterable[Seat]) -> None:
        for seat in list(seats):
            self.leave(seat)
            if seat.listener is not None:
                seat.listener.end()

    # -- who sees what

    def _officer_eyes(self, actor: Actor) -> OfficerEyes:
        scope = cases_service.scope_of(actor, self._directory())
        return OfficerEyes(frozenset() if scope.whole else scope.units, scope.whole)

    async def _load(self, seat: Seat, who: Reporter) -> None:
        if who.report is not None:
            found = await reports_service.watched(self._db, self._tenant_id, [who.report])
        else:
            assert who.citizen_id is not None
            found = await reports_service.watched_of(self._db, self._tenant_id, who.citizen_id)
        self._seating.see(seat, found)

    def _news(self, events: Iterable[Event]) -> Iterator[News]:
        unit_code = partial(self._directory().unit_code, self._tenant_id)
        for one in events:
            if not one.public:
                at, told_of = one.occurred_at, one.subject_id
                told = domain.read_news(
                    one.position, one.type, at, told_of, one.subject_version, one.payload, unit_code=unit_code
                )
                if told is not None:
                    yield told

    async def _follow(self, fresh: Sequence[News]) -> None:
        """Reports that were handed in, and cases that were joined or parted, are known. At most two statements."""
        opened = [news.case_id for news in fresh if news.type in _BEGINNING]
        citizens = self._seating.citizens
        if opened and citizens:
            for report in await reports_service.opened_by(self._db, self._tenant_id, opened, citizens):
                for seat in self._seating.of_citizen(report.citizen_id):
                    self._seating.see(seat, [report])
        joined = {news.case_id for news in fresh if news.type in _JOINING}
        if joined:
            self._joinings += 1
            await self._refresh({seat for case_id in joined for seat in self._seating.at_case(case_id)})

    async def _refresh(self, seats: Collection[Seat]) -> None:
        """Where the reports of these seats live now."""
        held = {one for seat in seats if isinstance(seat.eyes, ReporterEyes) for one in seat.eyes.reports}
        if not held:
            return
        known = {one.id: one for one in await reports_service.watched(self._db, self._tenant_id, held)}
        for seat in seats:
            if isinstance(seat.eyes, ReporterEyes):
                self._seating.see(seat, [known[one] for one in seat.eyes.reports if one in known])

    # -- who may still listen

    async def recheck(self) -> int:
        """Listeners sent away now: their session has ended, or they may see other units. At most three statements."""
        now = self._clock.now()
        ready = [seat for seat in self._seating.all if seat.ready]
        gone = await self._officers_gone([(seat, seat.who) for seat in ready if isinstance(seat.who, Officer)], now)
        gone += await self._reporters_gone([(seat, seat.who) for seat in ready if isinstance(seat.who, Reporter)], now)
        self._end(gone)
        return len(gone)

    async def _officers_gone(self, seats: Sequence[tuple[Seat, Officer]], now: datetime) -> list[Seat]:
        if not seats:
            return []
        hashes = {who.token.hash for _, who in seats}
        actors = await identity_service.live_officers(self._db, self._tenant_id, hashes, now=now, guarded=self._guarded)
        return [
            seat
            for seat, who in seats
            if (actor := actors.get(who.token.hash)) is None or self._officer_eyes(actor) != seat.eyes
        ]

    async def _reporters_gone(self, seats: Sequence[tuple[Seat, Reporter]], now: datetime) -> list[Seat]:
        tokens = {who.token for _, who in seats if who.token is not None}
        live = await identity_service.live_citizens(self._db, tokens, now=now) if tokens else set[CitizenToken]()
        single = {who.report for _, who in seats if who.report is not None}
        found = await reports_service.watched(self._db, self._tenant_id, single) if single else []
        kept = {report.id for report in found}
        return [
            seat
            for seat, who in seats
            if (who.token is not None and who.token not in live) or (who.report is not None and who.report not in kept)
        ]


def _seen(news: News, eyes: OfficerEyes | ReporterEyes) -> bytes | None:
    match eyes:
        case OfficerEyes():
            return domain.for_officer(news, eyes)
        case ReporterEyes():
            return domain.for_reporter(news, eyes)
