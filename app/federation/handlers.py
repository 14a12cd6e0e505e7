"""Reactions to facts about cases: neighbours are told what concerns them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.cases.terms import Books
from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message

from . import service
from .terms import CONSUMER, TYPES


class FederationConsumer:
    """Writes parcels; the postman carries them."""

    name = CONSUMER
    types = TYPES

    def __init__(self, db: Database, books: Callable[[], Books]) -> None:
        """`books`: the newest reference data."""
        self._db = db
        self._books = books

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; parcels commit with the consumer's cursor."""
        await service.tell(work, self._db, self._books(), tenant_id, messages)
