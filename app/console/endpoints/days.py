"""One day of a calendar against its week: closed for a storm, worked for another; what it moves is seen first."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.terms import Preview
from app.console.deps import PATH, Administrator, ConsoleRoute, Desk, OwnForm
from app.console.publishing import ASKS, STALE, at_fields, numbers
from app.console.views import areas_to_choose
from app.db.work import Work, in_work, read_work
from app.deadlines import service
from app.deadlines.deps import edit_of
from app.deadlines.errors import EditRace, StaleEdit
from app.deadlines.schemas import SpecialDayIn
from app.deadlines.terms import TENANT_CALENDAR, CalendarCode, CalendarEdit, DayKind
from app.kit.problems import NotFound, Problem
from app.kit.text import Text
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/calendar/days", route_class=ConsoleRoute)
_NAME: Final = Text("Hãy ghi vì sao ngày này khác, bằng cả hai thứ tiếng.", "Say what day it is, in both languages.")
_ASKS: Final = {
    **ASKS,
    "name": _NAME,
    "name.vi": _NAME,
    "name.en": _NAME,
    "day": Text("Hãy chọn ngày.", "Choose the day."),
    "day_kind": Text("Hãy chọn nghỉ hay làm việc.", "Choose whether it is off or worked."),
}
_HOURS: Final = Text(
    "Giờ viết như 07:30-11:30, 13:30-17:30; chỉ khi ngày ấy làm việc.",
    "Hours read like 07:30-11:30, 13:30-17:30; only of a day that is worked.",
)
_KINDS: Final = {
    DayKind.CLOSURE: Text("Nghỉ (bão, việc riêng của địa phương)", "Off (a storm, a local occasion)"),
    DayKind.OPENING: Text("Làm việc, hoặc làm giờ khác", "Worked, or at other hours"),
    DayKind.ORDINARY: Text("Trả về như mọi tuần", "As in any week again"),
}


@router.get("")
async def ask_for_day(desk: Administrator) -> Response:
    """The form for one day of the calendar that the address names, the province's own if it names none."""
    return _asked(desk, Form([("calendar", desk.request.query_params.get("calendar", ""))]), {})


@router.post("")
async def publish_day(desk: Administrator, form: OwnForm) -> Response:
    """What the day would move, or it is published; else the page with what is wrong. Raises: NotFound."""
    return await _published(desk, form)


async def _published(desk: Desk, form: Form) -> Response:
    try:
        wanted = SpecialDayIn.model_validate(_typed(form))
    except ValidationError as refused:
        return _asked(desk, form, _placed(errors_of(refused, _ASKS)), status=422)
    try:
        if form.text("step") == "do":
            await _publish(desk, form, wanted)
            return RedirectResponse(f"{PATH}/calendar?done=published&year={wanted.day.year}&unit=default", 303)
        return _asked(desk, form, {}, wanted=wanted, preview=await _preview(desk, form, wanted))
    except Problem as problem:
        return await _refused(desk, form, wanted, problem)


async def _refused(desk: Desk, form: Form, wanted: SpecialDayIn, problem: Problem) -> Response:
    """The page again: with what is wrong, or with what the day would move after a newer version."""
    if not isinstance(problem, StaleEdit | EditRace):
        errors = _placed(errors_of_problem(problem))
        return _asked(desk, form, errors, message=None if errors else problem.detail, status=problem.status)
    preview = await _preview(desk, form, wanted)
    return _asked(desk, form, {}, message=STALE, status=problem.status, wanted=wanted, preview=preview)


def _typed(form: Form) -> dict[str, Any]:
    body: dict[str, Any] = form.filled("day", "day_kind", "name.vi", "name.en", "legal_basis", "note")
    body |= {"kind": "day", "areas": form.many("areas"), **numbers(form, "based_on")}
    if typed := form.text("hours"):
        spans = (span.replace("–", "-").split("-") for span in typed.split(","))
        body["hours"] = [[time.strip() for time in span] for span in spans]
    return body


def _placed(errors: FieldErrors) -> FieldErrors:
    """What is wrong, at the fields of the page."""
    found: FieldErrors = {}
    for name, error in at_fields(errors).items():
        first = name.partition(".")[0]
        found.setdefault(first if first in ("hours", "areas") else name, _HOURS if first == "hours" else error)
    return found


def _newest(desk: Desk, code: CalendarCode) -> int:
    history = desk.books.calendars.histories.get(desk.tenant.id)
    return max((edit.version for edit in history.edits if edit.code == code), default=0) if history else 0


def _calendar(desk: Desk, form: Form) -> CalendarCode:
    """The calendar that the form is about. Raises: NotFound where there is none such."""
    code = CalendarCode(form.text("calendar") or TENANT_CALENDAR)
    if code != TENANT_CALENDAR and not _newest(desk, code):
        raise NotFound
    return code


def _edit(desk: Desk, form: Form, wanted: SpecialDayIn) -> CalendarEdit:
    return edit_of(wanted, desk.tenant.id, _calendar(desk, form), desk.books.directory)


async def _publish(desk: Desk, form: Form, wanted: SpecialDayIn) -> None:
    edit = _edit(desk, form, wanted)

    async def verb(work: Work) -> CalendarEdit:
        return await service.publish_edit(
            work, desk.actor, edit, calendars=desk.books.calendars, based_on=wanted.based_on
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


async def _preview(desk: Desk, form: Form, wanted: SpecialDayIn) -> Preview:
    edit = _edit(desk, form, wanted)
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        trial = await service.try_edit(work, desk.actor, edit, calendars=desk.books.calendars)
    return await cases_service.preview_edit(desk.database, desk.tenant.id, desk.books, trial, now=desk.now)


def _asked(
    desk: Desk,
    form: Form,
    errors: FieldErrors,
    *,
    wanted: SpecialDayIn | None = None,
    preview: Preview | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    code = _calendar(desk, form)
    areas = areas_to_choose(desk)
    named = {area: name for group in areas for area, name in group.options}
    return desk.page(
        "day.html",
        status=status,
        calendar=code,
        own=code != TENANT_CALENDAR,
        form=form,
        errors=errors,
        message=message,
        wanted=wanted,
        wanted_kind=_KINDS[wanted.day_kind](desk.lang) if wanted and wanted.day_kind in _KINDS else "",
        places=[named.get(area, area) for area in wanted.areas] if wanted else [],
        preview=preview,
        based_on=_newest(desk, code),
        kinds=[(one.value, label(desk.lang)) for one, label in _KINDS.items()],
        areas=areas,
        action=f"{PATH}/calendar/days",
    )
