"""Events for those who come and read them, in the shape in which subscribers are told of them."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from uuid import UUID

from app.catalogue.snapshot import Catalogue
from app.db.work import ReadWork
from app.directory.snapshot import Directory
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.outbox.terms import Message
from app.publication.terms import Change
from app.subscriptions import domain, repository
from app.subscriptions.errors import UnknownEventType
from app.subscriptions.repository import DeliveryRepository
from app.subscriptions.terms import PUBLIC_TYPES, TYPES, Event, EventPage, Interest

from .telling import place_of


async def events_after(
    work: ReadWork,
    tenant_id: TenantId,
    interest: Interest,
    *,
    after: int,
    limit: int,
    directory: Directory,
    catalogue: Catalogue,
) -> EventPage:
    """Envelopes of what the interest wants of the next `limit` events after the position, in order: perhaps none.

    `page.after` is where to ask on, whatever of it was wanted. Two to four statements.
    Raises: UnknownEventType; EventsForgotten when not all after the position is kept, PositionAhead when it never was.
    """
    if interest.types - TYPES:
        raise UnknownEventType(domain.no_such_types(interest.types))
    head = await outbox.newest_after(work, tenant_id, after)
    messages = await outbox.read(work, tenant_id, after, until=head, types=interest.types, limit=limit)
    subjects = {message.subject_id for message in messages}
    located = await DeliveryRepository(work, tenant_id).located(subjects) if subjects and interest.narrow else {}
    wanted = [
        message
        for message in messages
        if domain.wants(
            interest,
            message.type,
            place_of(message, located.get(message.subject_id), tenant_id, directory, catalogue),
            told_before=False,
        )
    ]
    slug, unit_code = directory.tenant(tenant_id).slug, partial(directory.unit_code, tenant_id)
    shown = await _shown(work, tenant_id, wanted)
    envelopes = [domain.envelope(_event(message, shown), tenant_slug=slug, unit_code=unit_code) for message in wanted]
    return EventPage(envelopes, messages[-1].position if len(messages) == limit else head)


async def _shown(work: ReadWork, tenant_id: TenantId, messages: Collection[Message]) -> dict[UUID, int]:
    public = {message.subject_id for message in messages if message.type in PUBLIC_TYPES}
    return await repository.list_shown(work, tenant_id, public) if public else {}


def _event(message: Message, shown: dict[UUID, int]) -> Event:
    revisable = message.type in PUBLIC_TYPES and message.type != Change.WITHDRAWN
    return Event(
        id=message.id,
        type=message.type,
        subject_id=message.subject_id,
        subject_version=message.subject_version,
        occurred_at=message.occurred_at,
        position=message.position,
        payload=message.payload,
        superseded=revisable and shown.get(message.subject_id) != message.subject_version,
    )
