"""Who may see and who may change calendars and targets."""

from __future__ import annotations

from app.identity.policies import Verdict, may_act_as
from app.identity.terms import Actor, Role


def may_read_edits(actor: Actor) -> Verdict:
    """Any member of staff: officers must be able to see why a case is due when it is."""
    return may_act_as(actor)


def may_publish_edit(actor: Actor) -> Verdict:
    """The tenant's administrators."""
    return may_act_as(actor, Role.TENANT_ADMIN)
