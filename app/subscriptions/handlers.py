"""Reactions to facts: everyone who wants to be told gets a delivery."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.cases.terms import Books
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message

from . import service
from .terms import CONSUMER, TYPES


class DeliveryConsumer:
    """Writes one delivery for each message and subscription that wants it; the requests are the courier's."""

    name = CONSUMER
    types = TYPES

    def __init__(self, books: Callable[[], Books]) -> None:
        """`books` gives the newest reference data of this process."""
        self._books = books

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; the deliveries commit with the consumer's cursor."""
        books = self._books()
        await service.tell(work, tenant_id, messages, directory=books.directory, catalogue=books.catalogue)
