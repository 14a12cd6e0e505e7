"""Staff: the queue, the case, one address per verb. Everything outside the officer's units is 404."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, assert_never
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Path, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from app.catalogue.errors import UnknownCategory
from app.db.work import Work
from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.identity.terms import Actor
from app.kit.geo import Point
from app.kit.problems import Forbidden
from app.web.cursors import ForeignCursor, UnreadableCursor, make_cursor, read_cursor
from app.web.etags import ExpectedVersion, VersionNeeded, is_fresh, version_tag
from app.web.fields import Code
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import WriteWork

from . import service
from .deps import CurrentBooks, CurrentScope
from .errors import CaseNotFound, IllegalTransition, StaleCase
from .models import Case
from .schemas import (
    AcceptAll,
    AnswerIn,
    AssignAll,
    AssignIn,
    BulkAction,
    BulkIn,
    BulkOut,
    CaseOut,
    CasePageOut,
    CloseAll,
    CommentIn,
    EscalateIn,
    MergeIn,
    MoveIn,
    NoteAll,
    NoteIn,
    PublishAll,
    PublishIn,
    QuestionIn,
    ReferAll,
    ReferIn,
    ResolveAll,
    TriageIn,
    VerbOut,
    WithholdAll,
    case_answer,
    line,
    outcomes_answer,
    verb_answer,
)
from .terms import Books, CaseState, QueueView

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])

CaseCode = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$", description="Mã vụ việc. Case code.", examples=["H23-261122-0042"])
]
Limit = Annotated[int, Query(ge=1, le=100, description="Số dòng mỗi trang. Lines per page.")]
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor của trang trước. Of the page before.")]

_READ = problem_responses(StaffNeeded, SessionExpired, CaseNotFound)
_LIST = problem_responses(StaffNeeded, SessionExpired, UnknownCategory, ForeignCursor, UnreadableCursor)
_VERB: dict[str, Any] = {
    "response_model": VerbOut,
    "responses": problem_responses(
        StaffNeeded, SessionExpired, Forbidden, CaseNotFound, IllegalTransition, StaleCase, VersionNeeded, UnknownUnit
    ),
}


def _page(rows: list[Any], limit: int, next_cursor: str | None, lines: list[dict[str, Any]]) -> Response:
    return Response(
        orjson.dumps({"items": lines[:limit], "next_cursor": next_cursor if len(rows) > limit else None}),
        media_type="application/json",
    )


@router.get("/queue", response_model=CasePageOut, responses=_LIST)
async def list_queue(
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    view: QueueView = QueueView.INBOX,
    category: Annotated[Code | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Việc của đơn vị bạn, hạn gần nhất trước. The open cases of your units, due first."""
    query = {"view": view.value, "category": category, "actor": actor.id}
    after = _after(query, cursor)
    now = clock.now()
    rows = await service.queue_page(
        database, actor, scope, books, view, category=category, after=after, limit=limit + 1, now=now
    )
    lines = [line(dict(row), books, actor.tenant_id, now) for row in rows]
    last = rows[min(limit, len(rows)) - 1] if rows else None
    token = make_cursor(query, [last["due_at"].isoformat(), str(last["id"])]) if last else None
    return _page(rows, limit, token, lines)


def _after(query: Mapping[str, object], cursor: str | None) -> tuple[datetime, UUID]:
    """Keys the page starts after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return service.START
    due_at, case_id = read_cursor(query, cursor, str, str)
    try:
        return datetime.fromisoformat(str(due_at)), UUID(str(case_id))
    except ValueError as error:
        raise UnreadableCursor from error


@router.get("/cases", response_model=CasePageOut, responses=_LIST)
async def list_cases(
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    state: CaseState | None = None,
    category: Annotated[Code | None, Query()] = None,
    area: Annotated[Code | None, Query(description="Mã đơn vị hành chính, gồm cấp dưới. With all below it.")] = None,
    code: Annotated[Code | None, Query()] = None,
    opened_since: AwareDatetime | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Mọi vụ việc trong phạm vi của bạn, mới nhất trước. All cases within your units, newest first."""
    query = {"s": state, "c": category, "a": area, "k": code, "o": opened_since, "actor": actor.id}
    before = _before(query, cursor)
    rows = await service.cases_page(
        database,
        scope,
        books,
        category=category,
        state=state.value if state else None,
        area=area,
        code=code,
        opened_since=opened_since,
        before=before,
        limit=limit + 1,
    )
    lines = [line(dict(row), books, actor.tenant_id, clock.now()) for row in rows]
    last = rows[min(limit, len(rows)) - 1] if rows else None
    return _page(rows, limit, make_cursor(query, [str(last["id"])]) if last else None, lines)


