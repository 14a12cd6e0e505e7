"""Reactions to facts about cases: when each is looked at next follows its clocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.cases.events import EventType
from app.cases.terms import Books
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message

from . import service

# What leaves every clock of a case as it was.
_TIMELESS = frozenset(
    {
        EventType.DIVERTED,
        EventType.REMINDED,
        EventType.OVERDUE,
        EventType.ESCALATED,
        EventType.RATED,
        EventType.NOTED,
        EventType.PUBLISHED,
        EventType.WITHHELD,
        EventType.REDACTED,
        EventType.PHOTOS_DECIDED,
        EventType.SUPPORT_RAISED,
    }
)


class PlanConsumer:
    """Says when each case that a batch of messages tells of is looked at next, once however often it is named."""

    name = "plans"
    types = frozenset(event.value for event in EventType if event not in _TIMELESS)

    def __init__(self, books: Callable[[], Books]) -> None:
        """`books` gives the newest reference data of this process."""
        self._books = books

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; the plans commit with the consumer's cursor."""
        await service.plan_cases(work, tenant_id, {message.subject_id for message in messages}, self._books())
