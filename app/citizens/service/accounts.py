"""Whose account it is that somebody enters, and what proves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from uuid import UUID

from app.citizens import domain, repository
from app.citizens.events import AccountEvent
from app.citizens.terms import Proofs, ProvenIdentity
from app.db.work import Work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit import signing
from app.kit.ids import CitizenId, ReportId, TenantId
from app.limits import service as limits
from app.notices import service as notices
from app.outbox import service as outbox
from app.reports import service as reports
from app.service_requests import service as service_requests
from app.supports import service as supports


async def entered(
    work: Work,
    keys: Keyring,
    actor: Actor,
    known: CitizenId | None,
    add: Callable[[CitizenId], Awaitable[CitizenId]],
    proof: bytes,
    tenants: Sequence[TenantId],
) -> CitizenId:
    """The account that a proof opens: `known`, else the device's own or a new one, which `add` gives the proof.

    It takes over blocks on an erased account which `proof` had proven, and on a device that ends in it.

    A device's account that nothing proves ends in it, and what that sent in all `tenants` comes along. One that is
    proven is somebody else's, who has lent the device.
    """
    device = actor.citizen_id
    if device is not None and await repository.is_proven(work, device):
        device = None
    new, joins = known is None, False
    if known is None:
        wanted = device or identity.add_citizen(work)
        await work.settle()
        known = await add(wanted)
    if device is not None and device != known:
        await reports.hand_over(work, device, known, tenants)
        await service_requests.give_over(work, device, known, tenants)
        await supports.hand_over(work, device, known, tenants)
        await notices.hand_over(work, keys, device, known)
        await limits.keep_blocks(work, keys.limits, str(device), [proof], tenants)
        joins = True
        await identity.retire(work, device)
        _tell(work, AccountEvent.JOINED, known, tenants, {"from": str(device)})
    if known == device:
        await supports.prove(work, known, tenants)
    if new or joins:
        await limits.take_blocks(work, keys.limits, str(known), proof, tenants)
    return known


def _tell(
    work: Work, event: AccountEvent, citizen_id: CitizenId, tenants: Collection[TenantId], payload: dict[str, object]
) -> None:
    """Whoever keeps something of the account learns of it, in each province."""
    for tenant_id in tenants:
        outbox.append(
            work,
            tenant_id=tenant_id,
            type=event.value,
            subject_id=citizen_id,
            subject_version=1,
            payload=payload,
        )


async def with_phones(work: Work, citizens: Collection[CitizenId]) -> set[CitizenId]:
    """Those of the accounts that a phone proves; one statement, none when nobody is asked about."""
    return await repository.with_phones(work, citizens) if citizens else set()


async def reports_of_phone(work: Work, keys: Keyring, tenant_id: TenantId, phone: str) -> list[ReportId]:
    """The newest 200 reports in the tenant of the account that the phone (E.164) proves; three statements at most.

    Left out are those whose sender asked not to be named, or has erased who it was.
    """
    account = await repository.account_of(work, domain.phone_key(keys.codes, phone))
    if account is None:
        return []
    mine = await reports.led_to(work, tenant_id, account)
    withheld = await identity.withheld(work, tenant_id, mine)
    return [one for one in mine if not withheld.get(one, False)]


async def erase(work: Work, keys: Keyring, citizen_id: CitizenId, tenants: Collection[TenantId]) -> None:
    """Nothing proves the account any more, and what was kept for it in these tenants goes; three statements.

    A block on it stays with a hash of what proved it, until the block is over.
    """
    proofs = await repository.remove_proofs(work, citizen_id)
    await limits.keep_blocks(work, keys.limits, str(citizen_id), proofs, tenants)
    _tell(work, AccountEvent.ERASED, citizen_id, tenants, {})


async def proofs_of(work: Work, keys: Keyring, citizen_id: CitizenId) -> Proofs:
    """What proves the account, for its owner's eyes: nothing of a device's. Two statements."""
    phone = await phone_of(work, keys, citizen_id)
    identities = await repository.list_identities(work, citizen_id)
    return Proofs(phone, tuple(ProvenIdentity(row.issuer, row.assurance, row.verified_at) for row in identities))


async def phone_of(work: Work, keys: Keyring, citizen_id: CitizenId) -> str | None:
    """The number that proves the account, for its owner's eyes; None for an account without one."""
    found = await repository.find_sealed(work, citizen_id)
    return signing.unseal(keys.codes, found.sealed, found.phone_key).decode() if found is not None else None


async def leave_device(work: Work, citizen: CitizenId, session_id: UUID) -> None:
    """The person is signed in there no more, and the browser there is sent no messages. Raises: UnknownDevice."""
    await identity.end_device(work, citizen, session_id)
    await notices.forget_session(work, citizen, session_id)


async def leave_everywhere(work: Work, citizen: CitizenId) -> None:
    """The person is signed in nowhere any more, and no browser is sent messages: one of them may be lost."""
    await identity.end_all_devices(work, citizen)
    await notices.forget_devices(work, citizen)
