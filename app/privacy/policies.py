"""Who may open a sender's identity, agree to it, and set how long things are kept. Pure."""

from __future__ import annotations

from collections.abc import Collection

from app.identity.policies import Verdict, allowed_if, may_act_as, role_needed
from app.identity.terms import Actor, Role
from app.kit.ids import UnitId

OPENERS = (Role.APPROVER,)
SECONDS = (Role.APPROVER, Role.TENANT_ADMIN, Role.AUDITOR)
OVERSEERS = (Role.TENANT_ADMIN, Role.AUDITOR)
SEEKERS = (Role.APPROVER, Role.DISPATCHER)


def may_open(actor: Actor, path: tuple[UnitId, ...]) -> Verdict:
    """Whether he answers for the case: an approver of the unit that holds it, or of one above; `path` leads to it."""
    return allowed_if(bool(actor.units(*OPENERS) & set(path)), role_needed(*OPENERS))


def may_agree(actor: Actor, path: tuple[UnitId, ...]) -> Verdict:
    """Whether he may be a second person for a case of the unit to which `path` leads."""
    return allowed_if(bool(actor.units(*SECONDS) & set(path)), role_needed(*SECONDS))


def from_elsewhere(actor: Actor, path: tuple[UnitId, ...], asker_units: Collection[UnitId]) -> bool:
    """Whether he agrees for another unit than the asker's, or for the province: two of one office are one interest."""
    return bool(actor.units(*OVERSEERS)) or bool(actor.units(Role.APPROVER) & set(path) - set(asker_units))


def may_seek(actor: Actor) -> Verdict:
    """Whether he may look for a phone's reports among those he sees: whoever answers the hotline."""
    return may_act_as(actor, *SEEKERS)


def may_rule(actor: Actor) -> Verdict:
    """Whether he may say how long things are kept."""
    return may_act_as(actor, Role.TENANT_ADMIN)
