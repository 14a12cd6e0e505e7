"""Officers who are away name who stands in for them."""

from __future__ import annotations

from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import Work
from app.identity import domain
from app.identity.errors import InvalidDeputy
from app.identity.models import StaffDeputy
from app.identity.repository import deputies, members
from app.identity.terms import Actor, Deputy, WantedDeputy
from app.kit.clock import rfc3339
from app.kit.ids import StaffId, TenantId, uuid7
from app.kit.text import Text

_NOT_YOURS = Text("Bạn không giữ vai trò nào ở cơ quan này.", "You hold no role in this unit.")
_NOT_THERE = Text(
    "Người làm thay cần đang giữ vai trò ở chính cơ quan này, và không phải là bạn.",
    "Whoever stands in must hold a role in this very unit, and be somebody else.",
)


async def name_deputy(work: Work, actor: Actor, wanted: WantedDeputy) -> Deputy:
    """Somebody of the unit has the officer's roles there for that time, and no others; from then on in every process.

    Only roles that the officer holds himself: nobody passes on what he has of a colleague.
    Raises: InvalidDeputy with a pointer, DeputyThere.
    """
    if not any(held.unit_id == wanted.unit_id and held.instead_of is None for held in actor.memberships):
        raise InvalidDeputy(errors=[{"pointer": "/unit", "detail": _NOT_YOURS}])
    return await name_deputy_of(work, actor, _own(actor), wanted)


async def name_deputy_of(work: Work, actor: Actor, account_id: StaffId, wanted: WantedDeputy) -> Deputy:
    """The same for an account, whose roles in the unit the actor may give: that is for the rooms above to say.

    Raises: InvalidDeputy with a pointer, DeputyThere.
    """
    begins = domain.checked_time(wanted, work.now)
    account = await members.lock_account(work, actor.tenant_id, account_id)  # of two at once, one sees the other
    known = domain.known_username(wanted.username)
    found = await deputies.find_member(work, actor.tenant_id, wanted.unit_id, known)
    if found is None or found.id == account_id:
        raise InvalidDeputy(errors=[{"pointer": "/deputy", "detail": _NOT_THERE}])
    domain.check_alone(await list_deputies_of(work, actor.tenant_id, account_id), wanted, begins, account_id)
    row = StaffDeputy(
        tenant_id=actor.tenant_id,
        id=uuid7(work.now),
        account_id=account_id,
        deputy_id=found.id,
        unit_id=wanted.unit_id,
        valid_from=begins,
        valid_to=wanted.valid_to,
        created_at=work.now,
    )
    deputies.add(work, row)
    await members.drop_link(work, actor.tenant_id, found.id)  # whoever has it would have the colleague's roles by it
    await work.settle()
    details = {"deputy": found.username, "from": rfc3339(begins), "until": rfc3339(wanted.valid_to)}
    if account_id != actor.staff_id:
        details["colleague"] = account.username
    audit.record(work, actor, Action.DEPUTY_NAMED, subject=str(row.id), unit_id=wanted.unit_id, details=details)
    return next(one for one in await list_deputies_of(work, actor.tenant_id, account_id) if one.id == row.id)


async def list_deputies(work: Work, actor: Actor) -> list[Deputy]:
    """Who stands in for the officer, and for whom the officer does, now or later. One statement."""
    return await list_deputies_of(work, actor.tenant_id, _own(actor))


async def list_deputies_of(work: Work, tenant_id: TenantId, account_id: StaffId) -> list[Deputy]:
    """The same for an account. One statement."""
    return await deputies.list_deputies(work, tenant_id, account_id)


async def end_deputy(work: Work, actor: Actor, deputy_id: UUID) -> None:
    """Nobody stands in for the officer any more, at once. Raises: UnknownDeputy."""
    await end_deputy_of(work, actor, _own(actor), deputy_id)


async def end_deputy_of(work: Work, actor: Actor, account_id: StaffId, deputy_id: UUID) -> None:
    """The same for an account. Raises: UnknownDeputy."""
    row = await deputies.lock_own(work, actor.tenant_id, account_id, deputy_id)
    row.valid_to = max(row.valid_from, work.now)
    audit.record(work, actor, Action.DEPUTY_ENDED, subject=str(row.id), unit_id=row.unit_id)


def _own(actor: Actor) -> StaffId:
    assert actor.staff_id is not None  # an address of officers
    return actor.staff_id
