"""One address per verb."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service
from app.cases.deps import CurrentBooks
from app.cases.errors import CaseNotFound, IllegalTransition, StaleCase
from app.cases.models import Case
from app.cases.schemas import (
    AnswerIn,
    AssignIn,
    CommentIn,
    EscalateIn,
    ExtendIn,
    ExtensionPreviewOut,
    MergeIn,
    MoveIn,
    NoteIn,
    PauseIn,
    PublishIn,
    QuestionIn,
    ReferIn,
    TriageIn,
    VerbOut,
    verb_answer,
)
from app.cases.terms import Books
from app.deadlines.errors import ExtensionOnDayOff, ExtensionTooFar, ExtensionTooLong, ExtensionTooShort
from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.geo import Point
from app.kit.problems import Forbidden
from app.letters.schemas import LetterOut
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import WriteWork

from .parameters import CaseCode

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


_VERB: dict[str, Any] = {
    "response_model": VerbOut,
    "responses": problem_responses(
        StaffNeeded, SessionExpired, Forbidden, CaseNotFound, IllegalTransition, StaleCase, VersionNeeded, UnknownUnit
    ),
}


_EXTENDED: dict[str, Any] = {
    **_VERB,
    "responses": {
        **_VERB["responses"],
        **problem_responses(ExtensionTooShort, ExtensionOnDayOff, ExtensionTooLong, ExtensionTooFar),
    },
}


def _done(case: Case, books: Books) -> Response:
    headers = {"ETag": version_tag(case.version), "Cache-Control": "no-store"}
    return json_answer(verb_answer(case, books), headers=headers)


@router.post("/cases/{code}/triage", **_VERB)
async def triage_case(
    code: CaseCode, body: TriageIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
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
    code: CaseCode, body: AssignIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Phân công cán bộ trong đơn vị. Put an officer of the unit in charge."""
    case = await service.assign_case(work, actor, code, seen=seen, books=books, officer=body.officer)
    return _done(case, books)


