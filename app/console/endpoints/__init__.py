"""The pages of the officers' door."""

from __future__ import annotations

from fastapi import APIRouter

from . import (
    absences,
    account,
    administration,
    answers,
    blocks,
    calendar,
    case,
    catalogue,
    categories,
    clients,
    days,
    deputies,
    figures,
    held,
    invitation,
    kept,
    limits,
    mapping,
    members,
    merging,
    money,
    neighbours,
    new_category,
    partners,
    photos,
    portals,
    provider,
    queue,
    redactions,
    requests,
    retention,
    rulebook,
    second_step,
    senders,
    session,
    stream,
    subscriptions,
    support_rules,
    taking_in,
    targets,
    trail,
    wall,
)

router = APIRouter(include_in_schema=False)
PARTS = (
    session,
    provider,
    invitation,
    account,
    deputies,
    members,
    absences,
    administration,
    trail,
    limits,
    clients,
    retention,
    second_step,
    money,
    new_category,  # before the categories, which would take its address for one of theirs
    categories,
    rulebook,
    targets,
    support_rules,
    neighbours,
    partners,
    subscriptions,
    queue,
    kept,
    answers,
    wall,
    mapping,
    redactions,
    held,
    blocks,
    stream,
    calendar,
    days,
    figures,
    taking_in,
    catalogue,
    requests,
    senders,  # these two before the case, which would take their address for one of its verbs
    photos,
    merging,
    case,
)
for part in PARTS:
    router.include_router(part.router)
for part_of_portals in (portals.router, portals.unit_router, portals.due_router):
    router.include_router(part_of_portals)

__all__ = ["router"]
