"""Statements on what providers told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.db.work import Work
from app.kit.ids import TenantId
from app.payments.models import CallbackRow
from app.payments.terms import Outcome

_TABLE = CallbackRow.__table__
_UNPROVEN = (Outcome.UNSIGNED.value, Outcome.STALE.value)


class CallbackRepository:
    """Statements on the callbacks of one tenant, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = tenant_id

    def put(self, row: dict[str, Any]) -> None:
        """The message is kept, with what it came to, when the work commits."""
        self._work.put(_TABLE, {"tenant_id": self._tenant_id, **row})  # type: ignore[arg-type]

    async def body_of_nonce(self, provider: str, nonce: str) -> bytes | None:
        """Hash of what came with the nonce before, of messages that were signed."""
        found: bytes | None = await self._session.scalar(
            select(CallbackRow.body_hash)
            .where(
                CallbackRow.tenant_id == self._tenant_id,
                CallbackRow.provider == provider,
                CallbackRow.nonce == nonce,
                CallbackRow.outcome.not_in(_UNPROVEN),
            )
            .order_by(CallbackRow.id)
            .limit(1)
        )
        return found

    async def count_unproven(self, since: datetime, most: int) -> int:
        """How many messages nobody has proven since, at most `most` (index ix_payment_callbacks_outcome)."""
        some = (
            select(CallbackRow.id)
            .where(
                CallbackRow.tenant_id == self._tenant_id,
                CallbackRow.outcome.in_(_UNPROVEN),
                CallbackRow.came_at >= since,
            )
            .limit(most)
            .subquery()
        )
        return int(await self._session.scalar(select(func.count()).select_from(some)) or 0)
