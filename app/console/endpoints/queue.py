"""The queue in its views, due first, and one verb over many of its cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.terms import QueueView, Verb
from app.console import verbs, views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, back_to, target_of, ticked_in
from app.kit.text import Text
from app.web.cursors import UnreadableCursor, make_cursor, read_cursor
from app.web.pages import FieldErrors, Form

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)
_PAGE_LINES = 30
_AT_ONCE = (Verb.ACCEPT, Verb.REFER, Verb.CLOSE)
_MOST_COUNTED = 500
_UNREADABLE = Text(
    "Mã vụ việc gồm chữ, số và dấu gạch, ví dụ H23-261122-0042; có thể chỉ gõ 261122-0042 hoặc số cuối của mã hôm nay.",
    "A code is letters, digits and dashes, such as H23-261122-0042; 261122-0042, or today's last number, is enough.",
)
_NO_SUCH_VIEW = Text(
    "Địa chỉ nêu một danh sách không có. Dưới đây là danh sách thường mở; hãy chọn danh sách bạn cần.",
    "The address names a view that does not exist. This is the usual one; please choose the one you need.",
)
_NOTHING_CHOSEN = Text("Chưa chọn vụ việc nào.", "No case is ticked.")


@router.get("")
async def show_queue(desk: CurrentDesk) -> Response:
    """One view of the officer's work, due first."""
    asked = desk.request.query_params
    view, done, code = asked.get("view", ""), asked.get("done", ""), asked.get("code", "")[:40]
    if view and view not in set(QueueView):
        return await _queue(desk, Form(), "", errors={"views": _NO_SUCH_VIEW}, status=422)
    verb = Verb(done) if done in set(Verb) else None
    return await _queue(desk, Form(), view, cursor=asked.get("cursor"), done=verb, code=code)


@router.get("/find")
async def find_case(desk: CurrentDesk) -> Response:
    """The case, or the service request, of a code that somebody reads out, whole or only its end."""
    typed = desk.request.query_params.get("code", "").strip().upper().replace(" ", "")
    code = views.whole_code(desk, typed)
    place = views.place_of(desk, code)
    if place is None:
        return await _queue(desk, Form([("code", typed[:40])]), "", errors={"code": _UNREADABLE}, status=422)
    return RedirectResponse(f"{PATH}/{place}/{code}", status_code=303)


@router.post("/take")
async def take_up(desk: CurrentDesk, form: OwnForm) -> Response:
    """One case taken up from its line, and the queue again where it was."""
    target = target_of(form.text("case"))
    if target is None:
        return await _queue(desk, form, form.text("view"), errors={"": _NOTHING_CHOSEN}, status=422)
    outcomes = await _each(desk, Verb.ACCEPT, [target], form)
    return await _taken(desk, form, outcomes)


async def _taken(desk: Desk, form: Form, outcomes: list[cases_service.Outcome]) -> Response:
    """Back to the line's place in the queue, or the queue with the reason why not."""
    problem = outcomes[0].problem
    if problem is not None:
        view = form.text("view")
        return await _queue(desk, Form(), view, done=Verb.ACCEPT, outcomes=outcomes, status=problem.status)
    told = {"done": Verb.ACCEPT.value, "code": outcomes[0].code}
    return RedirectResponse(back_to(form.text("back"), **told), status_code=303)


@router.post("/bulk")
async def change_many(desk: CurrentDesk, form: OwnForm) -> Response:
    """One verb over the ticked cases, each on its own: the page tells what became of every one."""
    done = form.text("do")
    targets = ticked_in(form)
    if not targets or done not in {verb.value for verb in _AT_ONCE}:
        return await _queue(desk, form, form.text("view"), errors={"": _NOTHING_CHOSEN}, status=422)
    try:
        outcomes = await _each(desk, Verb(done), targets, form)
    except ValidationError as refused:
        return await _queue(desk, form, form.text("view"), errors=verbs.wrong_in(Verb(done), refused), status=422)
    return await _queue(desk, Form(), form.text("view"), done=Verb(done), outcomes=outcomes)


async def _each(desk: Desk, verb: Verb, targets: list[tuple[str, int]], form: Form) -> list[cases_service.Outcome]:
    act = verbs.prepared(desk, verb, form)
    return await cases_service.each_case(desk.database, desk.clock, desk.tenant.id, targets, act)


async def _queue(
    desk: Desk,
    form: Form,
    view_name: str,
    *,
    cursor: str | None = None,
    errors: FieldErrors | None = None,
    outcomes: list[cases_service.Outcome] | None = None,
    done: Verb | None = None,
    code: str = "",
    status: int = 200,
) -> Response:
    view = QueueView(view_name) if view_name in set(QueueView) else QueueView.INBOX
    query: dict[str, object] = {"view": view.value, "actor": desk.actor.id}
    rows = await cases_service.queue_page(
        desk.database,
        desk.actor,
        desk.scope,
        desk.books,
        view,
        category=None,
        after=_after(query, cursor),
        limit=_PAGE_LINES + 1,
        now=desk.now,
    )
    counts, all_counted = await cases_service.queue_counts(
        desk.database, desk.actor, desk.scope, now=desk.now, limit=_MOST_COUNTED
    )
    timed = await cases_service.with_clocks(desk.database, desk.tenant.id, rows[:_PAGE_LINES])
    more = _more(query, rows[_PAGE_LINES - 1]) if len(rows) > _PAGE_LINES else None
    return desk.page(
        "queue.html",
        status=status,
        view=view,
        all_views=list(QueueView),
        counts=counts,
        many_units=desk.scope.whole or len(desk.scope.units) > 1,
        all_counted=all_counted,
        back=urlencode({"view": view.value} | ({"cursor": cursor} if cursor else {})),
        lines=[views.queue_line(desk, row) for row in timed],
        more=more,
        later=cursor is not None,
        form=form,
        errors=errors or {},
        outcomes=views.bulk_outcomes(desk, outcomes or []),
        ticked=set(form.many("case")),
        done=done,
        done_code=code,
        reasons=views.referral_reasons(desk),
        units_to_refer=views.units_to_refer(desk),
    )


def _after(query: Mapping[str, object], cursor: str | None) -> tuple[datetime, UUID]:
    """Keys the page starts after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return cases_service.START
    due_at, case_id = read_cursor(query, cursor, str, str)
    try:
        return datetime.fromisoformat(str(due_at)), UUID(str(case_id))
    except ValueError as error:
        raise UnreadableCursor from error


def _more(query: Mapping[str, object], last: Any) -> str:
    cursor = make_cursor(query, [last["due_at"].isoformat(), str(last["id"])])
    return "?" + urlencode({"view": query["view"], "cursor": cursor})
