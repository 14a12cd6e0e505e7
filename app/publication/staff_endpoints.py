"""Officers: what the public would read of a case before they let it, and what is masked in it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import AlreadyDone, CaseNotFound, IllegalTransition, StaleCase
from app.cases.schemas import RedactIn, VerbOut, verb_answer
from app.identity.deps import CurrentKeyring, CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from . import service
from .deps import CurrentStores
from .errors import NoSuchPhoto, PhotoDamaged, PhotosNeverPublished, PhraseNotFound
from .schemas import DecidePhotosIn, PhotoListOut, PublicPreviewOut, photos_answer, public_preview_answer

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


@router.get(
    "/cases/{code}/photos",
    response_model=PhotoListOut,
    responses=problem_responses(StaffNeeded, SessionExpired, CaseNotFound),
)
async def list_photos(
    code: CaseCode,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    books: CurrentBooks,
    clock: CurrentClock,
    keys: CurrentKeyring,
) -> Response:
    """Ảnh của vụ việc và ảnh nào mọi người được xem. Photos of the case, and which of them everyone may see.

    None is shown before an officer has decided so by `/decide-photos`. The ETag is the version to send as `If-Match`.
    """
    view = await cases_service.get_case(database, actor, scope, books, code)
    photos = await service.list_photos(database, actor.tenant_id, view)
    category = service.category_of(view, actor.tenant_id, books.catalogue)
    headers = {"ETag": version_tag(view.row["version"]), "Cache-Control": "private, no-store"}
    return json_answer(photos_answer(photos, view.row["version"], category, keys.media, clock.now()), headers=headers)


@router.post(
    "/cases/{code}/decide-photos",
    response_model=VerbOut,
    responses=problem_responses(
        StaffNeeded,
        SessionExpired,
        Forbidden,
        CaseNotFound,
        IllegalTransition,
        AlreadyDone,
        StaleCase,
        VersionNeeded,
        NoSuchPhoto,
        PhotosNeverPublished,
        PhotoDamaged,
    ),
)
async def decide_photos(
    code: CaseCode,
    body: DecidePhotosIn,
    actor: CurrentStaff,
    scope: CurrentScope,
    seen: ExpectedVersion,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    stores: CurrentStores,
) -> Response:
    """Quyết định từng ảnh: công khai, công khai sau khi làm mờ, hoặc không công khai. Decide on photos, each by itself.

    What is blurred is blurred for good in a copy of its own; the original stays private. A new decision ends the one
    before: its address answers 410.
    """
    decisions = [each.decision() for each in body.photos]
    case = await service.decide_photos(
        database, clock, stores, actor, scope, books, code, seen=seen, decisions=decisions, rest=body.withhold_rest
    )
    headers = {"ETag": version_tag(case.version), "Cache-Control": "no-store"}
    return json_answer(verb_answer(case, books), headers=headers)
