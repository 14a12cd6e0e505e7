"""Service requests on the officers' pages: open steps due first, one request, and its verbs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.console import requests, views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.filling.questions import asked_anew, corrected, said_answers, some_fields
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text
from app.media.deps import CurrentStore
from app.papers.deps import CurrentDesk as PaperDesk, paper_file
from app.papers.service import paper_of
from app.service_requests import policies, service
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.endpoints.parameters import DueKey, key_after, key_cursor
from app.service_requests.errors import NoAppointment, RequestNotFound, StaleRequest
from app.service_requests.schemas import queue_line, request_answer
from app.service_requests.terms import (
    Channel,
    QueueView,
    RequestBooks,
    RequestState,
    StepState,
    Verb,
    Waiting,
    WorkKind,
)
from app.web.pages import FieldErrors, Form, errors_of_problem, weeks, whole_number

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
_LINES: Final = 30
_STALE = Text(
    "Hồ sơ đã thay đổi từ khi bạn mở trang; điều bạn đã nhập vẫn còn. Hãy xem lại rồi làm tiếp.",
    "It has changed since you opened the page; what you typed is still here. Please look again, then go on.",
)


@router.get("/requests")
async def show_queue(desk: CurrentDesk, books: CurrentRequestBooks) -> Response:
    """One view of the open steps of the officer's units, due first."""
    asked = desk.request.query_params
    view = QueueView(asked["view"]) if asked.get("view") in set(QueueView) else QueueView.INBOX
    query: dict[str, object] = {"requests": view.value, "actor": desk.actor.id}
    after = key_after(query, asked.get("cursor"))
    rows = await service.queue_page(
        desk.database, desk.scope, view, officer=desk.actor.staff_id, now=desk.now, after=after, limit=_LINES + 1
    )
    counts = await service.queue_counts(desk.database, desk.scope, officer=desk.actor.staff_id, now=desk.now)
    return desk.page(
        "requests.html",
        view=view,
        all_views=list(QueueView),
        counts=counts,
        may_take_in=bool(policies.may_take_in(desk.actor)),
        lines=[_line(desk, books, dict(row)) for row in rows[:_LINES]],
        more=_more(query, _key(dict(rows[_LINES - 1]))) if len(rows) > _LINES else None,
    )


def _line(desk: Desk, books: RequestBooks, row: Mapping[str, Any]) -> dict[str, Any]:
    line = queue_line(row, books, desk.tenant.id, desk.now)
    return {**line, "standing": RequestState(line["state"]).label, "kind": "request"}


def _key(row: Mapping[str, Any]) -> DueKey:
    return row["step_due_at"], row["id"], row["step"]


def _more(query: Mapping[str, object], last: DueKey) -> str:
    return "?" + urlencode({"view": query["requests"], "cursor": key_cursor(query, last)})


@router.get("/work")
async def show_work(desk: CurrentDesk, books: CurrentRequestBooks) -> Response:
    """Cases and service requests side by side, whatever is due first."""
    query: dict[str, object] = {"work": "all", "actor": desk.actor.id}
    after = key_after(query, desk.request.query_params.get("cursor"))
    found = await service.work_page(
        desk.database, desk.actor, desk.scope, desk.books, after=after, limit=_LINES + 1, now=desk.now
    )
    more = "?" + urlencode({"cursor": key_cursor(query, found[_LINES - 1].key)}) if len(found) > _LINES else None
    return desk.page("work.html", lines=await _waiting(desk, books, found[:_LINES]), more=more)


async def _waiting(desk: Desk, books: RequestBooks, found: Sequence[Waiting]) -> list[dict[str, Any]]:
    """Lines of what waits; a case that was closed a moment ago is left out."""
    rows = [one.row for one in found if one.kind is WorkKind.CASE]
    timed = {row["id"]: row for row in await cases_service.with_clocks(desk.database, desk.tenant.id, rows)}
    return [
        {**views.queue_line(desk, timed[one.row["id"]]), "kind": "case"}
        if one.kind is WorkKind.CASE
        else _line(desk, books, one.row)
        for one in found
        if one.kind is WorkKind.STEP or one.row["id"] in timed
    ]


@router.get("/requests/{code}")
async def show_request(desk: CurrentDesk, books: CurrentRequestBooks, code: CodePath) -> Response:
    """One service request. Raises: RequestNotFound when no unit of the officer's has had a part in it."""
    done = desk.request.query_params.get("done", "")
    return await _shown(desk, books, code, done=Verb(done) if done in set(Verb) else None)


