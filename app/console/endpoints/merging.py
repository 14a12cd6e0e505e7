"""Two cases side by side before one is merged into the other: the verb itself is the case's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.errors import CaseNotFound
from app.cases.schemas import line
from app.cases.terms import CaseState
from app.console import duplicates, views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk
from app.console.endpoints.case import CodePath
from app.kit.geo import Point, distance_m
from app.kit.text import Text
from app.reports import service as reports_service
from app.web.pages import FieldErrors, local_moment

router = APIRouter(prefix=f"{PATH}/cases", route_class=ConsoleRoute)
_NOT_FOUND = Text("Không có vụ việc mã này trong phạm vi của bạn.", "No case of this code is within your units.")
_SAME = Text("Đây là chính vụ việc này.", "This is the case itself.")


@router.get("/{code}/merge")
async def compare_cases(desk: CurrentDesk, code: CodePath) -> Response:
    """The case beside the one that `into` names. Raises: CaseNotFound outside the officer's units."""
    typed = desk.request.query_params.get("into", "").strip()[:40]
    one = await _case(desk, code)
    two, wrong = await _beside(desk, one["code"], typed) if typed else (None, None)
    found = [] if two is not None else await duplicates.likely(desk, one["row"])
    return _shown(desk, one, two, typed, {"into": wrong} if wrong is not None else {}, found)


async def _beside(desk: Desk, code: str, typed: str) -> tuple[dict[str, Any] | None, Text | None]:
    """The case that somebody means, else why there is none to compare with."""
    into = views.whole_code(desk, typed.upper())
    if into == code:
        return None, _SAME
    try:
        return await _case(desk, into), None
    except CaseNotFound:
        return None, _NOT_FOUND


async def _case(desk: Desk, code: str) -> dict[str, Any]:
    """What is compared of a case. Raises: CaseNotFound. Three statements."""
    view = await cases_service.get_case(desk.database, desk.actor, desk.scope, desk.books, code)
    reports = await reports_service.reports_for_staff(desk.database, desk.tenant.id, view)
    shown = line(view.row, desk.books, desk.tenant.id, desk.now)
    return {**shown, "row": view.row, "texts": [report.description for report in reports]}


def _shown(
    desk: Desk,
    one: dict[str, Any],
    two: dict[str, Any] | None,
    typed: str,
    errors: FieldErrors,
    found: list[dict[str, Any]],
) -> Response:
    left, right = _facts(desk, one), _facts(desk, two) if two is not None else []
    beside, there = dict(right), dict(left)
    return desk.page(
        "merge.html",
        status=422 if errors else 200,
        one=one,
        two=two,
        typed=typed,
        errors=errors,
        duplicates=found,
        left=[(name, value, beside.get(name) == value) for name, value in left],
        right=[(name, value, there[name] == value) for name, value in right],
        apart=_apart(one, two) if two is not None else None,
    )


def _facts(desk: Desk, case: dict[str, Any]) -> list[tuple[str, str]]:
    """What an officer compares, by name, as words."""
    lang, row = desk.lang, case["row"]

    def moment(at: datetime) -> str:
        return f"{local_moment(at, desk.tenant.time_zone):%d/%m/%Y %H:%M}"

    return [
        (Text("Mã", "Code")(lang), case["code"]),
        (Text("Trạng thái", "State")(lang), CaseState(case["state"]).label(lang)),
        (Text("Lĩnh vực", "About")(lang), case["category"]["name"][lang]),
        (Text("Nơi xảy ra", "Where")(lang), ", ".join(filter(None, (case["address"], case["area"]["name"])))),
        (Text("Đơn vị giữ", "Held by")(lang), case["responsible_unit"]["name"]),
        (Text("Nhận lúc", "Received")(lang), moment(row["opened_at"])),
        (Text("Hạn", "Due")(lang), moment(row["due_at"])),
        (Text("Số phản ánh", "Reports")(lang), str(case["report_count"])),
    ]


def _apart(one: dict[str, Any], two: dict[str, Any]) -> Text | None:
    """How far apart the two places are; None where one has no point."""
    if one["location"] is None or two["location"] is None:
        return None
    metres = round(distance_m(Point(**one["location"]), Point(**two["location"])))
    return (
        Text(f"{metres} m", f"{metres} m") if metres < 10_000 else Text(f"{metres // 1000} km", f"{metres // 1000} km")
    )
