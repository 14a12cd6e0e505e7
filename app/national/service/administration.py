"""What operators and auditors do about the national portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role
from app.kit.ids import TenantId, UnitId
from app.national import repository
from app.national.repository import Current
from app.national.terms import Comparison, Difference, Finding, Push, PushBacklog
from app.service_requests.terms import RequestState

FORGET_BATCH_ROWS = 1000
RESEND_BATCH_ROWS = 1000
_STANDING = "national.resent"


def portal_code_of(directory: Directory, tenant_id: TenantId, unit_id: UnitId, codes: Mapping[UnitId, str]) -> str:
    """What the portal calls the unit (`madonvi`): its own code there, else that of the nearest unit above, else ours.

    Raises: UnknownUnit.
    """
    path = directory.unit_path(tenant_id, unit_id)
    return next((codes[one] for one in reversed(path) if one in codes), directory.unit(tenant_id, unit_id).code)


async def list_portal_codes(db: Database, tenant_id: TenantId) -> dict[UnitId, str]:
    """The portal's code of each unit that has one of its own. One statement."""
    return await repository.portal_codes(db, tenant_id)


async def set_portal_code(work: Work, tenant_id: TenantId, unit_id: UnitId, portal_code: str) -> None:
    """From now on the portal is told this code of the unit and of those below that have none."""
    await repository.set_portal_code(work, tenant_id, unit_id, portal_code)


async def backlog(db: Database, tenants: Sequence[TenantId]) -> list[PushBacklog]:
    """What each tenant has not told yet. One statement."""
    return await repository.backlog(db, tenants)


async def get_comparison(
    work: ReadWork, actor: Actor, *, after: str, difference: Difference | None, limit: int
) -> tuple[Comparison | None, list[Finding]]:
    """The last comparison, and differences by code after that one. Two statements. Raises: Forbidden."""
    may_act_as(actor, Role.AUDITOR, Role.TENANT_ADMIN).require()
    comparison = await repository.find_comparison(work, actor.tenant_id)
    return comparison, await repository.list_findings(work, actor.tenant_id, after, difference, limit)


async def resend(work: Work, tenant_id: TenantId, codes: Sequence[str]) -> int:
    """Number of these service requests that are told again as they stand now. Two statements."""
    found = await repository.current_of(work, tenant_id, codes)
    return await repository.revive(work, tenant_id, [_standing(one) for one in found])


async def resend_missing(work: Work, tenant_id: TenantId, *, given_up_too: bool = True) -> int:
    """The same of all that the last comparison found missing there, or in another state.

    Args:
        given_up_too: also those that the portal has refused for good: for people, who have mended what it disliked.
    """
    done, after = 0, ""
    while codes := await repository.missing_codes(work, tenant_id, after, RESEND_BATCH_ROWS, given_up_too=given_up_too):
        done, after = done + await resend(work, tenant_id, codes), codes[-1]
    return done


async def resend_dead(work: Work, tenant_id: TenantId) -> int:
    """Number of pushes that were given up and are tried once more. One statement."""
    return await repository.revive_dead(work, tenant_id)


def _standing(current: Current) -> Push:
    """The request as it stands, as a push."""
    return Push(
        request_id=current.request_id,
        version=current.version,
        code=current.code,
        type=_STANDING,
        state_code=RequestState(current.state).national_code,
        due_at=current.due_at,
        occurred_at=current.updated_at,
        unit_id=current.unit_id,
    )


async def forget(work: Work, tenant_id: TenantId, keep: timedelta) -> int:
    """Number of pushes delivered longer than `keep` ago that are gone now."""
    return await repository.forget(work, tenant_id, work.now - keep, FORGET_BATCH_ROWS)
