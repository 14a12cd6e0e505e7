"""The queue in its views and filters, due first, and one verb over many of its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.terms import Verb
from app.console import seeking, verbs, views
from app.console.deps import (
    MOST_AT_ONCE,
    PATH,
    ConsoleRoute,
    CurrentDesk,
    Desk,
    OwnForm,
    back_to,
    place_in_queue,
    target_of,
    ticked_in,
)
from app.desks import service as desks_service
from app.desks.schemas import AskedIn
from app.kit.ids import StaffId
from app.kit.text import Text
from app.web.cursors import id_in, instant_in, make_cursor, read_cursor
from app.web.pages import FieldErrors, Form

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)
_PAGE_LINES = 30
_AT_ONCE = (Verb.ACCEPT, Verb.REFER, Verb.CLOSE, Verb.ASSIGN, Verb.NOTE)
_MOST_COUNTED = 500
_UNREADABLE = Text(
    "Mã vụ việc gồm chữ, số và dấu gạch, ví dụ H23-261122-0042; có thể chỉ gõ 261122-0042 hoặc số cuối của mã hôm nay.",
    "A code is letters, digits and dashes, such as H23-261122-0042; 261122-0042, or today's last number, is enough.",
)
_NO_SUCH_VIEW = Text(
    "Địa chỉ nêu một danh sách không có. Dưới đây là danh sách thường mở; hãy chọn danh sách bạn cần.",
    "The address names a view that does not exist. This is the usual one; please choose the one you need.",
)
_NO_SUCH_FILTER = Text(
    "Địa chỉ nêu một bộ lọc không có. Dưới đây là danh sách không lọc.",
    "The address names a filter that does not exist. This is the view without filters.",
)
_NOTHING_CHOSEN = Text("Chưa chọn vụ việc nào.", "No case is ticked.")
_TOO_MANY = Text(
    f"Mỗi lần làm được nhiều nhất {MOST_AT_ONCE} vụ việc; chưa có gì được làm.",
    f"At most {MOST_AT_ONCE} cases at once; nothing was done.",
)
_TOLD: Final = {
    "saved": Text("Đã lưu danh sách.", "The view is kept."),
    "dropped": Text("Đã bỏ danh sách.", "The view is kept no longer."),
}


@router.get("")
async def show_queue(desk: CurrentDesk) -> Response:
    """One view of the officer's work, due first; what it is narrowed to stands in its address."""
    asked = desk.request.query_params
    try:
        sought = seeking.asked_in(asked)
    except ValidationError as refused:
        in_view = refused.errors()[0]["loc"] == ("view",)
        errors = {"views": _NO_SUCH_VIEW} if in_view else {"filters": _NO_SUCH_FILTER}
        return await _queue(desk, Form(), AskedIn(), errors=errors, status=422)
    return await _asked(desk, sought)


async def _asked(desk: Desk, sought: AskedIn) -> Response:
    asked = desk.request.query_params
    done, code = asked.get("done", ""), asked.get("code", "")[:40]
    verb = Verb(done) if done in set(Verb) else None
    return await _queue(desk, Form(), sought, cursor=asked.get("cursor"), done=verb, code=code, told=_TOLD.get(done))


@router.get("/find")
async def find_case(desk: CurrentDesk) -> Response:
    """The case, or the service request, of a code that somebody reads out, whole or only its end."""
    typed = desk.request.query_params.get("code", "").strip().upper().replace(" ", "")
    code = views.whole_code(desk, typed)
    place = views.place_of(desk, code)
    if place is None:
        return await _queue(desk, Form([("code", typed[:40])]), AskedIn(), errors={"code": _UNREADABLE}, status=422)
    return RedirectResponse(f"{PATH}/{place}/{code}", status_code=303)


@router.get("/next")
async def open_next(desk: CurrentDesk) -> Response:
    """The case after the one of `after` on the page of the queue that `back` names; the queue itself at its end."""
    asked = desk.request.query_params
    return RedirectResponse(await _onward(desk, asked.get("back", ""), asked.get("after", "")), status_code=303)


async def _onward(desk: Desk, back: str, after: str) -> str:
    """Where it goes on: the next case of that page of the queue, or the queue."""
    place = place_in_queue(back)
    sought = _place(Form([("back", back)]))
    rows = await _rows(desk, sought, place.get("cursor"), await seeking.colleagues(desk))
    codes = [row["code"] for row in rows]
    here = codes.index(after) + 1 if after in codes else 0
    if here >= len(codes):
        return back_to(back)
    kept = "?" + urlencode({"back": urlencode(place)}) if place else ""
    return f"{PATH}/cases/{codes[here]}{kept}"


async def _rows(
    desk: Desk, sought: AskedIn, cursor: str | None, colleagues: Sequence[tuple[StaffId, str, str]]
) -> list[Any]:
    """One page of the queue and the first of the next. Raises: UnreadableCursor, ForeignCursor."""
    query = {**sought.asked().address(), "actor": desk.actor.id}
    found = await cases_service.queue_page(
        desk.database,
        desk.actor,
        cases_service.narrowed(desk.scope, desk.books.directory, sought.unit),
        desk.books,
        sought.view,
        category=sought.category,
        after=_after(query, cursor),
        limit=_PAGE_LINES + 1,
        now=desk.now,
        state=sought.state,
        officer=seeking.officer_id(sought, colleagues),
    )
    return list(found)


