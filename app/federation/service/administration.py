"""What administrators do about neighbours. Every change keeps who made it last, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.couriers.addresses import refusal_of
from app.couriers.signing import new_secret
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.federation import domain, policies, repository
from app.federation.errors import InvalidNeighbour, NeighbourEnded, StaleNeighbour, UnitHasNeighbour
from app.federation.models import NeighbourRow
from app.federation.repository import Standing
from app.federation.terms import Consignment, ConsignmentState, Neighbour, Wanted
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit.ids import TenantId, uuid7

from .keys import seal_secret

FORGET_ROWS = 1_000


async def list_neighbours(work: ReadWork, actor: Actor) -> list[Neighbour]:
    """All of the tenant's, oldest first. Raises: Forbidden."""
    policies.may_administer(actor).require()
    return [row.read() for row in await repository.list_all(work, actor.tenant_id)]


async def get_neighbour(work: ReadWork | Work, actor: Actor, neighbour_id: UUID) -> Neighbour:
    """The neighbour. Raises: Forbidden, NeighbourNotFound."""
    policies.may_administer(actor).require()
    return (await repository.get(work, actor.tenant_id, neighbour_id)).read()


async def create_neighbour(
    work: Work, actor: Actor, neighbour_id: UUID | None, wanted: Wanted, *, keys: Keyring, private: bool
) -> tuple[Neighbour, str | None]:
    """The new neighbour, and the secret where it was made here: shown once, for the other side.

    `neighbour_id`: the id that the other side has made, None where this side is the first.
    Raises: Forbidden, UnitHasNeighbour; InvalidNeighbour with a pointer for each mistake.
    """
    policies.may_administer(actor).require()
    _check(wanted, private=private)
    if await repository.of_unit(work, actor.tenant_id, wanted.unit_id):
        raise UnitHasNeighbour
    if neighbour_id is not None and await repository.find(work, actor.tenant_id, neighbour_id):
        raise UnitHasNeighbour
    made = None if wanted.secret is not None else new_secret()
    row = NeighbourRow(
        tenant_id=actor.tenant_id,
        id=neighbour_id or uuid7(work.now),
        version=1,
        active=True,
        created_at=work.now,
        created_by=actor.staff_id,
        written=0,
        told=0,
        heard=0,
        failures=0,
    )
    row.sealed_secret = seal_secret(keys, actor.tenant_id, row.id, made or str(wanted.secret))
    _apply(row, wanted, actor, work)
    await repository.write(work, row)
    audit.record(work, actor, Action.NEIGHBOUR_CREATED, subject=str(row.id), unit_id=wanted.unit_id)
    return row.read(), made


async def change_neighbour(
    work: Work, actor: Actor, neighbour_id: UUID, wanted: Wanted, *, seen: int, keys: Keyring, private: bool
) -> Neighbour:
    """The neighbour as it is wanted now; what waits for it is sent at once. A secret that is left out stays.

    Raises: Forbidden, NeighbourNotFound, StaleNeighbour, NeighbourEnded, UnitHasNeighbour, InvalidNeighbour.
    """
    policies.may_administer(actor).require()
    row = await _locked(work, actor, neighbour_id, seen)
    _check(wanted, private=private)
    if row.unit_id != wanted.unit_id and await repository.of_unit(work, actor.tenant_id, wanted.unit_id):
        raise UnitHasNeighbour
    if wanted.secret is not None:
        row.sealed_secret = seal_secret(keys, actor.tenant_id, row.id, wanted.secret)
    _apply(row, wanted, actor, work)
    row.version += 1
    row.failures, row.retry_at, row.last_error = 0, None, None
    audit.record(work, actor, Action.NEIGHBOUR_CHANGED, subject=str(row.id), unit_id=wanted.unit_id)
    return row.read()


async def end_neighbour(work: Work, actor: Actor, neighbour_id: UUID, *, seen: int) -> Neighbour:
    """No more cases go there. What was entrusted before goes on being told, both ways, to its end.

    Raises: Forbidden, NeighbourNotFound, StaleNeighbour, NeighbourEnded.
    """
    policies.may_administer(actor).require()
    row = await _locked(work, actor, neighbour_id, seen)
    row.active, row.version = False, row.version + 1
    row.updated_at, row.updated_by = work.now, actor.staff_id
    audit.record(work, actor, Action.NEIGHBOUR_ENDED, subject=str(row.id))
    return row.read()


async def list_consignments(
    work: ReadWork, actor: Actor, neighbour_id: UUID, *, state: ConsignmentState | None, before: UUID | None, limit: int
) -> list[Consignment]:
    """Cases entrusted to the neighbour and by it, newest first. Raises: Forbidden, NeighbourNotFound."""
    policies.may_administer(actor).require()
    await repository.get(work, actor.tenant_id, neighbour_id)
    return await repository.list_consignments(
        work, actor.tenant_id, neighbour_id, state=state, before=before, limit=limit
    )


async def list_failing(db: Database, tenants: Sequence[TenantId]) -> list[Standing]:
    """How each active neighbour is. One statement."""
    return await repository.list_failing(db, tenants)


async def forget(work: Work, tenant_id: TenantId, keep: timedelta) -> int:
    """Number of consignments that ended longer ago than `keep` and are gone now; their cases keep their history."""
    return await repository.forget(work, tenant_id, work.now - keep, FORGET_ROWS)


async def _locked(work: Work, actor: Actor, neighbour_id: UUID, seen: int) -> NeighbourRow:
    row = await repository.lock(work, actor.tenant_id, neighbour_id)
    work.catch_up(row.updated_at)
    if row.version != seen:
        raise StaleNeighbour(row.version)
    if not row.active:
        raise NeighbourEnded
    return row


def _check(wanted: Wanted, *, private: bool) -> None:
    errors = []
    if (refused := refusal_of(wanted.url, private=private)) is not None:
        errors.append({"pointer": "/url", "detail": refused})
    if wanted.secret is not None and not domain.is_secret(wanted.secret):
        errors.append({"pointer": "/secret", "detail": domain.SECRET_REFUSED})
    if errors:
        raise InvalidNeighbour(errors=errors)


def _apply(row: NeighbourRow, wanted: Wanted, actor: Actor, work: Work) -> None:
    row.unit_id, row.name, row.url = wanted.unit_id, wanted.name, wanted.url
    row.updated_at, row.updated_by = work.now, actor.staff_id
