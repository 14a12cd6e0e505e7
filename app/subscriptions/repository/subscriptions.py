"""Statements on subscriptions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.db.work import Work
from app.kit.ids import TenantId
from app.kit.text import Text
from app.subscriptions.errors import InvalidSubscription, SubscriptionNotFound
from app.subscriptions.models import SubscriptionRow
from app.subscriptions.terms import Listening, SubscriptionId

_TAKEN = Text("Tỉnh đã có đăng ký mang tên này.", "The province has a subscription of this name.")


class SubscriptionRepository:
    """Statements on the subscriptions of one tenant, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._session = work.session
        self._tenant_id = tenant_id

    async def list(self) -> list[SubscriptionRow]:
        """All of the tenant's, oldest first."""
        found = await self._session.scalars(
            select(SubscriptionRow).where(SubscriptionRow.tenant_id == self._tenant_id).order_by(SubscriptionRow.id)
        )
        return list(found)

    async def count(self) -> int:
        """How many the tenant has."""
        where = select(func.count()).where(SubscriptionRow.tenant_id == self._tenant_id)
        return int(await self._session.scalar(where) or 0)

    async def listening(self) -> tuple[Listening, ...]:
        """What each of the tenant's subscriptions wants, paused ones too: what they miss waits for them."""
        return tuple(Listening(SubscriptionId(row.id), row.interest(), row.from_position) for row in await self.list())

    async def get(self, subscription_id: UUID) -> SubscriptionRow:
        """The subscription. Raises: SubscriptionNotFound."""
        row = await self._session.get(SubscriptionRow, (self._tenant_id, subscription_id))
        if row is None:
            raise SubscriptionNotFound
        return row

    async def find_locked(self, subscription_id: UUID) -> SubscriptionRow | None:
        """The subscription, locked until the transaction ends; None when it was deleted."""
        found: SubscriptionRow | None = await self._session.scalar(
            select(SubscriptionRow)
            .where(SubscriptionRow.tenant_id == self._tenant_id, SubscriptionRow.id == subscription_id)
            .with_for_update()
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
