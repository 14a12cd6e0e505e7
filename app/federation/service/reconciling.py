"""Laying what both sides hold side by side: digests of days first, lines of those days that differ after that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.db.engine import Database
from app.db.work import read_work
from app.federation import domain, policies, repository
from app.federation.errors import NeighbourAway
from app.federation.senders import Wire
from app.federation.terms import Digests, Line, Neighbour, Reconciliation, Reply
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit.clock import Clock
from app.kit.ids import TenantId

from .keys import open_secret
from .sending import ask

Days = dict[date, list[Line]]


async def lines_of(
    db: Database, tenant_id: TenantId, neighbour_id: UUID, since: date, until: date, zone: ZoneInfo
) -> Days:
    """Consignments by the local day on which the giver began them, both days with them. One statement."""
    begin = datetime.combine(since, time.min, zone)
    end = datetime.combine(until + timedelta(days=1), time.min, zone)
    found: Days = defaultdict(list)
    for at, line in await repository.list_lines(db, tenant_id, neighbour_id, begin, end):
        found[at.astimezone(zone).date()].append(line)
    return dict(found)


async def digests_for(
    db: Database, neighbour: Neighbour, since: date, until: date, zone: ZoneInfo, days: Sequence[date]
) -> tuple[dict[date, str], Days]:
    """For the neighbour: the digest of every day with consignments, and the lines of the days it names."""
    found = await lines_of(db, neighbour.tenant_id, neighbour.id, since, until, zone)
    return {day: domain.digest(lines) for day, lines in found.items()}, {day: found.get(day, []) for day in days}


async def reconcile(
    db: Database,
    clock: Clock,
    actor: Actor,
    neighbour_id: UUID,
    since: date,
    until: date,
    *,
    zone: ZoneInfo,
    keys: Keyring,
    wire: Wire,
) -> Reconciliation:
    """What both sides do not agree on; nothing of the database is held while the other side is asked.

    Raises: Forbidden, NeighbourNotFound, NeighbourAway.
    """
    policies.may_administer(actor).require()
    async with read_work(db, clock, actor.tenant_id) as work:
        neighbour = (await repository.get(work, actor.tenant_id, neighbour_id)).read()
        now = work.now
    secret = open_secret(keys, neighbour)
    ours = await lines_of(db, actor.tenant_id, neighbour_id, since, until, zone)
    span = {"since": since.isoformat(), "until": until.isoformat()}
    first = _said(await ask(wire, neighbour, secret, "digest", {**span, "days": []}, now))
    theirs = {day: sha256 for day, sha256 in first.digests.items() if since <= day <= until}
    differing = sorted(
        day for day in {*ours, *theirs} if theirs.get(day) != (domain.digest(ours[day]) if day in ours else None)
    )
    there: Mapping[date, Sequence[Line]] = {}
    if differing:
        named = [day.isoformat() for day in differing]
        there = _said(await ask(wire, neighbour, secret, "digest", {**span, "days": named}, now)).lines
    return domain.compared(
        ours,
        there,
        days=(until - since).days + 1,
        waiting=neighbour.written - neighbour.told,
        their_waiting=max(0, first.written - neighbour.heard),
    )


def _said(reply: Reply) -> Digests:
    """What the neighbour says it holds. Raises: NeighbourAway, also for what is no such answer."""
    if not reply.ok:
        raise NeighbourAway
    try:
        return domain.read_digests(reply.body)
    except ValueError as error:
        raise NeighbourAway from error
