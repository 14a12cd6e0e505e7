"""From facts to pushes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.db.work import Work
from app.kit.ids import RequestId, TenantId, UnitId
from app.national import repository
from app.national.terms import Push
from app.outbox.terms import Message


async def tell(work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> int:
    """Number of pushes that wait from now on, one for each fact. One statement; a fact told twice is one push."""
    return await repository.add(work, tenant_id, [push_of(message) for message in messages])


def push_of(message: Message) -> Push:
    """The push of a fact: how the request stood after it, as the message says."""
    said = message.payload
    return Push(
        request_id=RequestId(message.subject_id),
        version=message.subject_version,
        code=said["code"],
        type=message.type,
        state_code=said["national_code"],
        due_at=datetime.fromisoformat(said["due_at"]) if said["due_at"] else None,
        occurred_at=message.occurred_at,
        unit_id=UnitId(UUID(said["unit_id"])),
    )
