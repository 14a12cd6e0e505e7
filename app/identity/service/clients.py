"""Other systems: who they are, what they may, their keys. Whether an administrator may decide it is asked above."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import Work
from app.identity import domain
from app.identity.errors import ClientRevoked, StaleClient, TooManyClients
from app.identity.models import ApiClient, ApiKey
from app.identity.repository.clients import ClientRepository
from app.identity.terms import Actor, ClientView, NewKey, WantedClient
from app.kit import signing
from app.kit.ids import TenantId, uuid7

MOST_CLIENTS = 200  # of one tenant


async def list_clients(work: Work, tenant_id: TenantId) -> list[ClientView]:
    """All of the tenant's, revoked ones too, oldest first. Two statements."""
    clients = ClientRepository(work, tenant_id)
    rows = await clients.all()
    keys = await clients.keys([row.id for row in rows]) if rows else {}
    return [row.read(keys[row.id]) for row in rows]


async def get_client(work: Work, tenant_id: TenantId, client_id: UUID) -> ClientView:
    """The client. Raises: ClientNotFound."""
    clients = ClientRepository(work, tenant_id)
    return await _viewed(clients, await clients.get(client_id))


async def add_client(work: Work, actor: Actor, wanted: WantedClient, *, environment: str) -> NewKey:
    """A new client with its first key, which is shown once. Raises: TooManyClients, InvalidClient (name taken)."""
    clients = ClientRepository(work, actor.tenant_id)
    if await clients.count() >= MOST_CLIENTS:
        raise TooManyClients
    row = ApiClient(
        tenant_id=actor.tenant_id,
        id=uuid7(work.now),
        version=1,
        revoked_at=None,
        created_at=work.now,
        created_by=actor.staff_id,
    )
    _set(row, wanted, work, actor)
    key, text = _key(work, row, environment)
    await clients.write(row, key)
    _record(work, actor, Action.CLIENT_CREATED, row, key=key.id)
    return NewKey(row.read([key]), text)


async def client_of_portal(work: Work, tenant_id: TenantId, unit_id: UUID) -> ClientView | None:
    """The client that sends for the unit's portal, locked until the transaction ends; None: there is none."""
    clients = ClientRepository(work, tenant_id)
    row = await clients.lock_of_portal(unit_id)
    return await _viewed(clients, row) if row is not None else None


async def change_client(work: Work, actor: Actor, client_id: UUID, wanted: WantedClient, *, seen: int) -> ClientView:
    """The client as wanted now: its limits hold from the next request on.

    Raises: ClientNotFound, ClientRevoked, StaleClient, InvalidClient (name taken).
    """
    clients = ClientRepository(work, actor.tenant_id)
    row = await _locked(clients, client_id, seen)
    _set(row, wanted, work, actor)
    row.version += 1
    await clients.write(row)
    _record(work, actor, Action.CLIENT_CHANGED, row)
    return await _viewed(clients, row)


async def rotate_key(
    work: Work, actor: Actor, client_id: UUID, *, seen: int, overlap: timedelta, environment: str
) -> NewKey:
    """The client with a new key; those before are good for `overlap` more, and none when that is 0.

    Raises: ClientNotFound, ClientRevoked, StaleClient.
    """
    clients = ClientRepository(work, actor.tenant_id)
    row = await _locked(clients, client_id, seen)
    until = work.now + overlap
    for old in (await clients.keys([row.id]))[row.id]:
        old.ends_at = until if old.ends_at is None else min(old.ends_at, until)
    key, text = _key(work, row, environment)
    row.version += 1
    row.updated_at, row.updated_by = work.now, actor.staff_id
    await clients.write(row, key)
    _record(work, actor, Action.CLIENT_KEY_MADE, row, key=key.id)
    return NewKey(await _viewed(clients, row), text)


async def revoke_client(work: Work, actor: Actor, client_id: UUID) -> ClientView:
    """The client without access, at once and for good; once is enough. Raises: ClientNotFound."""
    clients = ClientRepository(work, actor.tenant_id)
    row = await clients.lock(client_id)
    if row.revoked_at is None:
        row.revoked_at, row.version = work.now, row.version + 1
        row.updated_at, row.updated_by = work.now, actor.staff_id
        await clients.write(row)
        _record(work, actor, Action.CLIENT_REVOKED, row)
    return await _viewed(clients, row)


async def _locked(clients: ClientRepository, client_id: UUID, seen: int) -> ApiClient:
    row = await clients.lock(client_id)
    if seen != row.version:
        raise StaleClient(row.version)
    if row.revoked_at is not None:
        raise ClientRevoked
    return row


async def _viewed(clients: ClientRepository, row: ApiClient) -> ClientView:
    return row.read((await clients.keys([row.id]))[row.id])


def _set(row: ApiClient, wanted: WantedClient, work: Work, actor: Actor) -> None:
    row.name, row.contact, row.expires_at = wanted.name, wanted.contact, wanted.expires_at
    row.scopes = sorted(wanted.grant.scopes)
    row.unit_id, row.area_code, row.channel = wanted.grant.unit_id, wanted.grant.area, wanted.grant.channel
    row.portal_unit_id = wanted.grant.portal or row.portal_unit_id  # once of a portal, always of that one
    row.updated_at, row.updated_by = work.now, actor.staff_id


def _key(work: Work, row: ApiClient, environment: str) -> tuple[ApiKey, str]:
    key_id = domain.new_key_id()
    text = domain.new_client_key(environment, TenantId(row.tenant_id), key_id)
    key = ApiKey(
        tenant_id=row.tenant_id,
        id=key_id,
        client_id=row.id,
        key_hash=signing.token_hash(text),
        created_at=work.now,
        ends_at=None,
        last_used_at=None,
    )
    return key, text


def _record(work: Work, actor: Actor, action: Action, row: ApiClient, **details: object) -> None:
    """Into the trail, with what the client may from now on."""
    limits = {
        "scopes": list(row.scopes),
        "unit": str(row.unit_id) if row.unit_id else None,
        "area": row.area_code,
        "expires_at": row.expires_at.isoformat(),
    }
    audit.record(work, actor, action, subject=str(row.id), details={**limits, **details})
