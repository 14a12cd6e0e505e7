"""Reactions to facts: whatever they are about is looked at again for everybody who may see it."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.events import EventType
from app.citizens.events import AccountEvent
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message
from app.publication.terms import Change as PublicChange
from app.reports.events import ReportEvent
from app.service_requests.events import EventType as RequestEventType
from app.supports.events import SupportEvent

from . import service
from .events import ChangeEvent
from .terms import CONSUMER

# Notes and reminders are never a reporter's; everything else may show him something. Supporters see what everyone does,
# and so when everyone does.
_UNSEEN = frozenset({EventType.NOTED, EventType.REMINDED})


class ChangeConsumer:
    """Numbers what changed for accounts; each thing once, however many messages of a batch tell of it."""

    name = CONSUMER
    types = frozenset(
        event.value
        for kind in (EventType, RequestEventType, ReportEvent, AccountEvent, PublicChange, SupportEvent, ChangeEvent)
        for event in kind
    ) - {event.value for event in (*_UNSEEN, SupportEvent.COUNTED)}

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch; the numbers commit with the consumer's cursor."""
        await service.note_changes(work, tenant_id, messages)
