"""Handing a report in: what and where, then a look at it all with the category's own questions, then the code.

Each page has an address, so that going back and reloading do what they always do. The form carries all that was
written from page to page, and its key makes a second sending harmless; the server keeps nothing until it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.catalogue import service as catalogue_service
from app.catalogue.terms import Category
from app.filling import choices
from app.kit.clock import local_day
from app.kit.problems import Problem, Unavailable
from app.kit.text import Text
from app.media.deps import CurrentStore
from app.media.terms import MOST_OF_A_REPORT
from app.portal import handing, keepsakes, unsent, views
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.portal.drafts import Draft, draft_of, files_in, point_of, report_of
from app.publication import service as publication_service
from app.reports import service as reports_service
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
    answer = _writing(visit, Draft(form, {}), fresh=True)
    unsent.try_cookies(visit.request, answer)
    return answer


@router.post("")
async def go_on(visit: CurrentVisit, form: CurrentForm, store: CurrentStore) -> Response:
    """The next page of the form, or the report sent."""
    keyed, refused = await handing.with_files(visit, handing.keyed(form), form.files, store)
    draft = draft_of(visit, keyed)
    if refused is not None:
        return await _shown_next(visit, draft, unsent.Unsent(keyed, message=said(refused)), status=refused.status)
    if form.text("step") == "send" and draft.category is not None and not draft.errors:
        return await _send(visit, draft, draft.category)
    return await _shown_next(visit, draft, unsent.Unsent(draft.form))


async def _shown_next(visit: Visit, draft: Draft, written: unsent.Unsent, *, status: int = 422) -> Response:
    """The page that comes now, by its own address; where the browser cannot keep what was written, as the answer."""
    checking = draft.complete and draft.form.text("step") != "edit"
    address = unsent.address(draft.form.text("key"))
    answer = RedirectResponse(f"{address}/check" if checking else address, status_code=303)
    if unsent.lay_aside(visit, answer, written):
        return answer
    return await _checking(visit, draft, written, status=status) if checking else _writing(visit, draft)


def _writing(visit: Visit, draft: Draft, *, fresh: bool = False) -> Response:
    """The first page: what it is about and where; what is wrong only after an attempt to go on."""
    today = local_day(visit.now, visit.tenant.time_zone)
    errors = {} if draft.form.text("step") == "edit" else draft.errors
    return visit.page(
        "report.html",
        **visit.map_values(),
        status=422 if errors else 200,
        held=fresh,
        form=draft.form,
        errors=errors,
        key=draft.form.text("key"),
        fresh=fresh,
        through=through.name if (through := handing.portal_of(visit, draft.form)) else None,
        category=draft.suggested.code if draft.suggested else draft.form.text("category"),
        categories=choices.categories(visit.books.catalogue, visit.tenant.id, visit.lang, today),
        areas=choices.areas(visit.books.directory, visit.tenant),
    )


async def _checking(visit: Visit, draft: Draft, written: unsent.Unsent, *, status: int = 422) -> Response:
    """The second page: everything to look at, the category's questions, contact details."""
    category, placed = draft.category, draft.placed
    assert category is not None
    assert placed is not None
    return visit.page(
        "check.html",
        status=status if written.errors or written.message else 200,
        form=written.form,
        errors=written.errors,
        message=written.message,
        key=written.form.text("key"),
        attached=files_in(written.form),
        most_files=MOST_OF_A_REPORT,
        most_bytes=visit.most_bytes,
        category=category,
        guidance=catalogue_service.guidance(visit.books.catalogue, visit.tenant.id, category, category.kind),
        place=views.place_name(placed.chain),
        sure=placed.chain.commune is not None,
        places=draft.possible_places(visit),
        signed_in=visit.citizen is not None,
        similar=await _similar(visit, draft, category),
        written=unsent.address(written.form.text("key")).rpartition("/")[2],
    )


async def _similar(visit: Visit, draft: Draft, category: Category) -> Sequence[views.Similar]:
    """What others have probably reported of it, near the pin, else in the commune; none rather than no page."""
    commune = draft.placed.chain.commune if draft.placed else None
    try:
        found = await publication_service.similar_to(
            visit.database,
            visit.tenant.id,
            point_of(draft.form),
            commune.code if commune else None,
            text=draft.form.text("description"),
            category=(category.code, category.parent or category.code),
            now=visit.now,
        )
    except Unavailable:
        return ()
    return views.similar(found)


async def _send(visit: Visit, draft: Draft, category: Category) -> Response:
    """The report taken in, or the second page again with what is wrong; nothing that was typed is lost."""
    form, key = draft.form, draft.form.text("key")
    try:
        answer = await handing.submitted(visit, form, report_of(form, category))
    except ValidationError as refused:
        return await _shown_next(visit, draft, unsent.Unsent(form, errors_of(refused)))
    except IdempotencyKeyReused:
        anew = replace(draft, form=form.having(key=keepsakes.new_key()))
        return await _shown_next(visit, anew, unsent.Unsent(anew.form, message=_REUSED))
    except Unavailable as problem:  # no address for what has passed in a moment: reloading sends it again
        return await _checking(visit, draft, unsent.Unsent(form, message=said(problem)), status=problem.status)
    except Problem as problem:
        errors = errors_of_problem(problem)
        written = unsent.Unsent(form, errors, None if errors else said(problem))
        return await _shown_next(visit, draft, written, status=problem.status)
    return await _sent(visit, key, answer.body["code"], answer.body.get("tracking_secret"))


async def _sent(visit: Visit, key: str, code: str, secret: str | None) -> Response:
    """The page about the report, which is in the account when it came without a secret."""
    if secret is None:
        owned = RedirectResponse(f"/follow/{code}?done=sent", status_code=303)
        unsent.drop(visit, owned, key)
        return owned
    if not unsent.keeps_cookies(visit.request):  # else the code would be lost on the way
        return await _shown(visit.at(code), code, secret) or RedirectResponse("/follow", status_code=303)
    sent = RedirectResponse("/report/sent", status_code=303)
    unsent.drop(visit, sent, key)
    keepsakes.keep_sent(visit.request, sent, code, secret)
    return sent


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
    known = unsent.keeps_cookies(visit.request)
    values = views.own_report(visit, view)
    answer = visit.page("sent.html", secret=True, spoken=keepsakes.spoken(secret), remembered=known, **values)
    keepsakes.lay_down(visit.request, answer, code, secret)
    return answer


@router.get("/{name}")
async def write_on(visit: CurrentVisit, name: Name) -> Response:
    """The first page as it was left, with what was wrong; the empty form when it is no longer there."""
    written = unsent.laid_aside(visit, name)
    return _writing(visit, draft_of(visit, written.form)) if written else _gone(visit)


@router.get("/{name}/check")
async def check_report(visit: CurrentVisit, name: Name) -> Response:
    """The second page as it was left; after sending, what became of it."""
    written = unsent.laid_aside(visit, name)
    if written is None:
        return _gone(visit)
    draft = draft_of(visit, written.form)
    return await _checking(visit, draft, written) if draft.complete else _writing(visit, draft)


def _gone(visit: Visit) -> Response:
    """Where to go from the address of a report that this browser has no more: it was sent just now, or is too old."""
    address = "/report/sent" if keepsakes.just_sent(visit.request) else "/report"
    return RedirectResponse(address, status_code=303)
