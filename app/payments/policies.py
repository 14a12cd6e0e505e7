"""Who may see payments, take cash, note a refund and compare statements. Pure; what is out of scope never gets here."""

from __future__ import annotations

from app.identity.policies import Verdict, allowed_if, may_act_as, role_needed
from app.identity.terms import Actor, Role
from app.kit.ids import StaffId, UnitId
from app.kit.text import Text

TAKERS = (Role.OFFICER, Role.DISPATCHER, Role.UNIT_ADMIN)
# Not whoever took it: what leaves the till is looked at by a second pair of eyes.
REFUNDERS = (Role.APPROVER, Role.UNIT_ADMIN)
_ANOTHER = Text(
    "Bạn đã quyết định hoàn khoản này; cần người khác ghi đã hoàn.",
    "You have decided that it is to be given back; somebody else has to note that it was.",
)
COMPARERS = (Role.TENANT_ADMIN, Role.AUDITOR)


def may_take(actor: Actor, path: tuple[UnitId, ...]) -> Verdict:
    """Whether he may take cash for the unit to which `path` leads: whoever sits at its desk, or at one above."""
    return allowed_if(bool(actor.units(*TAKERS) & set(path)), role_needed(*TAKERS))


def may_refund(actor: Actor, path: tuple[UnitId, ...]) -> Verdict:
    """Whether he may note that money was given back for the unit to which `path` leads."""
    return allowed_if(bool(actor.units(*REFUNDERS) & set(path)), role_needed(*REFUNDERS))


def may_settle(actor: Actor, root: UnitId | None) -> Verdict:
    """Whether he may decide on money that is of no unit: the province's administrator, or who refunds for its root."""
    mine = actor.units(*REFUNDERS)
    whole = bool(actor.units(Role.TENANT_ADMIN)) or (root is not None and root in mine)
    return allowed_if(whole, role_needed(Role.TENANT_ADMIN, *REFUNDERS))


def may_give_back(actor: Actor, decided_by: StaffId | None) -> Verdict:
    """Whether he may note that such money was given back: not whoever decided that it is."""
    return allowed_if(actor.staff_id != decided_by, _ANOTHER)


def may_compare(actor: Actor) -> Verdict:
    """Whether he may compare a provider's statement with what there is: it tells of every unit."""
    return may_act_as(actor, *COMPARERS)
