"""Officers: what was written in the reports of a case. Who wrote it is not here and not in reach."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import CaseNotFound
from app.identity.deps import CurrentKeyring, CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.ids import CaseId
from app.web.answers import json_answer
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from . import service
from .schemas import FileListOut, ReportTextOut, files_answer, report_text_answer

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
    return json_answer(
        [report_text_answer(report) for report in reports], headers={"Cache-Control": "private, no-store"}
    )


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
