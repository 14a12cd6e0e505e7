"""Who may administer subscriptions."""

from __future__ import annotations

from app.identity.policies import Verdict, may_act_as, may_use
from app.identity.terms import Actor, ActorKind, ClientScope, Role


def may_administer(actor: Actor) -> Verdict:
    """The tenant's administrators: what leaves the province is theirs to decide. Another system, by its scope, its own.

    Which are its own is looked to where they are read.
    """
    if actor.kind is ActorKind.CLIENT:
        return may_use(actor, ClientScope.SUBSCRIPTIONS_MANAGE)
    return may_act_as(actor, Role.TENANT_ADMIN)
