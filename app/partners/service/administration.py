"""What administrators do about partners. Every change keeps who made it last, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.catalogue.errors import UnknownCategory
from app.catalogue.snapshot import Catalogue
from app.couriers.addresses import refusal_of
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit.ids import TenantId, uuid7
from app.partners import policies, repository
from app.partners.errors import InvalidPartner, NothingToRetry, PartnerEnded, StalePartner, UnitHasPartner
from app.partners.models import PartnerRow
from app.partners.repository.partners import Standing
from app.partners.terms import ErrandState, Line, Partner, PostKind, Wanted

from .keys import seal_key

FORGET_ROWS = 1_000


async def list_partners(work: ReadWork, actor: Actor) -> list[Partner]:
    """All of the tenant's, oldest first. Raises: Forbidden."""
    policies.may_administer(actor).require()
    return [row.read() for row in await repository.list_all(work, actor.tenant_id)]


async def get_partner(work: ReadWork | Work, actor: Actor, partner_id: UUID) -> Partner:
    """The partner. Raises: Forbidden, PartnerNotFound."""
    policies.may_administer(actor).require()
    return (await repository.get(work, actor.tenant_id, partner_id)).read()


async def create_partner(
    work: Work, actor: Actor, wanted: Wanted, *, keys: Keyring, catalogue: Catalogue, private: bool
) -> Partner:
    """The new partner: cases that the unit gets from now on are handed over to it.

    Raises: Forbidden, UnitHasPartner; InvalidPartner with a pointer for each mistake.
    """
    policies.may_administer(actor).require()
    _check(wanted, actor.tenant_id, catalogue, private=private)
    if await repository.active_of(work, actor.tenant_id, [wanted.unit_id]):
        raise UnitHasPartner
    row = PartnerRow(
        tenant_id=actor.tenant_id,
        id=uuid7(work.now),
        version=1,
        active=True,
        created_at=work.now,
        created_by=actor.staff_id,
        follow_at=work.now,
        failures=0,
    )
    _apply(row, wanted, actor, work, keys)
    await repository.write(work, row)
    audit.record(work, actor, Action.PARTNER_CREATED, subject=str(row.id), unit_id=wanted.unit_id)
    return row.read()


async def change_partner(
    work: Work,
    actor: Actor,
    partner_id: UUID,
    wanted: Wanted,
    *,
    seen: int,
    keys: Keyring,
    catalogue: Catalogue,
    private: bool,
) -> Partner:
    """The partner as it is wanted now; what waits for it is tried at once. A key that is left out stays.

    Raises: Forbidden, PartnerNotFound, StalePartner, PartnerEnded, UnitHasPartner, InvalidPartner.
    """
    policies.may_administer(actor).require()
    row = await _locked(work, actor, partner_id, seen)
    _check(wanted, actor.tenant_id, catalogue, private=private)
    if row.unit_id != wanted.unit_id and await repository.active_of(work, actor.tenant_id, [wanted.unit_id]):
        raise UnitHasPartner
    _apply(row, wanted, actor, work, keys)
    row.version += 1
    row.failures, row.retry_at, row.last_error, row.follow_at = 0, None, None, work.now
    await work.settle()
    await repository.wait_on(work, actor.tenant_id, partner_id)
    audit.record(work, actor, Action.PARTNER_CHANGED, subject=str(row.id), unit_id=wanted.unit_id)
    return row.read()


async def end_partner(work: Work, actor: Actor, partner_id: UUID, *, seen: int) -> Partner:
    """No more cases go there; what it has stays with it, and is followed no more.

    Raises: Forbidden, PartnerNotFound, StalePartner, PartnerEnded.
    """
    policies.may_administer(actor).require()
    row = await _locked(work, actor, partner_id, seen)
    row.active, row.version = False, row.version + 1
    row.updated_at, row.updated_by = work.now, actor.staff_id
    audit.record(work, actor, Action.PARTNER_ENDED, subject=str(row.id))
    return row.read()


async def list_errands(
    db: Database,
    work: ReadWork,
    actor: Actor,
    partner_id: UUID,
    *,
    state: ErrandState | None,
    before: UUID | None,
    limit: int,
) -> list[Line]:
    """The partner's errands, newest first. Raises: Forbidden, PartnerNotFound."""
    policies.may_administer(actor).require()
    await repository.get(work, actor.tenant_id, partner_id)
    return await repository.list_lines(db, actor.tenant_id, partner_id, state=state, before=before, limit=limit)


async def retry_errand(work: Work, actor: Actor, partner_id: UUID, errand_id: UUID) -> None:
    """What was given up of the errand is tried once more. Raises: Forbidden, ErrandNotFound, NothingToRetry."""
    policies.may_administer(actor).require()
    row = await repository.errand_of(work, actor.tenant_id, partner_id, errand_id)
    kinds = await repository.revive(work, actor.tenant_id, errand_id)
    if not kinds:
        raise NothingToRetry
    if PostKind.REQUEST in kinds and row.state == ErrandState.REFUSED.value:
        others = await repository.errands_of_cases(work, actor.tenant_id, [row.case_id])
        if others:
            raise NothingToRetry
        row.state, row.ended_at = ErrandState.WAITING.value, None
    audit.record(work, actor, Action.PARTNER_RETRIED, subject=row.case_code)


async def list_failing(db: Database, tenants: Sequence[TenantId]) -> list[Standing]:
    """How each active partner is, for `doctor` and the metrics. One statement."""
    return await repository.list_failing(db, tenants)


async def forget(work: Work, tenant_id: TenantId, keep: timedelta) -> int:
    """Number of errands that ended longer ago than `keep` and are gone now; their cases keep their history."""
    return await repository.forget(work, tenant_id, work.now - keep, FORGET_ROWS)


async def _locked(work: Work, actor: Actor, partner_id: UUID, seen: int) -> PartnerRow:
    row = await repository.lock(work, actor.tenant_id, partner_id)
    if row.version != seen:
        raise StalePartner(row.version)
    if not row.active:
        raise PartnerEnded
    return row


def _check(wanted: Wanted, tenant_id: TenantId, catalogue: Catalogue, *, private: bool) -> None:
    errors = []
    if (refused := refusal_of(wanted.url, private=private)) is not None:
        errors.append({"pointer": "/url", "detail": refused})
    for category in wanted.services:
        try:
            catalogue.category(tenant_id, category)
        except UnknownCategory as problem:
            errors.append({"pointer": f"/services/{category}", "detail": problem.detail})
    if errors:
        raise InvalidPartner(errors=errors)


def _apply(row: PartnerRow, wanted: Wanted, actor: Actor, work: Work, keys: Keyring) -> None:
    row.unit_id, row.name, row.url, row.jurisdiction_id = (
        wanted.unit_id,
        wanted.name,
        wanted.url,
        wanted.jurisdiction_id,
    )
    row.format, row.services, row.default_service = wanted.format.value, dict(wanted.services), wanted.default_service
    row.sends_answers, row.repeats_safely, row.has_updates = (
        wanted.sends_answers,
        wanted.repeats_safely,
        wanted.has_updates,
    )
    if wanted.api_key is not None:
        row.sealed_key = seal_key(keys, actor.tenant_id, row.id, wanted.api_key) if wanted.api_key else None
    row.updated_at, row.updated_by = work.now, actor.staff_id