@router.get("/requests/{code}/papers/{number}")
async def show_paper(
    desk: CurrentDesk, books: CurrentRequestBooks, papers: PaperDesk, code: CodePath, number: CodePath
) -> Response:
    """A paper as PDF, to be printed. Raises: RequestNotFound, PaperNotFound."""
    view = await service.get_for_staff(desk.database, desk.keys, books, desk.actor, desk.scope, code, now=desk.now)
    paper = paper_of(await service.papers_of(desk.database, view), number)
    return await paper_file(papers, desk.database, paper, desk.request.headers.get("if-none-match"), desk.now)


@router.post("/requests/{code}/{verb}")
async def act(
    desk: CurrentDesk, books: CurrentRequestBooks, code: CodePath, verb: Verb, form: OwnForm, store: CurrentStore
) -> Response:
    """The verb done, or the request again with what is wrong and everything that was typed."""
    seen = _seen(verb, form)
    if form.text("step").startswith("row:"):  # one more line of a list that is answered anew
        return await _shown(desk, books, code, verb=verb, form=form)
    try:
        await requests.act(desk, books, store, code, verb, seen, form)
    except (ValidationError, Problem) as refused:
        return await _refused(desk, books, code, verb, form, refused)
    return RedirectResponse(f"{PATH}/requests/{code}?done={verb.value}", status_code=303)


def _seen(verb: Verb, form: Form) -> int:
    """The version that the officer saw. Raises: RequestNotFound for what is no form of ours."""
    seen = whole_number(form.text("version"))
    if verb not in requests.MEANS or not isinstance(seen, int):
        raise RequestNotFound
    return seen


async def _refused(
    desk: Desk, books: RequestBooks, code: str, verb: Verb, form: Form, refused: ValidationError | Problem
) -> Response:
    if isinstance(refused, ValidationError):
        wrong = requests.wrong_in(refused)
        return await _shown(desk, books, code, verb=verb, form=form, errors=wrong, status=422)
    wrong = errors_of_problem(refused)
    message = _STALE if isinstance(refused, StaleRequest) else refused.detail
    return await _shown(desk, books, code, verb=verb, form=form, errors=wrong, message=message, status=refused.status)


async def _shown(
    desk: Desk,
    books: RequestBooks,
    code: str,
    *,
    verb: Verb | None = None,
    form: Form | None = None,
    errors: FieldErrors | None = None,
    message: Text | None = None,
    done: Verb | None = None,
    status: int = 200,
) -> Response:
    view = await service.get_for_staff(desk.database, desk.keys, books, desk.actor, desk.scope, code, now=desk.now)
    verbs = service.verbs_for_staff(view, desk.actor, books)
    own = service.steps_of_actor(view, desk.actor)
    one = request_answer(
        view,
        books,
        desk.lang,
        verbs=verbs,
        key=desk.keys.media,
        now=desk.now,
        overdue=service.is_overdue(view.row, desk.now),
        own_steps=own,
    )
    names = {step["code"]: step["name"][desk.lang.value] for step in one["steps"]}
    asked = service.asked_questions(one["missing"]) if Verb.SUPPLY in verbs else []
    typed = form if verb is Verb.SUPPLY else None
    questions, drawn = asked_anew(asked, view.papers.answers, typed, errors or {})
    return desk.page(
        "request.html",
        status=status,
        one=one,
        state=RequestState(view.row["state"]).label,
        channel=Channel(view.row["channel"]).label,
        verbs=[each for each in verbs if each in requests.MEANS],
        one_click=requests.ONE_CLICK,
        steps={
            each.value: [(step, names[step]) for step in service.steps_of_actor(view, desk.actor, each)]
            for each in verbs
        },
        earlier=[
            (step.code, names[step.code]) for step in view.facts.steps if step.state is StepState.DONE and step.role
        ],
        abouts=requests.abouts(view, desk.lang),
        answers=said_answers(view.procedure, view.papers.answers, desk.lang),
        corrected=corrected(view.procedure, view.papers.earlier, desk.lang),
        documents={document.code: document.name for document in view.procedure.documents},
        ways_in=[(each.value, each.label(desk.lang)) for each in (Channel.DIRECT, Channel.POST)],
        units_to_ask=views.units_to_refer(desk),
        due=_due(desk, books, view.row),
        tried=verb.value if verb else "",
        fields=some_fields(view.procedure, questions if asked else (), drawn, desk.lang),
        abouts_called=dict(requests.abouts(view, desk.lang)),
        form=Form([*drawn.pairs(), *(form.pairs() if form else ())]),
        key=secrets.token_urlsafe(16),
        errors=errors or {},
        message=message,
        done=done,
    )


def _due(desk: Desk, books: RequestBooks, row: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        explained = service.explain(row, books, now=desk.now)
    except NoAppointment:
        return None
    today = local_day(desk.now, desk.tenant.time_zone)
    return {
        "weeks": weeks(explained.marks, today, explained.stood),
        "left": explained.left(today),
        "closes": service.closes_at(row, books),
    }
