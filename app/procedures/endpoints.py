"""Everyone: which procedures there are, what each asks for, and whether a form is filled in right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from app.catalogue.deps import CurrentCatalogue
from app.directory.deps import CurrentDirectory
from app.directory.errors import AreaOutsideTenant, UnknownArea
from app.kit.clock import local_day
from app.kit.text import Lang
from app.web.cursors import make_cursor, read_cursor
from app.web.etags import bytes_or_304, content_tag
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock
from app.web.tenancy import CurrentTenant

from . import service
from .deps import AskedPlace, CurrentProcedures
from .errors import InvalidFormAnswers, ProcedureNotFound, RetiredProcedure, UnknownProcedure
from .schemas import AnswersIn, CheckedOut, ProcedureOut, ProcedurePageOut, ProcedureSummaryOut
from .snapshot import Found
from .terms import LifeEvent

router = APIRouter(prefix="/api/v1/procedures", tags=["procedures"])

_MAX_AGE_S = 300
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You hold the present answer"}}
IfNoneMatch = Annotated[str | None, Header(description="ETag of the answer you hold")]
CodePath = Annotated[str, Path(description="Code of a procedure", examples=["1.004873"], max_length=100)]
Words = Annotated[
    str | None, Query(max_length=100, description="Words; case and diacritics do not matter", examples=["khai sinh"])
]
Event = Annotated[LifeEvent | None, Query(description="Only those of this occasion in people's lives")]


@router.get(
    "",
    response_model=ProcedurePageOut,
    responses={**problem_responses(UnknownArea, AreaOutsideTenant), **_UNCHANGED},
)
async def list_procedures(
    procedures: CurrentProcedures,
    directory: CurrentDirectory,
    catalogue: CurrentCatalogue,
    tenant: CurrentTenant,
    lang: CurrentLang,
    clock: CurrentClock,
    chain: AskedPlace,
    q: Words = None,
    life_event: Event = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most items of a page")] = 50,
    cursor: Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before")] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Tìm thủ tục hành chính đang nhận hồ sơ, không cần dấu. Search the procedures that take applications today.

    The surest come first: words in the name, then in what people call it. With `area` only those that a unit of
    that place receives.
    """
    query = {"list": "procedures", "tenant": tenant, "q": q, "event": life_event, "area": chain and chain.area.code}
    today = local_day(clock.now(), directory.tenant(tenant).time_zone)
    found = service.search(
        procedures, directory, catalogue, tenant=tenant, words=q or "", life_event=life_event, chain=chain, on=today
    )
    return _answer(_page(found, limit, query, cursor, lang), if_none_match)


@router.get(
    "/{code}",
    response_model=ProcedureOut,
    responses={**problem_responses(ProcedureNotFound, UnknownArea, AreaOutsideTenant), **_UNCHANGED},
)
async def get_procedure(
    code: CodePath,
    procedures: CurrentProcedures,
    directory: CurrentDirectory,
    catalogue: CurrentCatalogue,
    tenant: CurrentTenant,
    lang: CurrentLang,
    clock: CurrentClock,
    chain: AskedPlace,
    version: Annotated[int | None, Query(ge=1, description="Another version than the one open today")] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Một thủ tục: tờ khai, giấy tờ, lệ phí, các bước và số ngày, căn cứ. One procedure with all it asks for.

    With `area` each step names the unit that it goes to there.
    """
    today = local_day(clock.now(), directory.tenant(tenant).time_zone)
    found = service.get_procedure(procedures, tenant=tenant, code=code, version=version, on=today)
    placed = service.place(found, directory, catalogue, chain=chain, on=today)
    return _answer(ProcedureOut.of_placed(placed, lang, is_open=found.open_on(today)), if_none_match)


@router.post(
    "/{code}/check",
    response_model=CheckedOut,
    responses=problem_responses(UnknownProcedure, RetiredProcedure, InvalidFormAnswers),
)
async def check_answers(
    code: CodePath,
    filled: AnswersIn,
    procedures: CurrentProcedures,
    directory: CurrentDirectory,
    tenant: CurrentTenant,
    lang: CurrentLang,
    clock: CurrentClock,
) -> CheckedOut:
    """Xem tờ khai đã đúng chưa, cần giấy tờ gì, lệ phí bao nhiêu; không ghi gì. Try a form: nothing is written.

    Every answer that does not fit is told at its place, and so is every one that is missing.
    """
    today = local_day(clock.now(), directory.tenant(tenant).time_zone)
    found = procedures.open_procedure(tenant, code, today)
    return CheckedOut.of(service.check(procedures, found, filled.answers), lang)


def _page(
    found: Sequence[Found], limit: int, query: Mapping[str, object], cursor: str | None, lang: Lang
) -> ProcedurePageOut:
    """What comes after the cursor. Raises: UnreadableCursor, ForeignCursor."""
    rank, code = read_cursor(query, cursor, int, str) if cursor else (-1, "")
    after = (int(rank), str(code))
    rest = [one for one in found if (one.rank, one.procedure.code) > after]
    last = rest[limit - 1] if len(rest) > limit else None
    items = [ProcedureSummaryOut.of(one.procedure, lang) for one in rest[:limit]]
    following = make_cursor(query, [last.rank, last.procedure.code]) if last else None
    return ProcedurePageOut(items=items, next_cursor=following)


def _answer(body: BaseModel, if_none_match: str | None) -> Response:
    content = body.model_dump_json().encode()
    return bytes_or_304(content, content_tag(content), if_none_match, max_age_s=_MAX_AGE_S, vary="Accept-Language")