def _before(query: Mapping[str, object], cursor: str | None) -> UUID:
    """Key the page ends before. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return service.NEWEST
    (case_id,) = read_cursor(query, cursor, str)
    try:
        return UUID(str(case_id))
    except ValueError as error:
        raise UnreadableCursor from error


@router.get("/cases/{code}", response_model=CaseOut, responses=_READ)
async def get_case(
    code: CaseCode,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    lang: CurrentLang,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Một vụ việc với toàn bộ quá trình và những việc bạn làm được lúc này. ETag là phiên bản để gửi lại If-Match.

    One case with its whole history and what you may do now; its ETag is the version to send as `If-Match`.
    """
    view = await service.get_case(database, actor, scope, books, code)
    etag = version_tag(view.row["version"])
    if is_fresh(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    content = orjson.dumps(
        case_answer(view.row, view.entries, view.verbs, books, tenant_id=actor.tenant_id, now=clock.now(), lang=lang)
    )
    return Response(
        content, media_type="application/json", headers={"ETag": etag, "Cache-Control": "private, no-cache"}
    )


def _done(case: Case, books: Books) -> Response:
    return Response(
        orjson.dumps(verb_answer(case, books)),
        media_type="application/json",
        headers={"ETag": version_tag(case.version), "Cache-Control": "no-store"},
    )


@router.post("/cases/{code}/triage", **_VERB)
async def triage_case(
    code: CaseCode, body: TriageIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Phân loại: lĩnh vực, loại, mức ưu tiên, vị trí; đổi một trong số đó thì chuyển tuyến lại. Sort the case anew."""
    location = Point(body.location.lat, body.location.lon) if body.location else None
    case = await service.triage_case(
        work,
        actor,
        code,
        seen=seen,
        books=books,
        category=body.category,
        kind=body.kind,
        priority=body.priority,
        location=location,
        area=body.area_code,
        answers=body.answers,
        comment=body.comment,
    )
    return _done(case, books)


@router.post("/cases/{code}/assign", **_VERB)
async def assign_case(
    code: CaseCode, body: AssignIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Phân công cán bộ trong đơn vị. Put an officer of the unit in charge."""
    case = await service.assign_case(work, actor, code, seen=seen, books=books, officer=body.officer)
    return _done(case, books)


@router.post("/cases/{code}/accept", **_VERB)
async def accept_case(
    code: CaseCode, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Nhận xử lý. Take the case up for your unit."""
    return _done(await service.accept_case(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/{code}/return", **_VERB)
async def return_case(
    code: CaseCode, body: MoveIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Trả lại nơi đã chuyển đến, kèm lý do. Send it back to whoever sent it, with the reason."""
    case = await service.return_case(
        work, actor, code, seen=seen, books=books, reason=body.reason, comment=body.comment
    )
    return _done(case, books)


@router.post("/cases/{code}/refer", **_VERB)
async def refer_case(
    code: CaseCode, body: ReferIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Chuyển đến đơn vị khác, cùng cấp hoặc khác cấp. Refer it to another unit of any tier."""
    case = await service.refer_case(
        work, actor, code, seen=seen, books=books, to=body.unit, reason=body.reason, comment=body.comment
    )
    return _done(case, books)


@router.post("/cases/{code}/escalate", **_VERB)
async def escalate_case(
    code: CaseCode, body: EscalateIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Nâng mức ưu tiên, hoặc chuyển lên cấp trên. Raise its urgency, or hand it to the unit above."""
    case = await service.escalate_case(work, actor, code, seen=seen, books=books, move=body.move, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/ask", **_VERB)
async def ask_reporter(
    code: CaseCode, body: QuestionIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Hỏi thêm người gửi. Ask the reporters for more."""
    case = await service.ask_reporter(work, actor, code, seen=seen, books=books, question=body.question)
    return _done(case, books)


@router.post("/cases/{code}/draft-answer", **_VERB)
async def draft_answer(
    code: CaseCode, body: AnswerIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Soạn dự thảo trả lời, trình người khác duyệt. Draft an answer for a second person to approve."""
    case = await service.draft_answer(
        work, actor, code, seen=seen, books=books, answer=body.answer, resolution=body.resolution
    )
    return _done(case, books)


@router.post("/cases/{code}/approve", **_VERB)
async def approve_answer(
    code: CaseCode, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Duyệt dự thảo; người gửi nhận được trả lời. Approve the draft: it becomes the answer."""
    return _done(await service.approve_answer(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/{code}/reject-draft", **_VERB)
async def reject_draft(
    code: CaseCode, body: CommentIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Trả dự thảo để sửa. Send the draft back to its author."""
    case = await service.reject_draft(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/resolve", **_VERB)
async def resolve_case(
    code: CaseCode, body: AnswerIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Trả lời ngay, dành cho người có quyền duyệt. Answer at once; for approvers."""
    case = await service.resolve_case(
        work, actor, code, seen=seen, books=books, answer=body.answer, resolution=body.resolution
    )
    return _done(case, books)


@router.post("/cases/{code}/reopen", **_VERB)
async def reopen_case(
    code: CaseCode, body: CommentIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Mở lại để xử lý tiếp. Take the outcome back and handle it again."""
    case = await service.reopen_case(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/merge", **_VERB)
async def merge_case(
    code: CaseCode, body: MergeIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Gộp vụ việc trùng; mỗi người gửi vẫn giữ mã riêng. Merge a duplicate; each reporter keeps an own code."""
    return _done(await service.merge_case(work, actor, code, seen=seen, books=books, into=body.into), books)


@router.post("/cases/{code}/unmerge", **_VERB)
async def unmerge_case(
    code: CaseCode, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Tách vụ việc đã gộp nhầm. Separate a case that was merged by mistake."""
    return _done(await service.unmerge_case(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/{code}/note", **_VERB)
async def add_note(
    code: CaseCode, body: NoteIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Ghi chú nội bộ. A note for colleagues; never public, never for the reporter."""
    case = await service.add_note(
        work, actor, code, seen=seen, books=books, text=body.text, for_unit_only=body.for_unit_only
    )
    return _done(case, books)


@router.post("/cases/{code}/publish", **_VERB)
async def publish_case(
    code: CaseCode, body: PublishIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Công khai, với lời văn bạn sửa nếu có. Publish it, in your own wording if you give one."""
    case = await service.publish_case(work, actor, code, seen=seen, books=books, public_text=body.public_text)
    return _done(case, books)


@router.post("/cases/{code}/withhold", **_VERB)
async def withhold_case(
    code: CaseCode, body: CommentIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Không công khai, kèm lý do. Take it from the public's sight, with the reason."""
    case = await service.withhold_case(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/withdraw", **_VERB)
async def withdraw_case(
    code: CaseCode, body: CommentIn, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Ghi nhận người gửi rút phản ánh. End it because the reporter asked you to."""
    case = await service.withdraw_for_reporter(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/close", **_VERB)
async def close_case(
    code: CaseCode, seen: ExpectedVersion, work: WriteWork, actor: CurrentStaff, books: CurrentBooks
) -> Response:
    """Kết thúc. Close a resolved case."""
    return _done(await service.close_case(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/bulk", response_model=BulkOut, responses=problem_responses(StaffNeeded, SessionExpired))
async def change_many(
    body: BulkIn,
    actor: CurrentStaff,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    lang: CurrentLang,
) -> Response:
    """Một việc trên nhiều vụ việc, kết quả từng vụ. One verb over many cases, with an outcome for each."""
    targets = [(target.code, target.version) for target in body.cases]
    verb = _bulk_verb(body.action, actor, books)
    outcomes = await service.each_case(database, clock, actor.tenant_id, targets, verb)
    return Response(orjson.dumps(outcomes_answer(outcomes, lang)), media_type="application/json")


def _bulk_verb(action: BulkAction, actor: Actor, books: Books) -> Callable[[Work, str, int], Awaitable[Case]]:
    """The service function that the action names, waiting for its case."""

    async def verb(work: Work, code: str, seen: int) -> Case:  # noqa: PLR0911 - one line per verb
        match action:
            case AcceptAll():
                return await service.accept_case(work, actor, code, seen=seen, books=books)
            case CloseAll():
                return await service.close_case(work, actor, code, seen=seen, books=books)
            case ReferAll():
                return await service.refer_case(
                    work,
                    actor,
                    code,
                    seen=seen,
                    books=books,
                    to=action.unit,
                    reason=action.reason,
                    comment=action.comment,
                )
            case AssignAll():
                return await service.assign_case(work, actor, code, seen=seen, books=books, officer=action.officer)
            case WithholdAll():
                return await service.withhold_case(work, actor, code, seen=seen, books=books, comment=action.comment)
            case PublishAll():
                return await service.publish_case(work, actor, code, seen=seen, books=books, public_text=None)
            case NoteAll():
                return await service.add_note(
                    work, actor, code, seen=seen, books=books, text=action.text, for_unit_only=action.for_unit_only
                )
            case ResolveAll():
                return await service.resolve_case(
                    work, actor, code, seen=seen, books=books, answer=action.answer, resolution=action.resolution
                )
            case _:
                assert_never(action)

    return verb
