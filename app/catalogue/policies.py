"""Who may read how categories are kept, and who may publish them. Pure."""

from __future__ import annotations

from app.identity.policies import Verdict, may_act_as
from app.identity.terms import Actor, Role


def may_read_versions(actor: Actor) -> Verdict:
    """Any member of staff."""
    return may_act_as(actor)


def may_publish(actor: Actor) -> Verdict:
    """The province's administrators: what people may report is theirs to decide."""
    return may_act_as(actor, Role.TENANT_ADMIN)
