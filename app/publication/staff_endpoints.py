"""Officers: what the public would read of a case before they let it, and what is masked in it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import CaseNotFound, IllegalTransition, StaleCase
from app.cases.schemas import RedactIn, VerbOut, verb_answer
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from . import service
from .errors import PhraseNotFound
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
    """Người dân sẽ đọc gì nếu công khai lúc này, chỗ nào đã che và vì sao: lời của cán bộ, hoặc nguyên văn.

    What the public would read if the case were published now, and what is masked in it. Masking is by rule: read it
    before you publish, and correct it by `/redact`. The ETag is the version to send as `If-Match`.
    """
    view = await cases_service.get_case(database, actor, scope, books, code)
    preview = await service.public_preview(database, actor.tenant_id, view, books.catalogue)
    return json_answer(
        public_preview_answer(preview),
        headers={"ETag": version_tag(preview.version), "Cache-Control": "private, no-store"},
    )


@router.post(
    "/cases/{code}/redact",
    response_model=VerbOut,
    responses=problem_responses(
        StaffNeeded,
        SessionExpired,
        Forbidden,
        CaseNotFound,
        IllegalTransition,
        StaleCase,
        VersionNeeded,
        PhraseNotFound,
    ),
)
async def redact_case(
    code: CaseCode,
    body: RedactIn,
    actor: CurrentStaff,
    scope: CurrentScope,
    seen: ExpectedVersion,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
) -> Response:
    """Soát phần che thông tin cá nhân: bỏ che chỗ nhầm, che thêm chỗ sót, xác nhận. Bản công khai theo ngay sau đó.

    Correct and confirm what is masked. The publication follows at once; until then what the rules find is masked. A
    phrase counts wherever it stands in the case's texts, also in those that come later.
    """
    case = await service.redact_case(
        database, clock, actor, scope, books, code, seen=seen, show=body.show, mask=body.mask
    )
    headers = {"ETag": version_tag(case.version), "Cache-Control": "no-store"}
    return json_answer(verb_answer(case, books), headers=headers)
