"""How much may be asked for: every limit as it holds, and another number with what it would mean."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, Administrator, ConsoleRoute, Desk, OwnForm
from app.console.views import grouped
from app.db.work import Work, in_work, read_work
from app.kit.problems import Problem
from app.kit.text import Text
from app.limits.errors import StaleLimit, UnknownLimit
from app.limits.terms import PACKAGED, Limited, LimitPreview, LimitView, Per
from app.oversight import service
from app.oversight.schemas import LimitIn
from app.web.pages import FieldErrors, Form, errors_of, whole_number

router = APIRouter(prefix=f"{PATH}/limits", route_class=ConsoleRoute)
_SPANS: Final = (
    (86_400, Text("ngày", "day(s)")),
    (3_600, Text("giờ", "hour(s)")),
    (60, Text("phút", "minute(s)")),
    (1, Text("giây", "second(s)")),
)
_ASKS: Final = {
    "most": Text("Hãy nhập số lần nhiều nhất.", "Enter how many at most."),
    "window_s": Text("Hãy nhập khoảng thời gian.", "Enter how long."),
}
_STALE: Final = Text(
    "Giới hạn này vừa được người khác đổi; mức hiện hành ghi ngay dưới đây. Điều bạn nhập vẫn còn: hãy xem lại rồi "
    "làm tiếp.",
    "Somebody else has just changed this limit; below is what holds now. What you typed is still here: look again, "
    "then go on.",
)


@router.get("")
async def list_limits(desk: Administrator) -> Response:
    """Every limit of the province, by what is limited."""
    done = desk.request.query_params.get("done", "")
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.list_limits(work, desk.actor)
    groups = [(what, [_line(one) for one in each]) for what, each in groupby(found, lambda one: one.what)]
    return desk.page("limits.html", groups=groups, done=done == "set")


def _line(one: LimitView) -> dict[str, Any]:
    packaged = PACKAGED[one.what, one.per]
    return {
        "limit": one,
        "within": span(int(one.rate.window.total_seconds())),
        "most": grouped(one.rate.most),
        "packaged": grouped(packaged.most),
        "packaged_within": span(int(packaged.window.total_seconds())),
    }


def span(seconds: float) -> Text:
    """A length of time in the largest unit that says it whole; fractions of a second are said as they are."""
    for length, unit in _SPANS:
        if seconds >= length and seconds % length == 0:
            return Text(f"{int(seconds // length)} {unit.vi}", f"{int(seconds // length)} {unit.en}")
    return Text(f"{seconds:.3g} giây".replace(".", ","), f"{seconds:.3g} seconds")


@router.get("/{what}/{per}")
async def show_limit(desk: Administrator, what: Limited, per: Per) -> Response:
    """One limit and the form for another. Raises: UnknownLimit."""
    return await _shown(desk, what, per, Form(), {})


@router.post("/{what}/{per}")
async def change_limit(desk: Administrator, what: Limited, per: Per, form: OwnForm) -> Response:
    """What it would mean, or the limit changed; else the page with what is wrong. Raises: UnknownLimit."""
    try:
        wanted = LimitIn.model_validate(_typed(form))
    except ValidationError as refused:
        errors = {("window" if name == "window_s" else name): text for name, text in errors_of(refused, _ASKS).items()}
        return await _shown(desk, what, per, form, errors, status=422)
    if form.text("step") == "look":
        return await _shown(desk, what, per, form, {}, wanted=wanted)
    return await _changed(desk, what, per, form, wanted)


async def _changed(desk: Desk, what: Limited, per: Per, form: Form, wanted: LimitIn) -> Response:
    seen = whole_number(form.text("version"))

    async def verb(work: Work) -> LimitView:
        return await service.set_limit(
            work,
            desk.actor,
            what,
            per,
            most=wanted.most,
            window_s=wanted.window_s,
            seen=seen if isinstance(seen, int) else -1,
        )

    try:
        await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except StaleLimit as problem:
        return await _shown(desk, what, per, form, {}, message=_STALE, status=problem.status, wanted=wanted)
    except UnknownLimit:
        raise
    except Problem as problem:
        return await _shown(desk, what, per, form, {}, message=problem.detail, status=problem.status)
    return RedirectResponse(f"{PATH}/limits?done=set#{what}-{per}", status_code=303)


def _typed(form: Form) -> dict[str, Any]:
    """The form as the shape has it; what is no number is left for the shape to refuse."""
    found: dict[str, Any] = {}
    if form.text("most"):
        found["most"] = whole_number(form.text("most"))
    length, unit = whole_number(form.text("window")), whole_number(form.text("unit") or "3600")
    if form.text("window"):
        known = isinstance(length, int) and unit in {seconds for seconds, _ in _SPANS}
        found["window_s"] = length * unit if known else form.text("window")  # type: ignore[operator]
    return found


async def _shown(
    desk: Desk,
    what: Limited,
    per: Per,
    form: Form,
    errors: FieldErrors,
    *,
    wanted: LimitIn | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = {(one.what, one.per): one for one in await service.list_limits(work, desk.actor)}
        if (what, per) not in found:
            raise UnknownLimit
        preview: LimitPreview | None = None
        if wanted is not None:
            preview = await service.preview_limit(
                work, desk.actor, what, per, most=wanted.most, window_s=wanted.window_s
            )
    line = _line(found[what, per])
    return desk.page(
        "limit.html",
        status=status,
        **line,
        form=form if form.names() else _as_form(line["limit"]),
        errors=errors,
        message=message,
        preview=preview,
        would=span(wanted.window_s) if wanted is not None else None,
        would_most=grouped(wanted.most) if wanted is not None else None,
        step_now=span(line["limit"].rate.step.total_seconds()),
        step_then=span(preview.rate.step.total_seconds()) if preview is not None else None,
        spans=_SPANS,
    )


def _as_form(limit: LimitView) -> Form:
    """The form filled in with what holds."""
    seconds = int(limit.rate.window.total_seconds())
    length = next(length for length, _ in _SPANS if seconds % length == 0)
    return Form([("most", str(limit.rate.most)), ("window", str(seconds // length)), ("unit", str(length))])
