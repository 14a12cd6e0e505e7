"""One round of requests to one endpoint: a few at once, each case in order, outcomes written down by the handful."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.subscriptions.terms import TRIAL, Attempt, Claim, Outcome

CONCURRENCY = 4  # requests to one endpoint at once


@dataclass(frozen=True, slots=True)
class Done:
    """One attempt and what came of it."""

    claim: Claim
    attempt: Attempt

    @property
    def is_plain(self) -> bool:
        """Whether an event was accepted, as nearly always."""
        trial = self.claim.event is not None and self.claim.event.type == TRIAL
        return self.attempt.outcome is Outcome.ACCEPTED and not trial


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """How many attempts were made, and whether any of them failed."""

    made: int
    failed: bool


class Round:
    """Attempts of what was claimed. What is not begun in time, or after failures in a row, is given back.

    The messages of one case are sent one after the other, and those after one that failed are given back with it.
    """

    def __init__(
        self,
        claims: Sequence[Claim],
        attempt: Callable[[Claim], Awaitable[Attempt]],
        settle: Callable[[list[Done]], Awaitable[None]],
        release: Callable[[list[Claim]], Awaitable[None]],
        seconds: float,
    ) -> None:
        """`seconds`: how long requests are begun; the first CONCURRENCY are in any case."""
        self._attempt, self._settle, self._release = attempt, settle, release
        lanes: dict[UUID, list[Claim]] = {}
        for claim in claims:
            lanes.setdefault(claim.subject_id, []).append(claim)
        self._lanes = list(reversed(lanes.values()))
        self._until = asyncio.get_running_loop().time() + seconds
        self._done: list[Done] = []
        self._left: list[Claim] = []
        self._news = asyncio.Event()
        self._made = self._in_a_row = 0
        self._failed = self._stopped = self._ended = False

    async def run(self) -> RoundOutcome:
        """What was made of the claims; all of it is written down. Raises: whatever an attempt or settling does."""
        try:
            async with asyncio.TaskGroup() as writing:
                writing.create_task(self._write())
                async with asyncio.TaskGroup() as sending:
                    for _ in range(min(CONCURRENCY, len(self._lanes))):
                        sending.create_task(self._send())
                self._ended = True
                self._news.set()
        except ExceptionGroup as errors:
            raise _first(errors) from errors
        left = [*self._left, *(claim for lane in self._lanes for claim in lane)]
        if left:
            await self._release(left)
        return RoundOutcome(self._made, self._failed)

    async def _send(self) -> None:
        first = True
        while self._lanes and (first or self._goes_on()):
            lane = self._lanes.pop()
            for place, claim in enumerate(lane):
                if not (first or self._goes_on()):
                    self._left += lane[place:]
                    return
                first = False
                if not await self._accepted(claim):
                    self._left += lane[place + 1 :]
                    break

    def _goes_on(self) -> bool:
        return not self._stopped and asyncio.get_running_loop().time() < self._until

    async def _accepted(self, claim: Claim) -> bool:
        """Whether the event need not be sent again before what follows it of its case."""
        attempt = await self._attempt(claim)
        self._made += 1
        self._done.append(Done(claim, attempt))
        self._news.set()
        if attempt.outcome in {Outcome.ACCEPTED, Outcome.FORGOTTEN}:
            self._in_a_row = 0
            return True
        self._failed = True
        self._in_a_row += 1
        if attempt.outcome is Outcome.GONE or self._in_a_row >= CONCURRENCY:
            self._stopped = True
        return False

    async def _write(self) -> None:
        """Write down what is done, as much as there is at a time, until nothing more comes."""
        while self._done or not self._ended:
            if not self._done:
                await self._news.wait()
                self._news.clear()
            done, self._done = self._done, []
            if done:
                await self._settle(done)


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    """The first of the errors that is no group itself."""
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
