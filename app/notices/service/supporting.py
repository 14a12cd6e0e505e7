"""Supporters of cases: told part by part, since thousands may support one.

A part is told in one transaction together with word of where to go on, a message of our own: whoever dies in between
has left neither. A notice names the fact that it tells of, not the message that led to it, and is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from app.db.work import Work
from app.kit.ids import TenantId
from app.notices.events import NoticeEvent
from app.notices.repository import NoticeRepository
from app.notices.terms import Recipient
from app.outbox import service as outbox
from app.outbox.terms import Message

MOST_TOLD: Final = 500  # supporters of one transaction, each with a text of their own and an address to be opened
MOST_FACTS: Final = 50
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Part:
    """A fact that supporters beyond `after` have not been told of yet."""

    message: Message
    after: UUID = _FIRST


def part_of(message: Message) -> Part:
    """What the message is for supporters: a fact, or word of how far an earlier turn has come with one."""
    if message.type != NoticeEvent.WENT_ON:
        return Part(message)
    said = message.payload
    fact = replace(
        message, id=UUID(said["message"]), position=said["position"], type=said["type"], payload=said["payload"]
    )
    return Part(fact, UUID(said["after"]))


async def take_parts(work: Work, tenant_id: TenantId, parts: Sequence[Part]) -> list[list[Recipient]]:
    """Whom to tell of each of these facts now; there is word of everybody else. One statement, none for no facts."""
    if not parts:
        return []
    now = parts[:MOST_FACTS]
    wanted = [(one.message.subject_id, one.after, one.message.position) for one in now]
    found = await NoticeRepository(work, tenant_id).supporters(wanted, MOST_TOLD + 1)
    told: list[list[Recipient]] = [[] for _ in parts]
    for place, recipient in found[:MOST_TOLD]:
        told[place].append(recipient)
    if len(found) > MOST_TOLD:
        last = found[MOST_TOLD - 1][0]
        rest = [replace(now[last], after=told[last][-1].citizen_id or _FIRST), *parts[last + 1 :]]
    else:
        rest = list(parts[MOST_FACTS:])
    for one in rest:
        _go_on(work, tenant_id, one)
    return told


def _go_on(work: Work, tenant_id: TenantId, part: Part) -> None:
    fact = part.message
    outbox.append(
        work,
        tenant_id=tenant_id,
        type=NoticeEvent.WENT_ON.value,
        subject_id=fact.subject_id,
        subject_version=fact.subject_version,
        payload={
            "message": str(fact.id),
            "position": fact.position,
            "type": fact.type,
            "payload": fact.payload,
            "after": str(part.after),
        },
    )