@router.post("/take")
async def take_up(desk: CurrentDesk, form: OwnForm) -> Response:
    """One case taken up from its line, and the queue again where it was."""
    target = target_of(form.text("case"))
    if target is None:
        return await _queue(desk, form, _place(form), errors={"": _NOTHING_CHOSEN}, status=422)
    outcomes = await _each(desk, Verb.ACCEPT, [target], form)
    return await _taken(desk, form, outcomes)


def _place(form: Form) -> AskedIn:
    """Where in the queue the form was; the usual view where it does not say."""
    try:
        return seeking.asked_in(place_in_queue(form.text("back")))
    except ValidationError:
        return AskedIn()


async def _taken(desk: Desk, form: Form, outcomes: list[cases_service.Outcome]) -> Response:
    """Back to the line's place in the queue, or the queue with the reason why not."""
    problem = outcomes[0].problem
    if problem is not None:
        return await _queue(desk, Form(), _place(form), done=Verb.ACCEPT, outcomes=outcomes, status=problem.status)
    told = {"done": Verb.ACCEPT.value, "code": outcomes[0].code}
    return RedirectResponse(back_to(form.text("back"), **told), status_code=303)


@router.post("/bulk")
async def change_many(desk: CurrentDesk, form: OwnForm) -> Response:
    """One verb over the ticked cases, each on its own: the page tells what became of every one."""
    place, refused = _place(form), _unfit(form)
    if refused is not None:
        return await _queue(desk, form, place, errors={"": refused}, status=422)
    done = Verb(form.text("do"))
    try:
        outcomes = await _each(desk, done, ticked_in(form), form)
    except ValidationError as wrong:
        return await _queue(desk, form, place, errors=verbs.wrong_in(done, wrong), status=422)
    return await _queue(desk, Form(), place, done=done, outcomes=outcomes)


def _unfit(form: Form) -> Text | None:
    """Why nothing at all is done with what is ticked; None when there is something to do."""
    if len(form.many("case")) > MOST_AT_ONCE:
        return _TOO_MANY
    return None if ticked_in(form) and form.text("do") in {verb.value for verb in _AT_ONCE} else _NOTHING_CHOSEN


async def _each(desk: Desk, verb: Verb, targets: list[tuple[str, int]], form: Form) -> list[cases_service.Outcome]:
    act = verbs.prepared(desk, verb, form)
    return await cases_service.each_case(desk.database, desk.clock, desk.tenant.id, targets, act)


async def _queue(
    desk: Desk,
    form: Form,
    sought: AskedIn,
    *,
    cursor: str | None = None,
    errors: FieldErrors | None = None,
    outcomes: list[cases_service.Outcome] | None = None,
    done: Verb | None = None,
    code: str = "",
    told: Text | None = None,
    status: int = 200,
) -> Response:
    asked = sought.asked().address()
    query: dict[str, object] = {**asked, "actor": desk.actor.id}
    scope = cases_service.narrowed(desk.scope, desk.books.directory, sought.unit)
    colleagues = await seeking.colleagues(desk)
    rows = await _rows(desk, sought, cursor, colleagues)
    counts, all_counted = await cases_service.queue_counts(
        desk.database, desk.actor, scope, now=desk.now, limit=_MOST_COUNTED
    )
    timed = await cases_service.with_clocks(desk.database, desk.tenant.id, rows[:_PAGE_LINES])
    saved = await desks_service.list_views(desk.database, desk.actor)
    more = _more(asked, query, rows[_PAGE_LINES - 1]) if len(rows) > _PAGE_LINES else None
    return desk.page(
        "queue.html",
        status=status,
        view=sought.view,
        counts=counts,
        all_counted=all_counted,
        back=urlencode(asked | ({"cursor": cursor} if cursor else {})),
        lines=[views.queue_line(desk, row) for row in timed],
        more=more,
        later=cursor is not None,
        start="?" + urlencode(asked),
        no_form=Form(),
        form=form,
        errors=errors or {},
        outcomes=views.bulk_outcomes(desk, outcomes or []),
        ticked=set(form.many("case")),
        done=done,
        done_code=code,
        told=told,
        colleagues=[(username, name) for _, username, name in colleagues],
        reasons=views.referral_reasons(desk),
        units_to_refer=views.units_to_refer(desk),
        **seeking.choices(desk, sought, saved),
    )


def _after(query: Mapping[str, object], cursor: str | None) -> tuple[datetime, UUID]:
    """Keys the page starts after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return cases_service.START
    due_at, case_id = read_cursor(query, cursor, str, str)
    return instant_in(due_at), id_in(case_id)


def _more(asked: Mapping[str, str], query: Mapping[str, object], last: Any) -> str:
    cursor = make_cursor(query, [last["due_at"].isoformat(), str(last["id"])])
    return "?" + urlencode({**asked, "cursor": cursor})
