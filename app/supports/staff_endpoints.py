"""Staff: from how many supporters on a case is urgent. Officers read it, the province's administrators publish it."""

from __future__ import annotations

from fastapi import APIRouter, status

from app.catalogue.deps import CurrentCatalogue
from app.catalogue.errors import UnknownCategory
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .errors import InvalidSupportRule, StaleSupportRule, SupportRuleRace
from .schemas import SupportRuleIn, SupportRuleListOut, SupportRuleOut, SupportRulePreviewOut

router = APIRouter(prefix="/api/v1/staff/support-rules", tags=["staff"])


@router.get("", responses=problem_responses(StaffNeeded, SessionExpired))
async def list_support_rules(work: ReadWork, actor: CurrentStaff) -> SupportRuleListOut:
    """Từ bao nhiêu người cùng gặp thì vụ việc được nâng mức ưu tiên. From how many supporters on a case is raised."""
    return SupportRuleListOut.of(await service.list_rules(work, actor))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        StaffNeeded,
        SessionExpired,
        Forbidden,
        UnknownCategory,
        InvalidSupportRule,
        StaleSupportRule,
        SupportRuleRace,
    ),
)
async def publish_support_rule(
    draft: SupportRuleIn, work: WriteWork, actor: CurrentStaff, catalogue: CurrentCatalogue
) -> SupportRuleOut:
    """Ban hành một phiên bản quy tắc, có căn cứ và ngày hiệu lực. Publish a version of a rule.

    A case meets it when its supporters are counted next. It is raised to a priority once, whatever the number does
    afterwards; its due date stays. See first which it would raise at `/support-rules/preview`.
    """
    rule = await service.publish_rule(work, actor, draft.rule(), catalogue=catalogue, based_on=draft.based_on)
    return SupportRuleOut.of(rule)


@router.post(
    "/preview",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, UnknownCategory, InvalidSupportRule),
)
async def preview_support_rule(
    draft: SupportRuleIn, work: ReadWork, actor: CurrentStaff, catalogue: CurrentCatalogue
) -> SupportRulePreviewOut:
    """Xem trước: quy tắc này nâng những vụ việc nào đang xử lý; chưa ghi gì. Which open cases a rule would raise.

    As if it held now and all were counted now. Nothing is written; what an older rule has raised stays raised.
    """
    found = await service.preview_rule(work, actor, draft.rule(), catalogue=catalogue)
    return SupportRulePreviewOut.of(found)
