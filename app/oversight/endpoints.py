"""Staff: auditors and the province's administrators read who did what."""

from __future__ import annotations

from fastapi import APIRouter

from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from . import service
from .deps import AskedPage
from .schemas import EntryListOut, EntryOut

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get(
    "/audit", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, UnreadableCursor, ForeignCursor)
)
async def list_audit(
    asked: AskedPage, actor: CurrentStaff, database: CurrentDatabase, clock: CurrentClock
) -> EntryListOut:
    """Nhật ký kiểm tra: ai đã làm gì, bị từ chối việc gì; mới nhất trước. The audit trail, newest first.

    An entry appears within seconds, once it is sealed into the chain. That the trail was read is an entry of its own.
    """
    found = await service.list_entries(
        database, actor, asked.wanted, before=asked.before, limit=asked.limit + 1, now=clock.now()
    )
    items = [EntryOut.of(one) for one in found[: asked.limit]]
    return EntryListOut(items=items, next_cursor=asked.following(found))
