"""Reactions to facts: those whom they concern get a notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.db.work import Work
from app.identity.domain import Keyring
from app.kit.ids import TenantId
from app.outbox.terms import Message
from app.service_requests.terms import RequestBooks

from . import domain, service
from .events import NoticeEvent
from .service import Ways
from .terms import CONSUMER


class NoticeConsumer:
    """Writes a notice for each recipient and channel; what leaves the house is the courier's."""

    name = CONSUMER

    def __init__(self, books: Callable[[], RequestBooks], keys: Keyring, ways: Ways) -> None:
        """`books` gives the newest reference data of this process."""
        self._books = books
        self._keys = keys
        self._ways = ways
        told = {type_ for occasion in domain.occasions() for type_ in occasion.types}
        self.types = frozenset(told | domain.digested() | {NoticeEvent.WENT_ON.value})

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; the notices commit with the consumer's cursor."""
        await service.tell(work, tenant_id, messages, books=self._books(), keys=self._keys, ways=self._ways)
