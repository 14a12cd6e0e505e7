"""Staff: auditors and the province's administrators read who did what, and decide how much may be asked for."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.limits.errors import StaleLimit, UnknownLimit
from app.limits.terms import Limited, Per
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import AskedPage
from .schemas import EntryListOut, EntryOut, LimitIn, LimitListOut, LimitOut

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get(
    "/audit",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, UnknownUnit, UnreadableCursor, ForeignCursor),
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


@router.get("/limits", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden))
async def list_limits(work: ReadWork, actor: CurrentStaff) -> LimitListOut:
    """Giới hạn của tỉnh: mỗi người, địa chỉ, mạng gửi được bao nhiêu. How much each may send: a person, a network."""
    return LimitListOut(items=[LimitOut.of(one) for one in await service.list_limits(work, actor)])


@router.put(
    "/limits/{what}/{per}",
    responses=problem_responses(
        StaffNeeded, SessionExpired, Forbidden, UnknownLimit, StaleLimit, UnreadableIfMatch, VersionNeeded
    ),
)
async def set_limit(
    what: Limited,
    per: Per,
    wanted: LimitIn,
    work: WriteWork,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    response: Response,
) -> LimitOut:
    """Đổi một giới hạn, có hiệu lực ngay ở mọi tiến trình; cần `If-Match`. Change a limit, at once in all processes."""
    found = await service.set_limit(work, actor, what, per, most=wanted.most, window_s=wanted.window_s, seen=seen)
    response.headers["ETag"] = version_tag(found.version)
    return LimitOut.of(found)
