"""The process's end of the bus: bells of the relay and the consumers, ears of the streams, and the carrier outside."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from .terms import Carrier, Chunk, Event, Means

KEPT_CHUNKS = 256  # for an ear that does not listen for a while; what falls out is read from the database


@dataclass(frozen=True, slots=True)
class BusState:
    """How the bus is, for those who operate it."""

    means: Means
    works: bool
    sent: int
    heard: int
    heard_age_s: float | None  # since a signal came from anywhere but this process; None before the first


class Ear:
    """What one reader of a tenant's messages hears: how far there are any, and with luck the messages themselves."""

    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self.heard = -1  # how far there are said to be messages
        self._chunks: deque[Chunk] = deque(maxlen=KEPT_CHUNKS)
        self._rung = asyncio.Event()

    def tell(self, chunk: Chunk) -> None:
        """Hear of `chunk`."""
        if chunk.events:
            self._chunks.append(chunk)
        if chunk.position > self.heard or chunk.events:
            self.heard = max(self.heard, chunk.position)
            self._rung.set()

    def ring(self) -> None:
        """End the wait that is under way."""
        self._rung.set()

    def is_ahead(self, position: int) -> bool:
        """Whether there are said to be messages after `position`."""
        return self.heard > position

    def doubt(self, position: int, said: int) -> None:
        """There is nothing after `position`, although `said` was; unless more was said meanwhile."""
        if self.heard == said:
            self.heard = min(said, position)

    def take(self, position: int) -> Sequence[Event]:
        """The messages that follow `position` without a gap, as far as they were brought; what is older is dropped."""
        found: list[Event] = []
        while self._chunks and self._chunks[0].after <= position:
            chunk = self._chunks.popleft()
            if chunk.position > position:
                found += chunk.events[bisect_right(chunk.events, position, key=lambda event: event.position) :]
                position = chunk.position
        return found

    def forget(self, position: int) -> None:
        """Drop what ends at or before `position`: it was read elsewhere."""
        self._chunks = deque((one for one in self._chunks if one.position > position), maxlen=KEPT_CHUNKS)

    async def wait(self, timeout_s: float) -> bool:
        """Whether something was heard within `timeout_s`, perhaps before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        rung = self._rung.is_set()
        self._rung.clear()
        return rung


class Bus:
    """Signals of one process. Made without a carrier it serves this process alone."""

    def __init__(self, carrier: Carrier | None = None, *, net_s: float = 2.0) -> None:
        """`net_s`: how long whoever is woken by signals waits at most before looking all the same."""
        self._carrier = carrier
        self._net_s = net_s
        self._ears: dict[int, set[Ear]] = {}
        self._bells: set[asyncio.Event] = set()
        self._relays: set[asyncio.Event] = set()
        self._written: set[int] = set()
        self._task: asyncio.Task[None] | None = None
        self._sent = self._heard = 0
        self._heard_at: float | None = None

    # -- what happens here

    def written(self, tenants: Collection[int]) -> None:
        """Messages of these tenants were committed by this process. To be called after the commit; never waits.

        A relay in this process is woken, and nobody else has to be; else the workers are told.
        """
        if self._relays:
            self._wake(tenants)
        elif self._task is not None and self._carrier is not None:
            self._sent += 1
            self._carrier.written(tenants)

    def numbered(self, tenant_id: int, after: int, position: int) -> None:
        """This process has given positions after `after` up to `position`. To be called after the commit."""
        self._tell(Chunk(tenant_id, after, position))
        if self._task is not None and self._carrier is not None:
            self._sent += 1
            self._carrier.numbered(tenant_id, after, position)

    # -- who waits

    @contextmanager
    def relaying(self, bell: asyncio.Event) -> Iterator[Callable[[], frozenset[int]]]:
        """`bell` is rung when messages wait for a position; what is given takes the tenants whose messages do."""
        self._relays.add(bell)
        try:
            yield self._take_written
        finally:
            self._relays.discard(bell)

    @contextmanager
    def consuming(self, bells: Iterable[asyncio.Event]) -> Iterator[None]:
        """Each of `bells` is rung when messages of any tenant were given a position, here or elsewhere."""
        given = set(bells)
        self._bells |= given
        try:
            yield
        finally:
            self._bells -= given

    def listen(self, tenant_id: int) -> Ear:
        """An ear for the tenant's messages; to be handed back to `leave`."""
        ear = Ear(tenant_id)
        self._ears.setdefault(tenant_id, set()).add(ear)
        return ear

    def leave(self, ear: Ear) -> None:
        """Nobody listens there any more."""
        self._ears.get(ear.tenant_id, set()).discard(ear)

    def pause_s(self, alone_s: float) -> float:
        """How long to wait at most: `alone_s` when no signals come from other processes, long when they do."""
        return max(alone_s, self._net_s) if self.works else alone_s

    # -- the carrier

    @property
    def works(self) -> bool:
        """Whether signals go from process to process now."""
        return self._task is not None and self._carrier is not None and self._carrier.works

    @property
    def state(self) -> BusState:
        """How it is now."""
        means = self._carrier.means if self._carrier is not None else Means.NONE
        age = None if self._heard_at is None else time.monotonic() - self._heard_at
        return BusState(means, self.works, self._sent, self._heard, age)

    def start(self) -> None:
        """Carry signals from now on; nothing happens when that is so already, or without a carrier."""
        if self._carrier is not None and self._task is None:
            self._task = asyncio.create_task(self._carrier.run(self), name="bus")

    async def close(self) -> None:
        """The carrier has ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def heard_written(self, tenants: Collection[int]) -> None:
        """Somebody has committed messages of these tenants."""
        self._note()
        if self._relays:
            self._wake(tenants)

    def heard_numbered(self, chunk: Chunk) -> None:
        """Somebody, perhaps this process, has given positions."""
        self._note()
        self._tell(chunk)

    def changed(self) -> None:
        """How long to wait has changed: everybody looks once and decides anew."""
        for bell in (*self._relays, *self._bells):
            bell.set()
        for ears in self._ears.values():
            for ear in ears:
                ear.ring()

    def _note(self) -> None:
        self._heard += 1
        self._heard_at = time.monotonic()

    def _wake(self, tenants: Collection[int]) -> None:
        self._written.update(tenants)
        for bell in self._relays:
            bell.set()

    def _take_written(self) -> frozenset[int]:
        taken = frozenset(self._written)
        self._written.clear()
        return taken

    def _tell(self, chunk: Chunk) -> None:
        for bell in self._bells:
            bell.set()
        for ear in self._ears.get(chunk.tenant_id, ()):
            ear.tell(chunk)
