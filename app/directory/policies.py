"""Whether the limits of another system's key hold a place. Pure: the directory is in memory."""

from __future__ import annotations

from collections.abc import Collection

from app.identity.terms import Actor
from app.kit.ids import UnitId

from .snapshot import Directory


def within_limits(actor: Actor, directory: Directory, unit_id: UnitId, areas: Collection[str]) -> bool:
    """Whether a matter of the unit in an area is within the actor's limits; without a key there are none.

    `areas`: codes from the province down to the matter's own area.
    """
    grant = actor.grant
    if grant is None:
        return True
    held = grant.unit_id is None or unit_id in directory.subtree(actor.tenant_id, [grant.unit_id])
    return held and (grant.area is None or grant.area in areas)
