"""Handing a report in: what and where, then a look at it all with the category's own questions, then the code.

Nothing is kept between the pages but what the form carries; its key makes a second sending harmless.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.catalogue import service as catalogue_service
from app.catalogue.terms import Category
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text
from app.portal import choices, keepsakes, views
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.portal.drafts import Draft, draft_of, report_of
from app.reports import service as reports_service
from app.reports.schemas import ReportIn, submitted_answer
from app.reports.service import Intake, Repeat
from app.web.idempotency import Answer, IdempotencyKeyReused, key_hash, request_hash
from app.web.pages import CurrentForm, FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix="/report", route_class=PortalRoute)
_REUSED = Text(
    "Một bản trước của phản ánh này đã được nhận. Nếu muốn gửi nội dung mới thành một phản ánh nữa, hãy bấm gửi lại.",
    "An earlier version of this report was taken in. To hand the new words in as another report, send it again.",
)


@router.get("")
async def new_report(visit: CurrentVisit) -> Response:
    """The empty form; `?category=` may name what it is about."""
    form = Form([("category", visit.request.query_params.get("category", ""))])
    return _writing(visit, Draft(form, {}), fresh=True)


@router.post("")
async def go_on(visit: CurrentVisit, form: CurrentForm) -> Response:
    """The next page of the form, or the report sent."""
    draft = draft_of(visit, form)
    if form.text("step") == "edit" or draft.errors or draft.category is None:
        errors = {} if form.text("step") == "edit" else draft.errors
        return _writing(visit, replace(draft, errors=errors), status=422 if errors else 200)
    if form.text("step") != "send":
        return _checking(visit, draft, {})
    return await _send(visit, draft, draft.category)


def _writing(visit: Visit, draft: Draft, *, status: int = 200, fresh: bool = False) -> Response:
    """The first page: what it is about and where."""
    today = local_day(visit.now, visit.tenant.time_zone)
    return visit.page(
        "report.html",
        status=status,
        kept=fresh,  # going back to it finds what was typed
        form=draft.form,
        errors=draft.errors,
        key=_key(draft.form),
        fresh=fresh,
        category=draft.suggested.code if draft.suggested else draft.form.text("category"),
        categories=choices.categories(visit.books.catalogue, visit.tenant.id, visit.lang, today),
        areas=choices.areas(visit.books.directory, visit.tenant),
    )


def _checking(
    visit: Visit, draft: Draft, errors: FieldErrors, *, message: Text | None = None, status: int = 200, key: str = ""
) -> Response:
    """The second page: everything to look at, the category's questions, contact details."""
    category, placed = draft.category, draft.placed
    assert category is not None
    assert placed is not None
    return visit.page(
        "check.html",
        status=status,
        form=draft.form,
        errors=errors,
        message=message,
        key=key or _key(draft.form),
        category=category,
        guidance=catalogue_service.guidance(visit.books.catalogue, visit.tenant.id, category, category.kind),
        place=views.place_name(placed.chain),
        sure=placed.chain.commune is not None,
        places=draft.possible_places(visit),
    )


async def _send(visit: Visit, draft: Draft, category: Category) -> Response:
    """The report taken in, or the second page again with what is wrong; nothing that was typed is lost."""
    key = _key(draft.form)
    try:
        answer = await _submitted(visit, report_of(draft.form, category), key)
    except ValidationError as refused:
        return _checking(visit, draft, errors_of(refused), status=422)
    except IdempotencyKeyReused as problem:
        return _checking(visit, draft, {}, message=_REUSED, status=problem.status, key=keepsakes.new_key())
    except Problem as problem:
        errors = errors_of_problem(problem)
        return _checking(visit, draft, errors, message=None if errors else said(problem), status=problem.status)
    sent = RedirectResponse("/report/sent", status_code=303)
    keepsakes.keep_sent(visit.request, sent, answer.body["code"], answer.body["tracking_secret"])
    return sent


async def _submitted(visit: Visit, report: ReportIn, key: str) -> Answer:
    intake = Intake(visit.database, visit.clock, visit.codes, visit.keys, visit.books)
    repeat = Repeat(key_hash(key, "", "/report"), request_hash(report))
    return await reports_service.submit_report(
        intake,
        visit.actor,
        report.new_report(),
        host_tenant=visit.host_tenant,
        repeat=repeat,
        shape=submitted_answer,
    )


@router.get("/sent")
async def show_sent(visit: CurrentVisit) -> Response:
    """Code and secret of the report just sent, who has it and until when; shown for a quarter of an hour."""
    kept = keepsakes.just_sent(visit.request)
    shown = await _shown(visit.at(kept[0]), *kept) if kept else None
    return shown or RedirectResponse("/follow", status_code=303)


async def _shown(visit: Visit, code: str, secret: str) -> Response | None:
    """The page about the report that was sent, None when it is not there."""
    view = await reports_service.find_own(visit.database, visit.actor, code, secret)
    if view is None:
        return None
    answer = visit.page("sent.html", secret=True, spoken=keepsakes.spoken(secret), **views.own_report(visit, view))
    keepsakes.follow(visit.request, answer, code, secret)
    return answer


def _key(form: Form) -> str:
    """The form's key when it can be one, else a new one."""
    key = form.text("key")
    return key if 8 <= len(key) <= 200 and key.isascii() and key.isprintable() else keepsakes.new_key()
