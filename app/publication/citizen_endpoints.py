"""Reading one report: its sender's own view by token or `Tracking-Secret`, else what is public, else 404."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.errors import NoSuchClock
from app.catalogue.errors import UnknownCategory
from app.deadlines.schemas import DeadlineOut
from app.deadlines.terms import TargetKind
from app.directory.errors import (
    AreaOutsideTenant,
    PointNotFinite,
    PointOutsideVietnam,
    PointSwapped,
    PointZero,
    UnknownArea,
)
from app.identity.errors import SessionExpired
from app.letters.errors import LetterNotFound
from app.letters.schemas import LetterListOut, LetterOut
from app.letters.service import letter_of
from app.letters.terms import Letter
from app.reports import service as reports_service
from app.reports.endpoints import ReportCode
from app.reports.errors import PlaceNeeded, ReportNotFound
from app.reports.schemas import (
    OwnReportOut,
    RoutingDecisionOut,
    TimelineOut,
    own_answer,
    public_timeline_answer,
    routing_answer,
    timeline_answer,
)
from app.reports.service import ReportView
from app.web.answers import as_json, json_answer
from app.web.etags import bytes_or_304, content_tag
from app.web.headers import IF_NONE_MATCH, TRACKING_SECRET, read_here
from app.web.hot import HotRoute
from app.web.problems import problem_responses
from app.web.state import database

from . import service
from .deps import Reader, SimilarQuery, about_to_report, read_by
from .schemas import PublicCaseOut, SimilarOut, similar_answer

hot_router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=HotRoute)
router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

_READ = problem_responses(SessionExpired, ReportNotFound)
_BY_SECRET = read_here(TRACKING_SECRET)
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You hold the present answer"}}
Clock = Annotated[
    TargetKind,
    Query(description="Mốc cần giải thích; mặc định là hạn trả lời. Which clock; that of the answer if none."),
]
# One address, two faces: whoever caches must tell the sender from everybody else.
LetterNumber = Annotated[
    str, Path(description="Số thư. Number of the letter.", max_length=60, examples=["01-TXL-H23-261122-0042"])
]
_OWN_ONLY = {"Cache-Control": "private, no-store"}
_CREDENTIALS = "Authorization, Tracking-Secret, Accept-Language"


@hot_router.get(
    "/similar",
    response_model=SimilarOut,
    responses=problem_responses(
        UnknownCategory,
        PlaceNeeded,
        UnknownArea,
        AreaOutsideTenant,
        PointNotFinite,
        PointZero,
        PointSwapped,
        PointOutsideVietnam,
    ),
)
async def list_similar(request: Request, query: Annotated[SimilarQuery, Query()]) -> Response:
    """Việc tương tự đang xử lý gần đó, để khỏi gửi lại. Open public cases nearby that are probably the same matter.

    Ask before sending a report. Likeliest first, each with its reasons: metres, days, words in common. At most five,
    of the hundred nearest within 300 metres that were opened in the last 120 days; diacritics, remnants of Telex or
    VNI, common abbreviations and slips of the finger do not matter. Without a point name the commune as `area` and the
    words as `q`: then of the open cases of that commune, by words, category and time. `waiting` says roughly how many
    more of the group nobody has looked at yet.
    """
    of = await about_to_report(request, query)
    db = await database(request)
    found = await service.similar_to(db, of.tenant, of.point, of.area, text=query.q, category=of.category, now=of.now)
    waiting = await service.count_waiting(db, of.catalogue, of.tenant, of.point, of.commune, query.category, now=of.now)
    return Response(
        similar_answer(found, waiting), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@hot_router.get(
    "/{code}",
    response_model=OwnReportOut | PublicCaseOut,
    responses={**_READ, **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH, TRACKING_SECRET),
)
async def get_report(code: ReportCode, request: Request) -> Response:
    """Phản ánh của bạn (kèm mã theo dõi hoặc đăng nhập), hoặc phần công khai. Your own report, or its public face."""
    reader = await read_by(request)
    own = await _own(reader, code)
    if own is None:
        content, etag = await _public(reader, code)
        return bytes_or_304(content, etag, reader.held, vary=_CREDENTIALS)
    answer = own_answer(
        own.row, own.entries, reader.books, tenant_id=reader.actor.tenant_id, now=reader.now, lang=reader.lang
    )
    content = as_json(answer)
    return bytes_or_304(content, content_tag(content), reader.held, private=True, vary=_CREDENTIALS)


async def _own(reader: Reader, code: str) -> ReportView | None:
    """The report as its sender sees it, None for anyone else."""
    return await reports_service.find_own(reader.database, reader.actor, code, reader.secret)


async def _public(reader: Reader, code: str) -> tuple[bytes, str]:
    """Stored bytes and ETag of the public case. Raises: ReportNotFound."""
    found = await service.public_body(reader.database, reader.actor.tenant_id, code)
    if found is None:
        raise ReportNotFound
    return found


@router.get("/{code}/timeline", response_model=TimelineOut, responses=_READ, openapi_extra=_BY_SECRET)
async def get_timeline(code: ReportCode, request: Request) -> Response:
    """Quá trình xử lý mà bạn được xem. The history you may read."""
    reader = await read_by(request)
    own = await _own(reader, code)
    if own is None:
        public = orjson.loads((await _public(reader, code))[0])
        return json_answer(public_timeline_answer(public["timeline"], reader.lang))
    return json_answer(timeline_answer(own.entries, reader.books, reader.lang))


async def _visible(reader: Reader, code: str) -> tuple[dict[str, Any], bool]:
    """The report with its case, when it is the actor's own, in an officer's scope, or public; whether it is but public.

    One that is hidden costs the same two statements as one that does not exist. Raises: ReportNotFound.
    """
    actor = reader.actor
    row = await reports_service.find_facts(reader.database, actor.tenant_id, code)
    if row is not None and (
        reports_service.owns(actor, reader.secret, citizen_id=row["citizen_id"], tracking=row["tracking_hash"])
        or row["unit_id"] in cases_service.scope_of(actor, reader.books.directory).units
    ):
        return row, False
    await _public(reader, code)
    if row is None:
        raise ReportNotFound
    return row, True


@router.get(
    "/{code}/deadline",
    response_model=DeadlineOut,
    responses={**_READ, **problem_responses(NoSuchClock)},
    openapi_extra=_BY_SECRET,
)
async def get_deadline(code: ReportCode, request: Request, clock: Clock = TargetKind.RESOLUTION) -> Response:
    """Hạn trả lời và cách tính từng ngày. When the answer is due, and how every day on the way was counted.

    `clock` explains another clock of the case in the same way, such as `approval`, which the public is not shown.
    """
    reader = await read_by(request)
    row, but_public = await _visible(reader, code)
    if but_public and clock is TargetKind.APPROVAL:
        raise NoSuchClock
    told = cases_service.tell_deadline(row, reader.books, now=reader.now, which=clock)
    answer = DeadlineOut.of(
        told.deadline,
        told.explanation,
        target=told.target,
        milestones=[one for one in told.milestones if not but_public or one.target.kind is not TargetKind.APPROVAL],
        received_at=told.received_at,
        overdue=told.overdue,
        told=not but_public,
        which=told.which,
        now=reader.now,
    )
    return Response(answer.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


async def _letters(reader: Reader, code: str) -> list[Letter]:
    """Letters that whoever asks may read. Raises: ReportNotFound."""
    units = cases_service.scope_of(reader.actor, reader.books.directory).units
    return await reports_service.find_letters(reader.database, reader.actor, code, reader.secret, units=units)


@router.get("/{code}/letters", response_model=LetterListOut, responses=_READ, openapi_extra=_BY_SECRET)
async def list_letters(code: ReportCode, request: Request) -> Response:
    """Thư xin lỗi đã gửi cho bạn về phản ánh này. Letters that were sent about your report; for officers too."""
    reader = await read_by(request)
    letters = await _letters(reader, code)
    return json_answer(LetterListOut.of(letters, reader.lang).model_dump(), headers=_OWN_ONLY)


@router.get(
    "/{code}/letters/{number}",
    response_model=LetterOut,
    responses={**_READ, **problem_responses(LetterNotFound)},
    openapi_extra=_BY_SECRET,
)
async def get_letter(code: ReportCode, number: LetterNumber, request: Request) -> Response:
    """Một lá thư, nguyên văn như khi gửi, kèm mã kiểm tra. One letter as it was sent, with its checksum."""
    reader = await read_by(request)
    letter = letter_of(await _letters(reader, code), number)
    return json_answer(LetterOut.of(letter, reader.lang).model_dump(), headers=_OWN_ONLY)


@router.get("/{code}/routing", response_model=RoutingDecisionOut, responses=_READ, openapi_extra=_BY_SECRET)
async def get_routing(code: ReportCode, request: Request) -> Response:
    """Vì sao đơn vị này chịu trách nhiệm. Why this unit is responsible."""
    reader = await read_by(request)
    row, _ = await _visible(reader, code)
    return json_answer(routing_answer(orjson.loads(row["routing"])))
