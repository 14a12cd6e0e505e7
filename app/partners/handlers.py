"""Reactions to facts about cases: a unit's partner is told."""

from __future__ import annotations

from collections.abc import Sequence

from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message

from . import service
from .terms import CONSUMER, TYPES


class PartnerConsumer:
    """Writes what partners are to be told; the requests are the courier's."""

    name = CONSUMER
    types = TYPES

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; posts commit with the consumer's cursor."""
        await service.tell(work, tenant_id, messages)
