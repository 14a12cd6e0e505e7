"""From facts about cases to what partners are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.cases.events import ENTERING, EventType
from app.cases.terms import OPEN_STATES
from app.db.work import Work
from app.kit.ids import CaseId, TenantId, uuid7
from app.outbox.terms import Message
from app.partners import repository
from app.partners.models import ErrandRow, PartnerRow
from app.partners.terms import END, Errand, ErrandState, PostKind

_OPEN = frozenset(state.value for state in OPEN_STATES)
_KINDS: dict[str, PostKind] = {
    EventType.REPORTER_REPLIED: PostKind.REPLY,
    EventType.REOPENED: PostKind.REOPENED,
    EventType.DRAFT_REJECTED: PostKind.REOPENED,  # of their answer
}


async def tell(work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> int:
    """Number of posts that wait from now on. One statement where no partner is; a fact told twice is one post."""
    partners = {row.unit_id: row for row in await repository.active_of(work, tenant_id)}
    if not partners:
        return 0
    errands = await repository.errands_of_cases(work, tenant_id, {message.subject_id for message in messages})
    by_id = {row.id: row for row in partners.values()}
    told = 0
    for message in messages:
        told += await _tell_one(work, tenant_id, message, partners, by_id, errands)
    return told


async def _tell_one(
    work: Work,
    tenant_id: TenantId,
    message: Message,
    partners: Mapping[UUID, PartnerRow],
    by_id: Mapping[UUID, PartnerRow],
    errands: dict[UUID, ErrandRow],
) -> int:
    """Posts of one fact: an errand that is over is called back, one that begins is sent, words are passed on."""
    said, told = message.payload, 0
    unit_id, case_id = UUID(said["unit_id"]), message.subject_id
    there = partners.get(unit_id)
    errand = errands.get(case_id)
    if errand is not None and (errand.partner_id != (there.id if there else None) or message.type in END):
        errands.pop(case_id)
        told += await _call_back(work, errand, message, by_id.get(errand.partner_id))
        errand = None
    if there is None or said["state"] not in _OPEN:
        return told
    if errand is None:
        return told + (await _send(work, tenant_id, message, there, errands) if message.type in ENTERING else 0)
    kind = _KINDS.get(message.type)
    ours = message.type == EventType.DRAFT_REJECTED and errand.state != ErrandState.ANSWERED.value
    if kind is None or ours:
        return told
    if message.type == EventType.DRAFT_REJECTED:  # what they say next is heard again, whether they can be told or not
        errand.state = ErrandState.WITH_THEM.value
    if not there.has_updates:
        return told
    errand.state = ErrandState.WITH_THEM.value if errand.their_id else errand.state
    await repository.add_post(work, tenant_id, errand.id, message.subject_version, kind, message.occurred_at)
    return told + 1


async def _send(
    work: Work, tenant_id: TenantId, message: Message, there: PartnerRow, errands: dict[UUID, ErrandRow]
) -> int:
    errand = Errand(
        tenant_id=tenant_id,
        id=uuid7(work.now),
        partner_id=there.id,
        case_id=CaseId(message.subject_id),
        case_code=message.payload["code"],
        state=ErrandState.WAITING,
        their_id=None,
        token=None,
        status=None,
        created_at=work.now,
        sent_at=None,
        heard_at=None,
        ended_at=None,
    )
    if not await repository.add_errand(work, errand):
        return 0
    await repository.add_post(
        work, tenant_id, errand.id, message.subject_version, PostKind.REQUEST, message.occurred_at
    )
    errands |= await repository.errands_of_cases(work, tenant_id, [message.subject_id])
    return 1


async def _call_back(work: Work, errand: ErrandRow, message: Message, partner: PartnerRow | None) -> int:
    """It is over on our side: what has certainly not been sent never is, else a partner that hears updates is told."""
    tenant_id = TenantId(errand.tenant_id)
    errand.state, errand.ended_at = ErrandState.CALLED_BACK.value, work.now
    await work.settle()
    if await repository.drop_unsent(work, tenant_id, errand.id) or partner is None or not partner.has_updates:
        return 0
    await repository.add_post(
        work,
        tenant_id,
        errand.id,
        message.subject_version,
        PostKind.ENDED,
        message.occurred_at,
    )
    return 1
