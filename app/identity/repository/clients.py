"""Statements on other systems and their keys. What each request needs goes through the lane in one round trip."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.errors import constraint
from app.db.work import Work
from app.identity.errors import ClientNotFound, InvalidClient
from app.identity.models import ApiClient, ApiKey
from app.identity.terms import ClientToken
from app.kit.ids import TenantId
from app.kit.text import Text

_TAKEN = Text("Tỉnh đã có hệ thống mang tên này.", "The province has a client of this name.")

# 0 or 1 row; by the primary keys of key and client.
_FIND = """
SELECT c.id, c.name, c.scopes, c.unit_id, c.area_code, c.channel, c.portal_unit_id,
  LEAST(c.expires_at, k.ends_at) AS expires_at
FROM api_keys k
JOIN api_clients c ON c.tenant_id = k.tenant_id AND c.id = k.client_id
WHERE k.tenant_id = $1 AND k.id = $2 AND k.key_hash = $3 AND (k.ends_at IS NULL OR k.ends_at > $4)
  AND c.revoked_at IS NULL AND c.expires_at > $4
"""
# In the order of their keys, so that two processes never wait for one another crosswise.
_USED = """
WITH used AS (
    SELECT k.tenant_id, k.id, u.at
    FROM unnest($1::integer[], $2::text[], $3::timestamptz[]) AS u (tenant_id, id, at)
    JOIN api_keys k ON k.tenant_id = u.tenant_id AND k.id = u.id
    WHERE k.last_used_at IS NULL OR k.last_used_at < u.at
    ORDER BY k.tenant_id, k.id
    FOR UPDATE OF k
)
UPDATE api_keys k SET last_used_at = used.at FROM used WHERE k.tenant_id = used.tenant_id AND k.id = used.id
"""


async def find_key(db: Database, token: ClientToken, now: datetime) -> Record | None:
    """The client of a key that is good at `now`, and until when; None when it is not. One statement."""
    return await db.lane.fetchrow(_FIND, token.tenant_id, token.key_id, token.hash, now)


async def mark_used(db: Database, used: Mapping[ClientToken, datetime]) -> None:
    """Keep when each key was used last. One statement."""
    tokens = list(used)
    await db.lane.fetch(_USED, [one.tenant_id for one in tokens], [one.key_id for one in tokens], list(used.values()))


class ClientRepository:
    """Statements on the clients of one tenant, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._session = work.session
        self._now = work.now
        self._tenant_id = tenant_id

    async def all(self) -> list[ApiClient]:
        """All of the tenant's, oldest first."""
        found = await self._session.scalars(
            select(ApiClient).where(ApiClient.tenant_id == self._tenant_id).order_by(ApiClient.id)
        )
        return list(found)

    async def count(self) -> int:
        """How many of the tenant's are not revoked."""
        where = select(func.count()).where(ApiClient.tenant_id == self._tenant_id, ApiClient.revoked_at.is_(None))
        return int(await self._session.scalar(where) or 0)

    async def get(self, client_id: UUID) -> ApiClient:
        """The client. Raises: ClientNotFound."""
        row = await self._session.get(ApiClient, (self._tenant_id, client_id))
        if row is None:
            raise ClientNotFound
        return row

    async def lock(self, client_id: UUID) -> ApiClient:
        """The client, locked until the transaction ends. Raises: ClientNotFound."""
        row = await self._session.scalar(
            select(ApiClient).where(ApiClient.tenant_id == self._tenant_id, ApiClient.id == client_id).with_for_update()
        )
        if row is None:
            raise ClientNotFound
        return row

    async def lock_of_portal(self, unit_id: UUID) -> ApiClient | None:
        """The client that sends for the unit's portal, locked; None: there is none that is not revoked."""
        found: ApiClient | None = await self._session.scalar(
            select(ApiClient)
            .where(
                ApiClient.tenant_id == self._tenant_id,
                ApiClient.portal_unit_id == unit_id,
                ApiClient.revoked_at.is_(None),
            )
            .order_by(ApiClient.id)
            .limit(1)
            .with_for_update()
        )
        return found

    async def keys(self, clients: Collection[UUID]) -> dict[UUID, list[ApiKey]]:
        """Keys of the clients that have not ended, the newest first (index ix_api_keys_client). One statement."""
        found: dict[UUID, list[ApiKey]] = {one: [] for one in clients}
        rows = await self._session.scalars(
            select(ApiKey)
            .where(
                ApiKey.tenant_id == self._tenant_id,
                ApiKey.client_id.in_(clients),
                ApiKey.ends_at.is_(None) | (ApiKey.ends_at > self._now),
            )
            .order_by(ApiKey.created_at.desc(), ApiKey.id)
        )
        for row in rows:
            found[row.client_id].append(row)
        return found

    async def write(self, *rows: ApiClient | ApiKey) -> None:
        """Send what was set. Raises: InvalidClient when the name is taken."""
        try:
            for row in rows:
                self._session.add(row)
                await self._session.flush()
        except IntegrityError as error:
            if constraint(error) != "uq_api_clients_name":
                raise
            raise InvalidClient(errors=[{"pointer": "/name", "detail": _TAKEN}]) from error
