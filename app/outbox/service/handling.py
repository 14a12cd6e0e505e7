"""A batch handled as far as it can be: what fails is told apart from what does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.db.errors import is_down, may_retry
from app.db.work import Work
from app.kit.ids import TenantId
from app.kit.problems import Unavailable
from app.outbox.terms import Message

PATIENCE_S = 10.0  # for one call of a handler, which asks nobody outside
BRAKE = 20  # so many failures and no success: is it the messages?


class Consumer(Protocol):
    """Reacts to facts of some types; all its effects go through the given Work."""

    @property
    def name(self) -> str:
        """Stable name of its cursor."""
        ...

    @property
    def types(self) -> frozenset[str]:
        """Types of messages it wants."""
        ...

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch in position order; raise to have all of it rolled back.

        A batch that fails is given again in smaller parts until only those messages are left out that fail alone.
        """
        ...


class ConsumerBroken(Exception):  # noqa: N818 - what the log says
    """Whatever the consumer is given fails."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: how many were handled, and the first message of each subject that was not."""

    handled: int
    failed: Mapping[UUID, tuple[Message, Exception]]


def is_outage(error: BaseException) -> bool:
    """Whether the message had no part in it: something was away or slow, or two transactions met."""
    return isinstance(error, Unavailable) or is_down(error) or may_retry(error)


async def separate(
    parts: Sequence[Sequence[Message]], attempt: Callable[[Sequence[Message]], Awaitable[None]]
) -> Outcome:
    """What became of the messages of `parts`, handed to `attempt` part by part, in order.

    A part that fails is halved until a message fails alone; later messages of its subject are then left out, so that
    each subject is handled in order up to its first failure. Without a failure there is one attempt per part; each
    message that fails costs about two for every time its part can be halved.

    Raises: whatever is an outage; ConsumerBroken when messages of several subjects have failed alone and none has been
    handled, which after BRAKE of them is decided by one more, the farthest from them.
    """
    handled = 0
    failed: dict[UUID, tuple[Message, Exception]] = {}
    waiting = list(reversed(parts))
    while waiting:
        part = [message for message in waiting.pop() if message.subject_id not in failed]
        if not part:
            continue
        try:
            await attempt(part)
        except Exception as error:
            if is_outage(error):
                raise
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
                continue
            failed[part[0].subject_id] = part[0], error
            if len(failed) == BRAKE and not handled:
                waiting = _farthest_first(waiting, failed)
            elif len(failed) > BRAKE and not handled:
                raise ConsumerBroken from error
        else:
            handled += len(part)
    if len(failed) > 1 and not handled:
        raise ConsumerBroken from next(reversed(failed.values()))[1]
    return Outcome(handled, failed)


def _farthest_first(waiting: Sequence[Sequence[Message]], failed: Collection[UUID]) -> list[Sequence[Message]]:
    """The parts that wait, the last to be handled first, with a message from their far end as the one handled next.

    It is the first of its subject, the one whose last message is the last of all; none when all their subjects failed.
    """
    first: dict[UUID, Message] = {}
    probe: list[Message] = []
    for part in reversed(waiting):
        for message in part:
            if message.subject_id not in failed:
                probe = [first.setdefault(message.subject_id, message)]
    return [*([message for message in part if message not in probe] for part in waiting), probe]


async def handle(work: Work, tenant_id: TenantId, consumer: Consumer, parts: Sequence[Sequence[Message]]) -> Outcome:
    """What became of `parts` in the hands of `consumer`; the effects of what failed are taken back. See `separate`."""

    async def attempt(messages: Sequence[Message]) -> None:
        async with asyncio.timeout(PATIENCE_S), work.attempt():
            await consumer.handle(work, tenant_id, messages)

    return await separate(parts, attempt)
