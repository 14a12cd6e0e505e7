"""The pages of a report that is being written, from what was written so far."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from starlette.responses import Response

from app.catalogue import service as catalogue_service
from app.catalogue.terms import Category, Question, QuestionType
from app.filling import choices
from app.kit.clock import local_day
from app.kit.problems import Unavailable
from app.kit.text import Text
from app.media.terms import MOST_OF_A_REPORT
from app.publication import service as publication_service
from app.web.budgets import ReadTooMuch, spend
from app.web.pages import Form

from . import handing, steps, unsent, views
from .deps import Visit
from .drafts import CONTACT, UNNAMED, WRITTEN, Draft, files_in, point_of
from .steps import Step

_YES, _NO = Text("Có", "Yes"), Text("Không", "No")


async def page(visit: Visit, step: Step, draft: Draft, written: unsent.Unsent, *, status: int = 422) -> Response:
    """The page of this step; `status` where something is wrong on it."""
    if step in {Step.WHAT, Step.WHERE}:
        return first(visit, draft)
    if step is Step.DETAILS:
        return await _details(visit, draft, written, status)
    return _checking(visit, draft, written, status)


def first(visit: Visit, draft: Draft, *, fresh: bool = False) -> Response:
    """What it is about and where; what is wrong only after an attempt to go on."""
    form, today = draft.form, local_day(visit.now, visit.tenant.time_zone)
    errors = draft.errors
    if form.text("step") in {Step.WHAT, Step.WHERE}:
        errors = steps.of_first(errors) if form.text("step") == Step.WHERE else {}
    elif fresh:
        errors = {}
    return visit.page(
        "report.html",
        **visit.map_values(),
        status=422 if errors else 200,
        held=fresh,
        form=form,
        errors=errors,
        key=form.text("key"),
        carried=_carried(form, WRITTEN),
        at=2 if form.text("step") == Step.WHERE and not errors else 1,
        fresh=fresh,
        through=through.name if (through := handing.portal_of(visit, form)) else None,
        category=draft.suggested.code if draft.suggested else form.text("category"),
        categories=choices.categories(visit.books.catalogue, visit.tenant.id, visit.lang, today),
        areas=choices.areas(visit.books.directory, visit.tenant),
    )


async def _details(visit: Visit, draft: Draft, written: unsent.Unsent, status: int) -> Response:
    """What is public already of the matter; photos and the category's questions."""
    category, form = _category(draft), written.form
    places = draft.possible_places(visit)
    errors = {name: text for name, text in written.errors.items() if steps.is_detail(name)}
    found = await _alike(visit, draft)
    asked = [f"answers.{question.code}" for question in category.questions]
    return visit.page(
        "details.html",
        status=status if errors or written.message else 200,
        errors=errors,
        carried=_carried(form, [*asked, *(["area_code"] if places else [])]),
        places=places,
        sure=draft.placed is not None and draft.placed.chain.commune is not None,
        most_files=MOST_OF_A_REPORT,
        most_bytes=visit.most_bytes,
        similar=found.shown,
        waiting=found.waiting,
        written=unsent.name_of(form.text("key")),
        **_shared(visit, category, written),
    )


def _checking(visit: Visit, draft: Draft, written: unsent.Unsent, status: int) -> Response:
    """Everything to look at, contact details, and the button that sends it."""
    category, form, placed = _category(draft), written.form, draft.placed
    assert placed is not None
    errors = {name: text for name, text in written.errors.items() if not steps.is_detail(name)}
    return visit.page(
        "check.html",
        status=status if errors or written.message else 200,
        errors=errors,
        carried=_carried(form, [*CONTACT, UNNAMED]),
        place=views.place_name(placed.chain),
        answers=_answers(form, category),
        signed_in=visit.citizen is not None,
        **_shared(visit, category, written),
    )


def _shared(visit: Visit, category: Category, written: unsent.Unsent) -> dict[str, Any]:
    """What both later pages say."""
    return {
        "form": written.form,
        "message": written.message,
        "key": written.form.text("key"),
        "attached": files_in(written.form),
        "category": category,
        "guidance": catalogue_service.guidance(visit.books.catalogue, visit.tenant.id, category, category.kind),
    }


def _category(draft: Draft) -> Category:
    assert draft.category is not None  # of a draft that is complete
    return draft.category


def _carried(form: Form, shown: Collection[str]) -> list[str]:
    """Fields that a page takes along unseen: all that was filled in but what it shows itself."""
    left_out = {*shown, "key", "step"}
    return [name for name in form.names() if unsent.is_field(name) and name not in left_out and form.text(name)]


def _answers(form: Form, category: Category) -> list[tuple[Text, Text]]:
    """The questions that were answered, with what was said."""
    given = ((question, form.text(f"answers.{question.code}")) for question in category.questions)
    return [(question.text, _said(question, text)) for question, text in given if text]


def _said(question: Question, text: str) -> Text:
    if question.type is QuestionType.BOOLEAN:
        return {"yes": _YES, "no": _NO}.get(text, Text(text, text))
    return next((choice.label for choice in question.choices if choice.code == text), Text(text, text))


class Alike(NamedTuple):
    """What others have probably reported of a matter: what is public, and roughly how many more wait."""

    shown: Sequence[views.Similar] = ()
    waiting: int = 0


async def _alike(visit: Visit, draft: Draft) -> Alike:
    """The same for a page: nobody is kept from reporting because his address has read too much."""
    try:
        spend(visit.request, 1)
    except ReadTooMuch:
        return Alike()
    return await alike(visit, draft)


async def alike(visit: Visit, draft: Draft) -> Alike:
    """What others have probably reported of it, near the pin, else in the commune; none rather than no page."""
    category, commune = draft.category, draft.placed.chain.commune if draft.placed else None
    try:
        found = await publication_service.similar_to(
            visit.database,
            visit.tenant.id,
            point_of(draft.form),
            commune.code if commune else None,
            text=draft.form.text("description"),
            category=(category.code, category.parent or category.code) if category else None,
            now=visit.now,
        )
        waiting = await publication_service.count_waiting(
            visit.database,
            visit.books.catalogue,
            visit.tenant.id,
            point_of(draft.form),
            commune.code if commune else None,
            category.code if category else None,
            now=visit.now,
        )
    except Unavailable:
        return Alike()
    return Alike(views.similar(visit, found), waiting)