@router.post("/cases/{code}/accept", **_VERB)
async def accept_case(
    code: CaseCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Nhận xử lý. Take the case up for your unit."""
    return _done(await service.accept_case(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/{code}/return", **_VERB)
async def return_case(
    code: CaseCode, body: MoveIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Trả lại nơi đã chuyển đến, kèm lý do. Send it back to whoever sent it, with the reason."""
    case = await service.return_case(
        work, actor, code, seen=seen, books=books, reason=body.reason, comment=body.comment
    )
    return _done(case, books)


@router.post("/cases/{code}/refer", **_VERB)
async def refer_case(
    code: CaseCode, body: ReferIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Chuyển đến đơn vị khác, cùng cấp hoặc khác cấp. Refer it to another unit of any tier."""
    case = await service.refer_case(
        work, actor, code, seen=seen, books=books, to=body.unit, reason=body.reason, comment=body.comment
    )
    return _done(case, books)


@router.post("/cases/{code}/escalate", **_VERB)
async def escalate_case(
    code: CaseCode, body: EscalateIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Nâng mức ưu tiên, hoặc chuyển lên cấp trên. Raise its urgency, or hand it to the unit above."""
    case = await service.escalate_case(work, actor, code, seen=seen, books=books, move=body.move, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/extend", **_EXTENDED)
async def extend_case(
    code: CaseCode, body: ExtendIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Gia hạn, kèm thư xin lỗi nêu lý do và hạn mới; hạn ban đầu không đổi. Extend, with a letter of apology.

    See the letter first at `/extend/preview`. The original due date stays.
    """
    case = await service.extend_case(work, actor, code, seen=seen, books=books, due_on=body.due_on, reason=body.reason)
    return _done(case, books)


@router.post("/cases/{code}/extend/preview", response_model=ExtensionPreviewOut, responses=_EXTENDED["responses"])
async def preview_extension(
    code: CaseCode,
    body: ExtendIn,
    actor: CurrentStaff,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    lang: CurrentLang,
) -> Response:
    """Xem trước thư xin lỗi và hạn mới; chưa ghi gì. The letter that would be sent; nothing is written."""
    timing, letter = await service.preview_extension(
        database, actor, code, books=books, due_on=body.due_on, reason=body.reason, now=clock.now()
    )
    answer = ExtensionPreviewOut(due_at=timing.due_at, letter=LetterOut.of(letter, lang))
    return json_answer(answer.model_dump(), headers={"Cache-Control": "no-store"})


@router.post("/cases/{code}/pause", **_VERB)
async def pause_case(
    code: CaseCode, body: PauseIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Tạm dừng tính hạn, kèm lý do người gửi đọc được. Stop the clock, with the reason its reporters read.

    Asking the reporter stops it too, until the reply.
    """
    case = await service.pause_case(work, actor, code, seen=seen, books=books, cause=body.cause, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/resume", **_VERB)
async def resume_case(
    code: CaseCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Tính hạn tiếp. Let the clock run again."""
    return _done(await service.resume_case(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/{code}/ask", **_VERB)
async def ask_reporter(
    code: CaseCode, body: QuestionIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Hỏi thêm người gửi. Ask the reporters for more."""
    case = await service.ask_reporter(work, actor, code, seen=seen, books=books, question=body.question)
    return _done(case, books)


@router.post("/cases/{code}/draft-answer", **_VERB)
async def draft_answer(
    code: CaseCode, body: AnswerIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Soạn dự thảo trả lời, trình người khác duyệt. Draft an answer for a second person to approve."""
    case = await service.draft_answer(
        work, actor, code, seen=seen, books=books, answer=body.answer, resolution=body.resolution
    )
    return _done(case, books)


@router.post("/cases/{code}/approve", **_VERB)
async def approve_answer(
    code: CaseCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Duyệt dự thảo; người gửi nhận được trả lời. Approve the draft: it becomes the answer."""
    return _done(await service.approve_answer(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/{code}/reject-draft", **_VERB)
async def reject_draft(
    code: CaseCode, body: CommentIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Trả dự thảo để sửa. Send the draft back to its author."""
    case = await service.reject_draft(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/resolve", **_VERB)
async def resolve_case(
    code: CaseCode, body: AnswerIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Trả lời ngay, dành cho người có quyền duyệt. Answer at once; for approvers."""
    case = await service.resolve_case(
        work, actor, code, seen=seen, books=books, answer=body.answer, resolution=body.resolution
    )
    return _done(case, books)


@router.post("/cases/{code}/reopen", **_VERB)
async def reopen_case(
    code: CaseCode, body: CommentIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Mở lại để xử lý tiếp. Take the outcome back and handle it again."""
    case = await service.reopen_case(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/merge", **_VERB)
async def merge_case(
    code: CaseCode, body: MergeIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Gộp vụ việc trùng; mỗi người gửi vẫn giữ mã riêng. Merge a duplicate; each reporter keeps an own code."""
    return _done(await service.merge_case(work, actor, code, seen=seen, books=books, into=body.into), books)


@router.post("/cases/{code}/unmerge", **_VERB)
async def unmerge_case(
    code: CaseCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Tách vụ việc đã gộp nhầm. Separate a case that was merged by mistake."""
    return _done(await service.unmerge_case(work, actor, code, seen=seen, books=books), books)


@router.post("/cases/{code}/note", **_VERB)
async def add_note(
    code: CaseCode, body: NoteIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Ghi chú nội bộ. A note for colleagues; never public, never for the reporter."""
    case = await service.add_note(
        work, actor, code, seen=seen, books=books, text=body.text, for_unit_only=body.for_unit_only
    )
    return _done(case, books)


@router.post("/cases/{code}/publish", **_VERB)
async def publish_case(
    code: CaseCode, body: PublishIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Công khai, với lời văn bạn sửa nếu có. Publish it, in your own wording if you give one."""
    case = await service.publish_case(work, actor, code, seen=seen, books=books, public_text=body.public_text)
    return _done(case, books)


@router.post("/cases/{code}/withhold", **_VERB)
async def withhold_case(
    code: CaseCode, body: CommentIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Không công khai, kèm lý do. Take it from the public's sight, with the reason."""
    case = await service.withhold_case(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/withdraw", **_VERB)
async def withdraw_case(
    code: CaseCode, body: CommentIn, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Ghi nhận người gửi rút phản ánh. End it because the reporter asked you to."""
    case = await service.withdraw_for_reporter(work, actor, code, seen=seen, books=books, comment=body.comment)
    return _done(case, books)


@router.post("/cases/{code}/close", **_VERB)
async def close_case(
    code: CaseCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentBooks
) -> Response:
    """Kết thúc. Close a resolved case."""
    return _done(await service.close_case(work, actor, code, seen=seen, books=books), books)
