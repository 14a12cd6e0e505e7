"""Officers: what was written in the reports of a case. Who wrote it is not here and not in reach."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import AlreadyDone, CaseNotFound, StaleCase
from app.identity.deps import CurrentKeyring, CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.ids import CaseId
from app.kit.problems import Forbidden
from app.limits.errors import UnknownBlock
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import ReadWork, WriteWork

from . import service
from .errors import OriginUnknown, ReportNotFound
from .schemas import FileListOut, ReportTextOut, files_answer, report_text_answer
from .schemas.blocks import BlockIn, BlockListOut, BlockOut, HeldListOut, RefusalIn, ReleasedOut

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get(
    "/cases/{code}/reports",
    response_model=list[ReportTextOut],
    responses=problem_responses(StaffNeeded, SessionExpired, CaseNotFound),
)
async def list_reports_of_case(
    code: CaseCode, actor: CurrentStaff, scope: CurrentScope, database: CurrentDatabase, books: CurrentBooks
) -> Response:
    """Nguyên văn các phản ánh của vụ việc, kể cả phản ánh đã gộp; không có danh tính người gửi.

    What people wrote in all reports of the case, merged ones too, oldest first; never who they are.
    """
    view = await cases_service.get_case(database, actor, scope, books, code)
    reports = await service.reports_for_staff(database, actor.tenant_id, view)
    units = books.directory.unit_codes(actor.tenant_id)
    answer = [report_text_answer(report, units) for report in reports]
    return json_answer(answer, headers={"Cache-Control": "private, no-store"})


@router.get(
    "/cases/{code}/media",
    response_model=FileListOut,
    responses=problem_responses(StaffNeeded, SessionExpired, CaseNotFound),
)
async def list_files_of_case(
    code: CaseCode,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    books: CurrentBooks,
    clock: CurrentClock,
    keys: CurrentKeyring,
) -> Response:
    """Ảnh và tệp người dân gửi kèm các phản ánh của vụ việc. Photos and files that came with the case's reports.

    Their addresses are good for a quarter of an hour.
    """
    view = await cases_service.get_case(database, actor, scope, books, code)
    files = await service.files_of_case(database, actor.tenant_id, CaseId(view.row["id"]))
    return json_answer(files_answer(files, keys.media, clock.now()), headers={"Cache-Control": "private, no-store"})


@router.get("/held", responses=problem_responses(StaffNeeded, SessionExpired))
async def list_held(
    actor: CurrentStaff, scope: CurrentScope, database: CurrentDatabase, books: CurrentBooks, response: Response
) -> HeldListOut:
    """Phản ánh đến dồn dập từ một nơi, chờ xem trước khi vào hàng việc. Reports of a flood that wait for a look.

    Their senders were answered as usual, and their deadlines count from receipt. Release a case, or end it by
    `/refusal` with words for its sender.
    """
    response.headers["Cache-Control"] = "private, no-store"
    return HeldListOut.of(await cases_service.list_held(database, scope), books, actor.tenant_id)


@router.post(
    "/held/{code}/release",
    responses=problem_responses(
        StaffNeeded, SessionExpired, Forbidden, CaseNotFound, AlreadyDone, UnreadableIfMatch, VersionNeeded, StaleCase
    ),
)
async def release_case(
    code: CaseCode, work: WriteWork, actor: CurrentStaff, books: CurrentBooks, seen: ExpectedVersion, response: Response
) -> ReleasedOut:
    """Đưa vụ việc đã xem vào hàng việc. Let a case into the queues. `If-Match` names the version you saw."""
    case = await cases_service.release_case(work, actor, code, seen=seen, books=books)
    response.headers["ETag"] = version_tag(case.version)
    return ReleasedOut(code=case.code, version=case.version)


@router.post(
    "/held/{code}/refusal",
    responses=problem_responses(
        StaffNeeded, SessionExpired, Forbidden, CaseNotFound, AlreadyDone, UnreadableIfMatch, VersionNeeded, StaleCase
    ),
)
async def refuse_held(
    code: CaseCode,
    body: RefusalIn,
    work: WriteWork,
    actor: CurrentStaff,
    books: CurrentBooks,
    seen: ExpectedVersion,
    response: Response,
) -> ReleasedOut:
    """Không xử lý một vụ việc đang giữ, kèm lời cho người gửi; không ai khác đọc được. End a held case, unpublished.

    Its sender reads the answer and may object as with any other.
    """
    case = await cases_service.refuse_held(work, actor, code, seen=seen, books=books, answer=body.answer)
    response.headers["ETag"] = version_tag(case.version)
    return ReleasedOut(code=case.code, version=case.version)


@router.get("/blocks", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden))
async def list_blocks(work: ReadWork, actor: CurrentStaff) -> BlockListOut:
    """Những người gửi đang hoặc từng bị tạm chặn, mới nhất trước. Blocks on senders, newest first."""
    return BlockListOut(items=[BlockOut.of(one) for one in await service.list_blocks(work, actor)])


@router.post(
    "/blocks",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, ReportNotFound, OriginUnknown),
)
async def block_sender(wanted: BlockIn, work: WriteWork, actor: CurrentStaff, keys: CurrentKeyring) -> BlockOut:
    """Tạm chặn người gửi một phản ánh, không cần biết là ai. Block the sender of a report for a while.

    Việc khẩn cấp của họ vẫn được nhận; họ đọc được lý do và cách khiếu nại. What is urgent goes on being taken; they
    are told the reason, until when, and how to object.
    """
    made = await service.block_sender(
        work, actor, keys, wanted.report, wanted.what, reason=wanted.reason, until=wanted.until
    )
    return BlockOut.of(made)


@router.post("/blocks/{id}/lifting", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, UnknownBlock))
async def lift_block(
    id: Annotated[UUID, Path(description="Mã lệnh chặn. Id of the block.")],  # noqa: A002 - the address says so
    work: WriteWork,
    actor: CurrentStaff,
) -> BlockOut:
    """Bỏ chặn ngay. End the block now."""
    return BlockOut.of(await service.lift_block(work, actor, id))
