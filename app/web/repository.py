"""The statements on answers already given, in the transaction of their effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import CursorResult

from app.db.work import Work
from app.kit.ids import TenantId

from .models import IdempotencyKey, Submission

_TAKEN = 0  # status of a key whose answer is being made in this very transaction; nobody else ever sees it


class AnswerRepository:
    """Statements on the kept answers of one tenant."""

    def __init__(self, work: Work, tenant: TenantId) -> None:
        self._work = work
        self._tenant = tenant

    async def take(self, key: bytes, request: bytes) -> bool:
        """Whether the key is now this transaction's; waits while another transaction holds it. One statement."""
        values = {
            "tenant_id": self._tenant,
            "key_hash": key,
            "request_hash": request,
            "created_at": self._work.now,
            "status": _TAKEN,
            "answer": {},
        }
        taken = insert(IdempotencyKey).values(values).on_conflict_do_nothing().returning(IdempotencyKey.status)
        return await self._work.session.scalar(taken) is not None

    async def keep(self, key: bytes, status: int, answer: dict[str, Any]) -> None:
        """Write the answer to a key that was taken. One statement."""
        await self._work.session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.tenant_id == self._tenant, IdempotencyKey.key_hash == key)
            .values(status=status, answer=answer)
        )

    async def forget(self, before: datetime, limit: int) -> int:
        """Number of answers deleted, the oldest first, all from before the instant. One statement on the index."""
        old = (
            select(IdempotencyKey.key_hash)
            .where(IdempotencyKey.tenant_id == self._tenant, IdempotencyKey.created_at < before)
            .order_by(IdempotencyKey.created_at)
            .limit(limit)
        )
        gone = await self._work.session.execute(
            delete(IdempotencyKey)
            .where(IdempotencyKey.tenant_id == self._tenant, IdempotencyKey.key_hash.in_(old))
            .execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", gone).rowcount

    async def get(self, key: bytes) -> IdempotencyKey:
        """The answer kept under a key that was answered before. One statement."""
        return await self._work.session.get_one(IdempotencyKey, (self._tenant, key))


class SubmissionRepository:
    """Statements on what devices sent in one tenant."""

    def __init__(self, work: Work, tenant: TenantId) -> None:
        self._work = work
        self._tenant = tenant

    async def take(self, submission: UUID, device: bytes, request: bytes) -> bool:
        """Whether the id is now this transaction's; waits while another transaction holds it. One statement."""
        values = {
            "tenant_id": self._tenant,
            "id": submission,
            "device_hash": device,
            "request_hash": request,
            "created_at": self._work.now,
            "status": _TAKEN,
            "answer": {},
        }
        taken = insert(Submission).values(values).on_conflict_do_nothing().returning(Submission.status)
        return await self._work.session.scalar(taken) is not None

    async def keep(self, submission: UUID, status: int, answer: dict[str, Any]) -> None:
        """Write the answer to an id that was taken. One statement."""
        await self._work.session.execute(
            update(Submission)
            .where(Submission.tenant_id == self._tenant, Submission.id == submission)
            .values(status=status, answer=answer)
        )

    async def get(self, submission: UUID) -> Submission:
        """What is kept under an id that was answered before. One statement."""
        return await self._work.session.get_one(Submission, (self._tenant, submission))

    async def forget(self, before: datetime, limit: int) -> int:
        """Number of rows deleted, the oldest first, all from before the instant. One statement on the index."""
        old = (
            select(Submission.id)
            .where(Submission.tenant_id == self._tenant, Submission.created_at < before)
            .order_by(Submission.created_at)
            .limit(limit)
        )
        gone = await self._work.session.execute(
            delete(Submission)
            .where(Submission.tenant_id == self._tenant, Submission.id.in_(old))
            .execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", gone).rowcount
