"""One person says that the same happens to them, or takes it back. Nothing here waits for anybody else who does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit.ids import CaseId, CitizenId, TenantId
from app.kit.text import Lang
from app.outbox import service as outbox
from app.reports.errors import ReportNotFound
from app.supports import domain, repository
from app.supports.events import SupportEvent
from app.supports.repository import Moved
from app.supports.terms import OwnSupport, Standing, Supported

MOST_OF_ONE = 1000


async def standing_of(db: Database, tenant_id: TenantId, code: str, citizen: CitizenId | None) -> Supported | None:
    """The public case with how the person stands to it; None when there is none. One statement."""
    return await repository.find(db, tenant_id, code, citizen)


async def give_support(work: Work, tenant_id: TenantId, code: str, citizen: CitizenId, lang: Lang) -> Standing:
    """The person supports the case from now on, or has done so already: once is enough.

    A merged case is followed to where it lives now. Counting it, and what follows from the number, comes after.
    Three statements. Raises: ReportNotFound for what is not public, OwnMatter, SupportClosed.
    """
    found = await _get(work, tenant_id, code, citizen)
    if found.since is not None:
        return Standing(found.code, found.since, domain.compact(max(found.people, 1)))
    domain.may_support(found)
    new = await repository.give(work, tenant_id, found.case_id, citizen, lang)
    if new is not None:
        _tell(work, SupportEvent.GIVEN, [Moved(tenant_id, new, found.case_id)])
    return Standing(found.code, work.now, domain.compact(found.people + (new is not None)))


async def take_back(work: Work, tenant_id: TenantId, code: str, citizen: CitizenId) -> Standing:
    """The person supports the case no more, whatever has become of it; once is enough.

    Three statements. Raises: ReportNotFound for what is not public and was not supported.
    """
    found = await _get(work, tenant_id, code, citizen)
    gone = await repository.take_back(work, tenant_id, found.gathered, citizen) if found.since is not None else []
    _tell(work, SupportEvent.TAKEN_BACK, gone)
    return Standing(found.code, None, domain.compact(found.people - bool(gone)))


async def _get(work: Work, tenant_id: TenantId, code: str, citizen: CitizenId) -> Supported:
    found = await repository.find_in(work, tenant_id, code, citizen)
    if found is None:
        raise ReportNotFound
    return found


async def hand_over(work: Work, giver: CitizenId, taker: CitizenId, tenants: Sequence[TenantId]) -> None:
    """What a device's account supports, the account that it ends in does; one person counts once. One statement."""
    _tell(work, SupportEvent.GIVEN, await repository.hand_over(work, giver, taker, tenants))


async def prove(work: Work, citizen: CitizenId, tenants: Sequence[TenantId]) -> None:
    """Something proves the account from now on, and what it supported before counts as such. One statement."""
    _tell(work, SupportEvent.GIVEN, await repository.prove(work, citizen, tenants))


async def let_go(work: Work, citizen: CitizenId, tenants: Collection[TenantId]) -> int:
    """Number of the account's supports: nobody's from now on, and counted as before. One statement."""
    return await repository.let_go(work, citizen, tenants)


async def list_own(work: ReadWork | Work, citizen: CitizenId, tenants: Collection[TenantId]) -> list[OwnSupport]:
    """What the account supports, the newest first, at most 1,000. One statement."""
    return await repository.list_own(work, citizen, tenants, MOST_OF_ONE)


def _tell(work: Work, event: SupportEvent, moved: Iterable[Moved]) -> None:
    """Leave word of each; whose it is is not said."""
    for one in moved:
        _append(work, event, one.tenant_id, one.id, one.case_id)


def _append(work: Work, event: SupportEvent, tenant_id: TenantId, subject: UUID, case_id: CaseId) -> None:
    outbox.append(
        work,
        tenant_id=tenant_id,
        type=event.value,
        subject_id=subject,
        subject_version=1,
        payload={"case_id": str(case_id)},
    )
