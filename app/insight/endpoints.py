"""Staff: figures of what one's units decide, and what is aimed at."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from app.directory.terms import Tier
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.works import WriteWork

from . import service
from .deps import AskedCaseFigures, AskedFigures
from .errors import PeriodTooLong
from .schemas import CaseFiguresOut, FiguresOut, GoalIn, GoalOut, case_table, table, table_name

router = APIRouter(prefix="/api/v1/staff/figures", tags=["staff"])
_REFUSALS = problem_responses(StaffNeeded, SessionExpired, PeriodTooLong)
_CSV: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.get("/service-requests", responses=_REFUSALS)
async def get_request_figures(figures: AskedFigures) -> FiguresOut:
    """Số liệu hồ sơ do cơ quan bạn và cấp dưới giải quyết. Figures of service requests that your units decide.

    Every service request is counted in the period of its first appointment, which nothing moves. Both days or neither.
    """
    return FiguresOut.of(figures)


@router.get("/service-requests.csv", response_class=Response, responses={**_REFUSALS, **_CSV})
async def get_request_table(figures: AskedFigures) -> Response:
    """Cùng số liệu, mỗi nhóm một dòng, mở được bằng Excel. The same as CSV, a line for each group."""
    return _as_file(table(figures), table_name(figures))


def _as_file(content: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/cases", responses=_REFUSALS)
async def get_case_figures(figures: AskedCaseFigures) -> CaseFiguresOut:
    """Số liệu phản ánh của cơ quan bạn và cấp dưới. Figures of cases that count for your units, and those below.

    Every case is counted in the month it was received, judged by its first due date, by the answer that stands today,
    and for the unit that held it when it was due. Both days or neither. docs/figures.md says how each is counted.
    """
    return CaseFiguresOut.of(figures)


@router.get("/cases.csv", response_class=Response, responses={**_REFUSALS, **_CSV})
async def get_case_table(figures: AskedCaseFigures) -> Response:
    """Cùng số liệu, mỗi nhóm một dòng, mở được bằng Excel. The same as CSV, a line for each group."""
    return _as_file(case_table(figures), table_name(figures))


@router.put("/goals/{tier}", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden))
async def set_goal(tier: Tier, wanted: GoalIn, work: WriteWork, actor: CurrentStaff) -> GoalOut:
    """Đặt chỉ tiêu của một cấp từ một ngày (quản trị tỉnh). What is aimed at for a tier from a day on.

    Past periods keep the goal of their time; the same day again replaces it.
    """
    return GoalOut.of(await service.set_goal(work, actor, wanted.goal(tier)), None)
