"""Reactions to facts about cases: the public view follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.cases.events import EventType
from app.cases.terms import Books
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message
from app.supports.events import SupportEvent

from . import service
from .terms import CONSUMER

# Notes, ratings and reminders are never public; everything else may change a state, a unit, a date or a number.
_UNSEEN = frozenset({EventType.NOTED, EventType.RATED, EventType.REMINDED})


class PublicationConsumer:
    """Rebuilds the publications of the cases a batch of messages tells of, each once however often it is named."""

    name = CONSUMER
    types = frozenset({*(event.value for event in EventType if event not in _UNSEEN), SupportEvent.COUNTED.value})

    def __init__(self, books: Callable[[], Books]) -> None:
        """`books` gives the newest reference data of this process."""
        self._books = books

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; the rebuild and its own messages commit with the consumer's cursor."""
        books = self._books()
        await service.rebuild(
            work,
            tenant_id,
            {message.subject_id for message in messages},
            directory=books.directory,
            catalogue=books.catalogue,
        )
