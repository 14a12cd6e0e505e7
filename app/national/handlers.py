"""Reactions to facts: each becomes a push."""

from __future__ import annotations

from collections.abc import Sequence

from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message

from . import service
from .terms import CONSUMER, TYPES


class NationalConsumer:
    """Writes one push for each fact the portal is told of; the requests are the courier's."""

    name = CONSUMER
    types = TYPES

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; the pushes commit with the consumer's cursor."""
        await service.tell(work, tenant_id, messages)
