"""Papers that were handed out on a service request, and the signatures in its result: for applicant and offices."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path
from starlette.responses import Response

from app.cases.deps import CurrentScope
from app.identity.deps import CurrentActor, CurrentKeyring, CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.media.deps import CurrentStore
from app.papers.deps import CurrentDesk as PaperDesk, CurrentSignatureReader, paper_file
from app.papers.errors import DeskBusy, PaperNotFound, SignaturesUnreadable
from app.papers.schemas import SignatureOut
from app.papers.service import paper_of
from app.service_requests import service
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.errors import RequestFileNotFound, RequestNotFound
from app.service_requests.schemas import PaperListOut, SignatureListOut, papers_answer
from app.web.answers import json_answer
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from .parameters import RequestCode, TrackingSecret

router = APIRouter(prefix="/api/v1", tags=["service-requests"])
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,60}$", description="Số giấy. Number of the paper.")]
FileId = Annotated[UUID, Path(description="Tệp kết quả. A file of the result.")]
IfNoneMatch = Annotated[str | None, Header()]
_PRIVATE = {"Cache-Control": "private, no-store"}
_OWN = problem_responses(SessionExpired, RequestNotFound)
_STAFF = problem_responses(StaffNeeded, SessionExpired, RequestNotFound)
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


@router.get("/service-requests/{code}/papers", response_model=PaperListOut, responses=_OWN)
async def list_own_papers(
    code: RequestCode,
    actor: CurrentActor,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Giấy đã cấp cho hồ sơ: tiếp nhận và hẹn trả, yêu cầu bổ sung, xin lỗi, kết quả. Papers you were given."""
    view = await service.find_own(database, keys, books, actor, code, tracking_secret)
    papers = await service.papers_of(database, view)
    return json_answer(papers_answer(papers, f"/api/v1/service-requests/{code}/papers"), headers=_PRIVATE)


@router.get(
    "/service-requests/{code}/papers/{number}",
    response_class=Response,
    responses={**_OWN, **problem_responses(PaperNotFound, DeskBusy), **_PDF},
)
async def get_own_paper(
    code: RequestCode,
    number: Number,
    actor: CurrentActor,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
    papers: PaperDesk,
    clock: CurrentClock,
    tracking_secret: TrackingSecret = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Một giấy, dạng PDF/A. One paper, as PDF/A."""
    view = await service.find_own(database, keys, books, actor, code, tracking_secret)
    paper = paper_of(await service.papers_of(database, view), number)
    return await paper_file(papers, database, paper, if_none_match, clock.now())


@router.get(
    "/service-requests/{code}/files/{file}/signatures",
    response_model=SignatureListOut,
    responses={**_OWN, **problem_responses(RequestFileNotFound, SignaturesUnreadable, DeskBusy)},
)
async def list_signatures(
    code: RequestCode,
    file: FileId,
    actor: CurrentActor,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
    store: CurrentStore,
    reader: CurrentSignatureReader,
    clock: CurrentClock,
    lang: CurrentLang,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Chữ ký số trong tệp kết quả: ai ký, lúc nào, còn nguyên không. Who has signed the result."""
    view = await service.find_own(database, keys, books, actor, code, tracking_secret)
    seen = await reader.signatures_of(await service.signed_file(store, view, file), clock.now())
    items = [SignatureOut.of(one, lang).model_dump() for one in seen]
    return json_answer({"items": items}, headers=_PRIVATE)


@router.get("/staff/service-requests/{code}/papers", response_model=PaperListOut, responses=_STAFF, tags=["staff"])
async def list_papers(
    code: RequestCode,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
    clock: CurrentClock,
) -> Response:
    """Giấy đã cấp cho hồ sơ. Papers that were handed out."""
    view = await service.get_for_staff(database, keys, books, actor, scope, code, now=clock.now())
    papers = await service.papers_of(database, view)
    return json_answer(papers_answer(papers, f"/api/v1/staff/service-requests/{code}/papers"), headers=_PRIVATE)


@router.get(
    "/staff/service-requests/{code}/papers/{number}",
    response_class=Response,
    responses={**_STAFF, **problem_responses(PaperNotFound, DeskBusy), **_PDF},
    tags=["staff"],
)
async def get_paper(
    code: RequestCode,
    number: Number,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
    papers: PaperDesk,
    clock: CurrentClock,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Một giấy, dạng PDF/A, để in. One paper, as PDF/A, to be printed."""
    view = await service.get_for_staff(database, keys, books, actor, scope, code, now=clock.now())
    paper = paper_of(await service.papers_of(database, view), number)
    return await paper_file(papers, database, paper, if_none_match, clock.now())
