"""Statements on drafts: each is one person's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from app.db.work import Work
from app.kit.ids import CitizenId, TenantId
from app.service_requests.errors import DraftNotFound
from app.service_requests.models import RequestDraft
from app.service_requests.terms import DraftId


class DraftRepository:
    """Statements on the drafts of one account."""

    def __init__(self, work: Work, tenant_id: TenantId, citizen_id: CitizenId) -> None:
        self._session = work.session
        self._own = (RequestDraft.tenant_id == tenant_id, RequestDraft.citizen_id == citizen_id)

    async def lock(self, draft_id: DraftId) -> RequestDraft:
        """The draft, locked. Raises: DraftNotFound, also for somebody else's."""
        found = await self._session.scalar(
            select(RequestDraft).where(*self._own, RequestDraft.id == draft_id).with_for_update()
        )
        if found is None:
            raise DraftNotFound
        return found

    async def count(self) -> int:
        """How many there are."""
        return await self._session.scalar(select(func.count()).select_from(RequestDraft).where(*self._own)) or 0

    def add(self, draft: RequestDraft) -> None:
        """Keep a new one."""
        self._session.add(draft)

    async def end(self, draft_id: DraftId) -> bool:
        """Whether there was one; there is no more. One statement."""
        gone = delete(RequestDraft).where(*self._own, RequestDraft.id == draft_id).returning(RequestDraft.id)
        return await self._session.scalar(gone) is not None


async def list_drafts(work: Work, tenant_id: TenantId, citizen_id: CitizenId, limit: int) -> Sequence[RequestDraft]:
    """The account's drafts, touched last first. One statement."""
    found = await work.session.scalars(
        select(RequestDraft)
        .where(RequestDraft.tenant_id == tenant_id, RequestDraft.citizen_id == citizen_id)
        .order_by(RequestDraft.updated_at.desc())
        .limit(limit)
    )
    return found.all()
