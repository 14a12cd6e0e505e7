"""Drafts of service requests: kept with the account, gone on with on another device."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.identity.deps import CurrentCitizen, CurrentCitizenId, CurrentKeyring, NamedKey
from app.identity.errors import CitizenNeeded, SessionExpired, SignInNeeded, UnreadableToken
from app.media.errors import UploadGone, UploadUnfinished
from app.procedures.errors import RetiredProcedure, UnknownProcedure
from app.service_requests import service
from app.service_requests.deps import CurrentDesk, CurrentRequestBooks, DraftLife
from app.service_requests.errors import DraftNotFound, StaleDraft, TooManyDrafts
from app.service_requests.schemas import DraftIn, DraftListOut, DraftOut, draft_answer
from app.service_requests.terms import DraftId
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.idempotency import Answer, IdempotencyKeyReused, UnreadableIdempotencyKey, answer_once
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

router = APIRouter(prefix="/api/v1/me/service-request-drafts", tags=["service-requests"])
_ACCOUNT = (SignInNeeded, CitizenNeeded, SessionExpired, UnreadableToken)
_PRIVATE = {"Cache-Control": "private, no-store"}
GivenDraft = Annotated[UUID, Path(description="Bản nháp. The draft.")]


def _content(body: DraftIn) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude={"procedure"}, exclude_none=True)


@router.post(
    "",
    status_code=201,
    response_model=DraftOut,
    responses=problem_responses(
        *_ACCOUNT,
        UnknownProcedure,
        RetiredProcedure,
        TooManyDrafts,
        UploadGone,
        UploadUnfinished,
        IdempotencyKeyReused,
        UnreadableIdempotencyKey,
    ),
)
async def begin_draft(
    body: DraftIn,
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    life: DraftLife,  # before the Work: it takes a connection of its own for a moment, and must not wait holding one
    work: WriteWork,
    desk: CurrentDesk,
    key: NamedKey,
) -> Response:
    """Lưu bản nháp mới. Keep a new draft."""

    async def verb() -> Answer:
        draft = await service.begin_draft(
            work,
            desk.keys,
            actor.tenant_id,
            citizen,
            books=desk.books,
            procedure=body.procedure,
            content=_content(body),
        )
        await service.keep_uploads(desk.db, [one.upload for one in body.documents if one.upload], draft, life)
        return Answer(201, DraftOut(**draft_answer(draft, _content(body), desk.books)).model_dump(mode="json"))

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.get("", response_model=DraftListOut, responses=problem_responses(*_ACCOUNT))
async def list_drafts(
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    work: ReadWork,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
) -> Response:
    """Bản nháp của bạn, mới sửa trước. Your drafts, touched last first."""
    drafts = await service.list_drafts(work, actor.tenant_id, citizen)
    items = [draft_answer(one, service.content_of(keys, one), books) for one in drafts]
    return json_answer({"items": items}, headers=_PRIVATE)


@router.get("/{draft}", response_model=DraftOut, responses=problem_responses(*_ACCOUNT, DraftNotFound))
async def get_draft(
    draft: GivenDraft,
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    work: WriteWork,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
) -> Response:
    """Một bản nháp, với phiên bản để lưu tiếp. A draft, with the version to save from."""
    found = await service.get_draft(work, actor.tenant_id, citizen, DraftId(draft))
    answer = draft_answer(found, service.content_of(keys, found), books)
    return json_answer(answer, headers={**_PRIVATE, "ETag": version_tag(found.version)})


@router.put(
    "/{draft}",
    response_model=DraftOut,
    responses=problem_responses(*_ACCOUNT, DraftNotFound, StaleDraft, VersionNeeded, UploadGone, UploadUnfinished),
)
async def save_draft(
    draft: GivenDraft,
    body: DraftIn,
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    life: DraftLife,
    work: WriteWork,
    desk: CurrentDesk,
    seen: ExpectedVersion,
) -> Response:
    """Lưu tiếp bản nháp. Save the draft; a stale `If-Match` overwrites nothing."""
    content = _content(body)
    found = await service.save_draft(
        work, desk.keys, actor.tenant_id, citizen, DraftId(draft), seen=seen, content=content
    )
    await service.keep_uploads(desk.db, [one.upload for one in body.documents if one.upload], found, life)
    answer = draft_answer(found, content, desk.books)
    return json_answer(answer, headers={**_PRIVATE, "ETag": version_tag(found.version)})


@router.delete("/{draft}", status_code=204, responses=problem_responses(*_ACCOUNT, DraftNotFound))
async def end_draft(draft: GivenDraft, actor: CurrentCitizen, citizen: CurrentCitizenId, work: WriteWork) -> Response:
    """Xoá bản nháp. Delete the draft."""
    if not await service.end_draft(work, actor.tenant_id, citizen, DraftId(draft)):
        raise DraftNotFound
    return Response(status_code=204)
