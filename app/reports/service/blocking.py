"""Administrators block the sender of a report for a while, without learning who it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.db.work import ReadWork, Work
from app.identity.domain import Keyring
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role
from app.kit.ids import ReportId, TenantId
from app.kit.problems import Invalid
from app.kit.text import Text
from app.limits import service as limits
from app.limits.terms import Blocked, BlockView
from app.reports import repository
from app.reports.errors import OriginUnknown

LONGEST_BLOCK = timedelta(days=90)
KEEP_ORIGINS = timedelta(days=30)
_FORGET_ROWS = 1000
_UNTIL = Text("Cần ở sau lúc này, nhiều nhất 90 ngày.", "It must lie ahead, 90 days at most.")


async def list_blocks(work: ReadWork, actor: Actor) -> list[BlockView]:
    """The newest blocks, ended ones too. Raises: Forbidden."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await limits.list_blocks(work, actor.tenant_id)


async def block_sender(
    work: Work, actor: Actor, keys: Keyring, code: str, what: Blocked, *, reason: str, until: datetime
) -> BlockView:
    """A block on the sender of the report, by account or by address; what is urgent goes on being taken.

    Raises: Forbidden, Invalid, ReportNotFound; OriginUnknown when the report has no account, or no address is kept.
    """
    may_act_as(actor, Role.TENANT_ADMIN).require()
    if not work.now < until <= work.now + LONGEST_BLOCK:
        raise Invalid(errors=[{"pointer": "/until", "detail": _UNTIL}])
    report = await repository.get_report(work, actor.tenant_id, code)
    if what is Blocked.ADDRESS:
        key = await repository.find_origin(work, actor.tenant_id, ReportId(report.id))
    else:
        account = report.citizen_id
        key = limits.account_key(keys.limits, actor.tenant_id, str(account)) if account is not None else None
    if key is None:
        raise OriginUnknown
    return await limits.block(work, actor.tenant_id, actor, key, what, code, reason, until)


async def lift_block(work: Work, actor: Actor, block_id: UUID) -> BlockView:
    """The block ended now; once is enough. Raises: Forbidden, UnknownBlock."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await limits.lift_block(work, actor.tenant_id, actor, block_id)


async def forget_origins(work: Work, tenant_id: TenantId) -> int:
    """Number of origins older than 30 days that were forgotten now."""
    return await repository.forget_origins(work, tenant_id, work.now - KEEP_ORIGINS, _FORGET_ROWS)
