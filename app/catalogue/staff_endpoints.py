"""Staff: what people may report, and from when to when; officers read it, the province's administrators publish it."""

from __future__ import annotations

from fastapi import APIRouter, status

from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.clock import local_day
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import CategoryPath
from .errors import CategoryNotFound, InvalidCategory, StaleCategory
from .schemas import CategoryIn, CategoryVersionIn, CategoryVersionOut, KeptCategoryListOut

router = APIRouter(prefix="/api/v1/staff/categories", tags=["staff"])


@router.get("", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden))
async def list_kept_categories(work: ReadWork, actor: CurrentStaff) -> KeptCategoryListOut:
    """Mọi lĩnh vực của tỉnh, cả lĩnh vực đã thôi nhận, với các phiên bản. All categories with their versions."""
    return KeptCategoryListOut.of(await service.list_kept(work, actor))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidCategory),
)
async def add_category(
    draft: CategoryIn, work: WriteWork, actor: CurrentStaff, directory: CurrentDirectory
) -> CategoryVersionOut:
    """Thêm một lĩnh vực, hoặc một nhóm; mã có dấu chấm là lĩnh vực của nhóm đứng trước. Add a category, or a group.

    Reports may name it from `valid_from` on, at once when that is not said. See first who would get them at
    `/categories/preview`. Later changes of its words and days are versions of it.
    """
    today = local_day(work.now, directory.tenant(actor.tenant_id).time_zone)
    return CategoryVersionOut.of(await service.add_category(work, actor, draft.new(), today=today))


@router.post(
    "/{category}",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        StaffNeeded, SessionExpired, Forbidden, CategoryNotFound, InvalidCategory, StaleCategory
    ),
)
async def publish_category(
    category: CategoryPath,
    draft: CategoryVersionIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> CategoryVersionOut:
    """Ban hành một phiên bản của lĩnh vực: tên đổi ngay, được chọn từ ngày đến ngày. Publish a version of a category.

    Its words hold at once; reports may name it from `valid_from` to `valid_to`, both included. Cases keep it whatever
    becomes of it. See first what it means at `/categories/{category}/preview`.
    """
    today = local_day(work.now, directory.tenant(actor.tenant_id).time_zone)
    published = await service.publish_version(
        work, actor, category, draft.wanted(), today=today, based_on=draft.based_on
    )
    return CategoryVersionOut.of(published)
