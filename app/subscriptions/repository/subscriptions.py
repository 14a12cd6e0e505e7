"""Statements on subscriptions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, literal, select
from sqlalchemy.exc import IntegrityError

from app.db.work import Work
from app.identity.models import ApiClient
from app.identity.terms import ClientScope
from app.kit.ids import ClientId, TenantId
from app.kit.text import Text
from app.subscriptions.errors import InvalidSubscription, SubscriptionNotFound
from app.subscriptions.models import SubscriptionRow
from app.subscriptions.terms import Listening, SubscriptionId

_TAKEN = Text("Tỉnh đã có đăng ký mang tên này.", "The province has a subscription of this name.")


class SubscriptionRepository:
    """Statements on the subscriptions of one tenant, in the caller's transaction; with `client` on its own only."""

    def __init__(self, work: Work, tenant_id: TenantId, client: ClientId | None = None) -> None:
        self._session = work.session
        self._now = work.now
        self._tenant_id = tenant_id
        self._client = client

    def _seen(self) -> list[ColumnElement[bool]]:
        """Which are there for whoever asks."""
        own = [] if self._client is None else [SubscriptionRow.client_id == self._client]
        return [SubscriptionRow.tenant_id == self._tenant_id, *own]

    async def list(self) -> list[SubscriptionRow]:
        """All, oldest first."""
        found = await self._session.scalars(select(SubscriptionRow).where(*self._seen()).order_by(SubscriptionRow.id))
        return list(found)

    async def count(self) -> int:
        """How many there are."""
        where = select(func.count()).select_from(SubscriptionRow).where(*self._seen())
        return int(await self._session.scalar(where) or 0)

    async def listening(self) -> tuple[Listening, ...]:
        """What each of the tenant's subscriptions wants, paused ones too: what they miss waits for them.

        Those of other systems whose access has ended, or no longer reaches so far, hear nothing more. One statement.
        """
        found = await self._session.scalars(
            select(SubscriptionRow)
            .outerjoin(
                ApiClient,
                (ApiClient.tenant_id == SubscriptionRow.tenant_id) & (ApiClient.id == SubscriptionRow.client_id),
            )
            .where(
                *self._seen(),
                SubscriptionRow.client_id.is_(None)
                | (
                    ApiClient.revoked_at.is_(None)
                    & (ApiClient.expires_at > self._now)
                    & (literal(ClientScope.SUBSCRIPTIONS_MANAGE.value) == any_(ApiClient.scopes))
                ),
            )
            .order_by(SubscriptionRow.id)
        )
        return tuple(Listening(SubscriptionId(row.id), row.interest(), row.from_position) for row in found)

    async def get(self, subscription_id: UUID) -> SubscriptionRow:
        """The subscription. Raises: SubscriptionNotFound."""
        row: SubscriptionRow | None = await self._session.scalar(
            select(SubscriptionRow).where(*self._seen(), SubscriptionRow.id == subscription_id)
        )
        if row is None:
            raise SubscriptionNotFound
        return row

    async def find_locked(self, subscription_id: UUID) -> SubscriptionRow | None:
        """The subscription, locked until the transaction ends; None when it was deleted."""
        found: SubscriptionRow | None = await self._session.scalar(
            select(SubscriptionRow).where(*self._seen(), SubscriptionRow.id == subscription_id).with_for_update()
        )
        return found

    async def lock(self, subscription_id: UUID) -> SubscriptionRow:
        """The subscription, locked until the transaction ends. Raises: SubscriptionNotFound."""
        row = await self.find_locked(subscription_id)
        if row is None:
            raise SubscriptionNotFound
        return row

    async def next_replay(self) -> SubscriptionRow | None:
        """A subscription with a replay under way, locked; None when there is none or another worker has it."""
        found: SubscriptionRow | None = await self._session.scalar(
            select(SubscriptionRow)
            .where(SubscriptionRow.tenant_id == self._tenant_id, SubscriptionRow.replay_position.is_not(None))
            .order_by(SubscriptionRow.updated_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return found

    async def write(self, row: SubscriptionRow) -> None:
        """Send what was set. Raises: InvalidSubscription when the name is taken."""
        self._session.add(row)
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "uq_subscriptions" not in str(error.orig):
                raise
            raise InvalidSubscription(errors=[{"pointer": "/name", "detail": _TAKEN}]) from error

    async def delete(self, row: SubscriptionRow) -> None:
        """Delete the subscription; its deliveries go later."""
        await self._session.delete(row)
        await self._session.flush()
