"""What an edit of a calendar would move, before it is published."""

from __future__ import annotations

from fastapi import APIRouter

from app.cases import service
from app.cases.deps import CurrentBooks
from app.cases.schemas import PreviewOut
from app.deadlines import service as deadlines_service
from app.deadlines.deps import unit_ids
from app.deadlines.endpoints import CalendarPath
from app.deadlines.errors import InvalidEdit
from app.deadlines.schemas import CalendarEditIn
from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import ReadWork

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.post(
    "/calendars/{code}/preview",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidEdit, UnknownUnit),
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
    edit = draft.edit(actor.tenant_id, code, unit_ids(books.directory, actor.tenant_id, getattr(draft, "units", ())))
    trial = await deadlines_service.try_edit(work, actor, edit, calendars=books.calendars)
    found = await service.preview_edit(database, actor.tenant_id, books.calendars, trial, now=work.now)
    return PreviewOut.of(
        looked=found.looked,
        moved=found.moved,
        later=found.later,
        earlier=found.earlier,
        complete=found.complete,
        moves=found.shown,
    )
