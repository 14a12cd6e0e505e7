"""What an edit of a calendar or a new target would move, before it is published."""

from __future__ import annotations

from fastapi import APIRouter

from app.cases import service
from app.cases.deps import CurrentBooks
from app.cases.schemas import PreviewOut
from app.deadlines import service as deadlines_service
from app.deadlines.deps import edit_of
from app.deadlines.endpoints import CalendarPath
from app.deadlines.errors import InvalidEdit
from app.deadlines.schemas import CalendarEditIn, TargetIn
from app.directory.errors import AreaOutsideTenant, UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import ReadWork

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.post(
    "/calendars/{code}/preview",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidEdit, UnknownUnit, AreaOutsideTenant),
)
async def preview_calendar_edit(
    code: CalendarPath,
    draft: CalendarEditIn,
    work: ReadWork,
    actor: CurrentStaff,
    books: CurrentBooks,
    database: CurrentDatabase,
) -> PreviewOut:
    """Xem trước: sửa lịch như vậy thì hạn của những vụ việc nào đổi; chưa ghi gì. What an edit would move.

    Nothing is written. `items` are the first hundred; `complete` says whether every running clock was looked at.
    """
    edit = edit_of(draft, actor.tenant_id, code, books.directory)
    trial = await deadlines_service.try_edit(work, actor, edit, calendars=books.calendars)
    found = await service.preview_edit(database, actor.tenant_id, books, trial, now=work.now)
    return PreviewOut.of(found)


@router.post("/targets/preview", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidEdit))
async def preview_target(
    draft: TargetIn, work: ReadWork, actor: CurrentStaff, books: CurrentBooks, database: CurrentDatabase
) -> PreviewOut:
    """Xem trước: áp dụng thời hạn này cho vụ việc đang xử lý thì hạn nào đổi; chưa ghi gì. What a target would move.

    As if it were published with `apply_to_running`. Nothing is written; `overdue` would be over at once.
    """
    codes = {category.code for category in books.catalogue.all(actor.tenant_id)}
    target, trial = await deadlines_service.try_target(
        work, actor, draft.target(actor.tenant_id), calendars=books.calendars, categories=codes
    )
    return PreviewOut.of(await service.preview_target(database, actor.tenant_id, books, trial, target, now=work.now))
