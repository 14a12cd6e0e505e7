"""Officers: what the public would read of a case, before they let it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import CaseNotFound
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.web.answers import json_answer
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase

from . import service
from .schemas import PublicPreviewOut, public_preview_answer

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get(
    "/cases/{code}/public-preview",
    response_model=PublicPreviewOut,
    responses=problem_responses(StaffNeeded, SessionExpired, CaseNotFound),
)
async def preview_public_case(
    code: CaseCode, actor: CurrentStaff, scope: CurrentScope, database: CurrentDatabase, books: CurrentBooks
) -> Response:
    """Người dân sẽ đọc gì nếu công khai lúc này: lời của cán bộ, hoặc nguyên văn đã che thông tin cá nhân.

    What the public would read if the case were published now. Masking is by rule: read it before you publish.
    """
    view = await cases_service.get_case(database, actor, scope, books, code)
    return json_answer(
        public_preview_answer(await service.public_preview(database, actor.tenant_id, view)),
        headers={"Cache-Control": "private, no-store"},
    )
