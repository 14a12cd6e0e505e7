"""Who may see payments, take cash, note a refund and compare statements. Pure; what is out of scope never gets here."""

from __future__ import annotations

from app.identity.policies import Verdict, allowed_if, may_act_as, role_needed
from app.identity.terms import Actor, Role
from app.kit.ids import UnitId

TAKERS = (Role.OFFICER, Role.DISPATCHER, Role.UNIT_ADMIN)
# Not whoever took it: what leaves the till is looked at by a second pair of eyes.
REFUNDERS = (Role.APPROVER, Role.UNIT_ADMIN)
COMPARERS = (Role.TENANT_ADMIN, Role.AUDITOR)


def may_take(actor: Actor, path: tuple[UnitId, ...]) -> Verdict:
    """Whether he may take cash for the unit to which `path` leads: whoever sits at its desk, or at one above."""
    return allowed_if(bool(actor.units(*TAKERS) & set(path)), role_needed(*TAKERS))


def may_refund(actor: Actor, path: tuple[UnitId, ...]) -> Verdict:
    """Whether he may note that money was given back for the unit to which `path` leads."""
    return allowed_if(bool(actor.units(*REFUNDERS) & set(path)), role_needed(*REFUNDERS))


def may_compare(actor: Actor) -> Verdict:
    """Whether he may compare a provider's statement with what there is: it tells of every unit."""
    return may_act_as(actor, *COMPARERS)
