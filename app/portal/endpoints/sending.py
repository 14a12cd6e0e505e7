"""Handing a report in: what and where, photos and what is similar, a look at it all, then the code.

Each page has an address, so that going back and reloading do what they always do. The form carries all that was
written from page to page, and its key makes a second sending harmless; the server keeps nothing until it is sent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.catalogue.terms import Category
from app.kit.problems import Problem, Unavailable
from app.kit.text import Text
from app.media.deps import CurrentStore
from app.portal import handing, keepsakes, steps, unsent, views, writing
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.portal.drafts import Draft, draft_of, report_of, without_files, wrong_answers
from app.portal.steps import Step
from app.reports import service as reports_service
from app.web.budgets import spend
from app.web.idempotency import IdempotencyKeyReused
from app.web.pages import CurrentForm, Form, errors_of, errors_of_problem

router = APIRouter(prefix="/report", route_class=PortalRoute)
Name: TypeAlias = Annotated[str, Path(pattern=unsent.NAME)]
_REUSED = Text(
    "Một bản trước của phản ánh này đã được nhận. Nếu muốn gửi nội dung mới thành một phản ánh nữa, hãy bấm gửi lại.",
    "An earlier version of this report was taken in. To hand the new words in as another report, send it again.",
)


@router.get("")
async def new_report(visit: CurrentVisit) -> Response:
    """The empty form; `?category=` may name what it is about, `?portal=` the unit whose portal led here."""
    asked = visit.request.query_params
    named = [("category", asked.get("category", "")), ("portal", asked.get("portal", "")[:32])]
    form = Form([*named, ("key", keepsakes.new_key())])
    answer = writing.first(visit, Draft(form, {}), fresh=True)
    unsent.try_cookies(visit.request, answer)
    return answer


@router.post("")
async def go_on(visit: CurrentVisit, form: CurrentForm, store: CurrentStore) -> Response:
    """The next page of the form, or the report sent. Raises: ReadTooMuch, never for what can be sent."""
    _count_step(visit, form)
    keyed, refused = await handing.with_files(visit, handing.keyed(form), form.files, store)
    draft = draft_of(visit, without_files(keyed) if form.text("step") == steps.WITHOUT_FILES else keyed)
    if refused is not None:
        return await _shown(visit, _asking(draft, Step.DETAILS), message=said(refused), status=refused.status)
    if form.text("step") == Step.SEND and draft.category is not None and not draft.errors:
        return await _send(visit, draft, draft.category)
    return await _shown(visit, draft, errors=_amiss(visit, draft))


def _count_step(visit: Visit, form: Form) -> None:
    """A step is one more page that is read; the last one counts itself. Raises: ReadTooMuch."""
    if form.text("step") != Step.SEND:
        spend(visit.request, 1)


@router.post("/near")
async def show_near(visit: CurrentVisit, form: CurrentForm) -> Response:
    """For the script of the form: what is public near the place as soon as that is known; nothing (204) is usual.

    Raises: ReadTooMuch.
    """
    spend(visit.request, 1)
    draft = draft_of(visit, form)
    found = await writing.alike(visit, draft) if draft.placed else writing.Alike()
    return (
        _near(visit, draft, found) if any(found) else Response(status_code=204, headers={"Cache-Control": "no-store"})
    )


def _near(visit: Visit, draft: Draft, found: writing.Alike) -> Response:
    """The lines, for the script to put on the page; the report is laid aside, so that there is a way back to it."""
    answer = visit.page(
        "near.html", similar=found.shown, waiting=found.waiting, written=unsent.name_of(draft.form.text("key"))
    )
    unsent.lay_aside(visit, answer, unsent.Unsent(_asking(draft, Step.DETAILS).form))
    return answer


def _asking(draft: Draft, step: Step) -> Draft:
    """The same, as if the button of this step had been pressed."""
    return replace(draft, form=draft.form.having(step=step))


def _amiss(visit: Visit, draft: Draft) -> dict[str, Text]:
    """What is wrong with the third page, for whoever wants to go on from there."""
    wanted = draft.form.text("step") not in {Step.DETAILS, steps.WITHOUT_FILES}
    return wrong_answers(visit, draft.form, draft.category) if wanted and draft.complete and draft.category else {}


async def _shown(
    visit: Visit,
    draft: Draft,
    *,
    errors: dict[str, Text] | None = None,
    message: Text | None = None,
    status: int = 422,
) -> Response:
    """The page that comes now, by its own address; where the browser cannot keep what was written, as the answer."""
    if draft.form.text("step") == Step.SEND:  # and nothing came of it
        spend(visit.request, 1)
    written = unsent.Unsent(draft.form, errors or {}, message)
    step = steps.step_after(draft, written.errors)
    answer = RedirectResponse(steps.address(step, draft.form.text("key")), status_code=303)
    if unsent.lay_aside(visit, answer, written):
        return answer
    return await writing.page(visit, step, draft, written, status=status)


async def _send(visit: Visit, draft: Draft, category: Category) -> Response:
    """The report taken in, or the page again that has what is wrong; nothing that was typed is lost."""
    form, key = draft.form, draft.form.text("key")
    try:
        answer = await handing.submitted(visit, form, report_of(form, category))
    except ValidationError as refused:
        return await _shown(visit, draft, errors=errors_of(refused))
    except IdempotencyKeyReused:
        anew = replace(draft, form=form.having(key=keepsakes.new_key()))
        return await _shown(visit, anew, message=_REUSED)
    except Unavailable as problem:  # no address for what has passed in a moment: reloading sends it again
        written = unsent.Unsent(form, message=said(problem))
        return await writing.page(visit, Step.CHECK, draft, written, status=problem.status)
    except Problem as problem:
        errors = errors_of_problem(problem)
        return await _shown(
            visit, draft, errors=errors, message=None if errors else said(problem), status=problem.status
        )
    return await _sent(visit, key, answer.body["code"], answer.body.get("tracking_secret"))


async def _sent(visit: Visit, key: str, code: str, secret: str | None) -> Response:
    """The page about the report, which is in the account when it came without a secret."""
    if secret is None:
        owned = RedirectResponse(f"/follow/{code}?done=sent", status_code=303)
        unsent.drop(visit, owned, key)
        return owned
    if not unsent.keeps_cookies(visit.request):  # else the code would be lost on the way
        return await _told(visit.at(code), code, secret) or RedirectResponse("/follow", status_code=303)
    sent = RedirectResponse("/report/sent", status_code=303)
    unsent.drop(visit, sent, key)
    keepsakes.keep_sent(visit.request, sent, code, secret)
    return sent


@router.get("/sent")
async def show_sent(visit: CurrentVisit) -> Response:
    """Code and secret of the report just sent, who has it and until when; shown for a quarter of an hour."""
    kept = keepsakes.just_sent(visit.request)
    shown = await _told(visit.at(kept[0]), *kept) if kept else None
    return shown or RedirectResponse("/follow", status_code=303)


async def _told(visit: Visit, code: str, secret: str) -> Response | None:
    """The page about the report that was sent, None when it is not there."""
    view = await reports_service.find_own(visit.database, visit.actor, code, secret)
    if view is None:
        return None
    known = unsent.keeps_cookies(visit.request)
    values = views.own_report(visit, view)
    answer = visit.page("sent.html", secret=True, spoken=keepsakes.spoken(secret), remembered=known, **values)
    keepsakes.lay_down(visit.request, answer, code, secret)
    return answer


@router.get("/{name}")
async def write_on(visit: CurrentVisit, name: Name) -> Response:
    """The first page as it was left, with what was wrong; the empty form when it is no longer there."""
    written = unsent.laid_aside(visit, name)
    return writing.first(visit, draft_of(visit, written.form)) if written else _gone(visit)


@router.get("/{name}/details")
async def add_details(visit: CurrentVisit, name: Name) -> Response:
    """The page of photos and questions as it was left, with what is similar."""
    return await _left(visit, name, Step.DETAILS)


@router.get("/{name}/check")
async def check_report(visit: CurrentVisit, name: Name) -> Response:
    """The last page as it was left; after sending, what became of it."""
    return await _left(visit, name, Step.CHECK)


async def _left(visit: Visit, name: str, step: Step) -> Response:
    """A later page, or the first while something is missing there."""
    written = unsent.laid_aside(visit, name)
    if written is None:
        return _gone(visit)
    draft = draft_of(visit, written.form)
    return await writing.page(visit, step if draft.complete else Step.WHAT, draft, written)


def _gone(visit: Visit) -> Response:
    """Where to go from the address of a report that this browser has no more: it was sent just now, or is too old."""
    address = "/report/sent" if keepsakes.just_sent(visit.request) else "/report"
    return RedirectResponse(address, status_code=303)
