"""What another version of a category, a new one, or other routing rules would do, before they are published."""

from __future__ import annotations

from fastapi import APIRouter

from app.cases import service
from app.cases.deps import CurrentBooks
from app.cases.schemas import CategoryPreviewOut, NewCategoryPreviewOut, RulebookPreviewOut
from app.catalogue import service as catalogue_service
from app.catalogue.deps import CategoryPath
from app.catalogue.errors import CategoryNotFound, InvalidCategory
from app.catalogue.schemas import CategoryIn, CategoryVersionIn
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.clock import local_day
from app.kit.problems import Forbidden
from app.routing import service as routing_service
from app.routing.errors import InvalidRulebook
from app.routing.schemas import RulebookIn
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import ReadWork

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.post(
    "/categories/preview", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidCategory)
)
async def preview_new_category(
    draft: CategoryIn, work: ReadWork, actor: CurrentStaff, books: CurrentBooks
) -> NewCategoryPreviewOut:
    """Xem trước: lĩnh vực mới thì phản ánh từ đâu sẽ đến đơn vị nào, phải xong trong bao lâu; chưa ghi gì.

    What a new category would do: who would get its reports, and how long they would have. Nothing is written.
    """
    new, today = draft.new(), local_day(work.now, books.directory.tenant(actor.tenant_id).time_zone)
    trial = catalogue_service.try_category(actor, new, catalogue=books.catalogue, today=today)
    found = service.preview_new_category(actor.tenant_id, books, trial, new.code, now=work.now)
    return NewCategoryPreviewOut.of(found, books.directory, actor.tenant_id)


@router.post(
    "/categories/{category}/preview",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, CategoryNotFound, InvalidCategory),
)
async def preview_category(
    category: CategoryPath,
    draft: CategoryVersionIn,
    work: ReadWork,
    actor: CurrentStaff,
    books: CurrentBooks,
    database: CurrentDatabase,
) -> CategoryPreviewOut:
    """Xem trước: phiên bản này thì người dân không còn chọn được gì, còn bao nhiêu vụ việc. What a version would do.

    Nothing is written; cases that are here keep their category, who holds them and when they are due.
    """
    tenant = books.directory.tenant(actor.tenant_id)
    trial = catalogue_service.try_version(
        actor, category, draft.wanted(), catalogue=books.catalogue, today=local_day(work.now, tenant.time_zone)
    )
    found = await service.preview_category(database, actor.tenant_id, books, trial, category, now=work.now)
    return CategoryPreviewOut.of(found)


@router.post("/rulebooks/preview", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidRulebook))
async def preview_rulebook(
    draft: RulebookIn, work: ReadWork, actor: CurrentStaff, books: CurrentBooks, database: CurrentDatabase
) -> RulebookPreviewOut:
    """Xem trước: theo quy tắc này thì vụ việc nào đang xử lý sẽ đến đơn vị khác; chưa ghi gì. What rules would do.

    Each open case as if it came in during the first week the rules hold, on its own weekday, at its own time of day.
    Nothing is written, and no case moves; `complete` says whether every one was looked at.
    """
    trial, start = await routing_service.try_rulebook(
        work,
        actor,
        [shape.rule() for shape in draft.rules],
        directory=books.directory,
        catalogue=books.catalogue,
        valid_from=draft.valid_from,
    )
    found = await service.preview_rulebook(database, actor.tenant_id, books, trial, start=start)
    return RulebookPreviewOut.of(found, start, books, actor.tenant_id)
