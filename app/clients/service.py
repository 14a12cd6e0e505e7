"""Verbs on other systems: administrators let them in and out; what they themselves may read, within their limits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from app.cases import service as cases
from app.cases.errors import CaseNotFound
from app.cases.terms import Books, CaseState
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.directory.policies import within_limits
from app.directory.snapshot import Directory
from app.identity import service as identity
from app.identity.errors import InvalidClient
from app.identity.terms import Actor, ClientScope, ClientView, NewKey, WantedClient
from app.kit.ids import UnitId
from app.subscriptions import service as subscriptions
from app.subscriptions.errors import InvalidSubscription
from app.subscriptions.terms import EventPage, Interest, Subscription, Wanted

from . import domain, policies


async def list_clients(work: ReadWork, actor: Actor) -> list[ClientView]:
    """All of the tenant's, oldest first. Raises: Forbidden."""
    policies.may_administer(actor).require()
    return await identity.list_clients(work, actor.tenant_id)


async def get_client(work: Work, actor: Actor, client_id: UUID) -> ClientView:
    """The client. Raises: Forbidden, ClientNotFound."""
    policies.may_administer(actor).require()
    return await identity.get_client(work, actor.tenant_id, client_id)


async def create_client(
    work: Work, actor: Actor, wanted: WantedClient, *, directory: Directory, environment: str
) -> NewKey:
    """A new client with its first key, which is shown once.

    Raises: Forbidden, TooManyClients; InvalidClient with a pointer for each mistake; AreaOutsideTenant.
    """
    policies.may_administer(actor).require()
    _check(work, actor, wanted, directory)
    return await identity.add_client(work, actor, wanted, environment=environment)


async def change_client(
    work: Work, actor: Actor, client_id: UUID, wanted: WantedClient, *, seen: int, directory: Directory
) -> ClientView:
    """The client as wanted now, from its next request on; those of its subscriptions that reach further are paused.

    Raises: as `create_client`, ClientNotFound, ClientRevoked, StaleClient.
    """
    policies.may_administer(actor).require()
    _check(work, actor, wanted, directory)
    changed = await identity.change_client(work, actor, client_id, wanted, seen=seen)
    grant = wanted.grant
    may_subscribe = ClientScope.SUBSCRIPTIONS_MANAGE in grant.scopes

    def keep(interest: Interest) -> bool:
        return may_subscribe and domain.keeps(grant, interest, directory, actor.tenant_id)

    await subscriptions.pause_of_client(work, actor, changed.id, keep)
    return changed


async def rotate_key(
    work: Work, actor: Actor, client_id: UUID, *, seen: int, overlap: timedelta, environment: str
) -> NewKey:
    """The client with a new key, shown once; those before are good for `overlap` more.

    Raises: Forbidden, ClientNotFound, ClientRevoked, StaleClient.
    """
    policies.may_administer(actor).require()
    return await identity.rotate_key(work, actor, client_id, seen=seen, overlap=overlap, environment=environment)


async def revoke_client(work: Work, actor: Actor, client_id: UUID) -> ClientView:
    """The client without access, at once and in every process; its subscriptions are paused.

    Raises: Forbidden, ClientNotFound.
    """
    policies.may_administer(actor).require()
    revoked = await identity.revoke_client(work, actor, client_id)
    await subscriptions.pause_of_client(work, actor, revoked.id, lambda _: False)
    return revoked


def _check(work: Work, actor: Actor, wanted: WantedClient, directory: Directory) -> None:
    errors = domain.mistakes(wanted, work.now)
    if errors:
        raise InvalidClient(errors=errors)
    if wanted.grant.area is not None:
        directory.chain_in(actor.tenant_id, wanted.grant.area)


async def list_cases(
    db: Database,
    actor: Actor,
    books: Books,
    *,
    category: str | None,
    state: CaseState | None,
    area: str | None,
    opened_since: datetime | None,
    before: UUID,
    limit: int,
) -> list[asyncpg.Record]:
    """Up to `limit` cases within the limits of the key, newest first, before an id.

    One statement, none when the area asked for is outside. Raises: UnknownCategory, UnknownArea, AreaOutsideTenant.
    """
    assert actor.grant is not None
    looked_at, possible = domain.area_asked(actor.grant, area, books.directory, actor.tenant_id)
    if not possible:
        return []
    return await cases.cases_page(
        db,
        cases.scope_of(actor, books.directory),
        books,
        category=category,
        state=state,
        area=looked_at,
        code=None,
        opened_since=opened_since,
        before=before,
        limit=limit,
    )


async def get_case(db: Database, actor: Actor, books: Books, code: str) -> dict[str, Any]:
    """The row of the case. Raises: CaseNotFound, also for one outside the limits of the key. One statement."""
    row = await cases.get_row(db, cases.scope_of(actor, books.directory), code)
    areas = [row["area_province"], row["area_district"], row["area_commune"]]
    if not within_limits(actor, books.directory, UnitId(row["unit_id"]), areas):
        raise CaseNotFound
    return row


async def read_events(
    work: ReadWork, actor: Actor, books: Books, *, types: Collection[str], after: int, limit: int
) -> EventPage:
    """What of the next `limit` events after the position the key reaches to. Raises: EventsForgotten, PositionAhead."""
    assert actor.grant is not None
    interest = Interest(frozenset(types), actor.grant.area, None, actor.grant.unit_id)
    return await subscriptions.events_after(
        work,
        actor.tenant_id,
        interest,
        after=after,
        limit=limit,
        directory=books.directory,
        catalogue=books.catalogue,
    )


def within(actor: Actor, wanted: Wanted, directory: Directory) -> Wanted:
    """The subscription as wanted, no further than the key reaches. Raises: InvalidSubscription."""
    return replace(wanted, interest=domain.narrowed(actor, wanted.interest, directory))


async def resume_subscription(work: Work, actor: Actor, subscription_id: UUID, *, directory: Directory) -> Subscription:
    """The subscription active again.

    Raises: Forbidden, SubscriptionNotFound; InvalidSubscription when it reaches further than the key does now.
    """
    assert actor.grant is not None
    found = await subscriptions.get_subscription(work, actor, subscription_id)
    if not domain.keeps(actor.grant, found.interest, directory, actor.tenant_id):
        raise InvalidSubscription
    return await subscriptions.resume_subscription(work, actor, subscription_id)
