"""Reactions to facts: whoever came, went, or came along with a merge is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from app.cases.events import EventType
from app.cases.terms import Books
from app.db.work import Work
from app.kit.ids import CaseId, TenantId
from app.outbox.terms import Message

from . import service
from .events import SupportEvent
from .terms import CONSUMER

_MOVES = frozenset({SupportEvent.GIVEN, SupportEvent.TAKEN_BACK})
_MERGES = frozenset({EventType.MERGED, EventType.UNMERGED, EventType.REPORT_JOINED, EventType.REPORT_LEFT})


class SupportConsumer:
    """Counts the supporters of the cases a batch of messages tells of, each case once however often it is named."""

    name = CONSUMER
    types = frozenset(event.value for event in (*_MOVES, *_MERGES))

    def __init__(self, books: Callable[[], Books]) -> None:
        """`books` gives the newest reference data of this process."""
        self._books = books

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; the numbers commit with the consumer's cursor."""
        await service.count_support(work, tenant_id, {_case_of(message) for message in messages}, self._books())


def _case_of(message: Message) -> CaseId:
    return CaseId(UUID(message.payload["case_id"]) if message.type in _MOVES else message.subject_id)
