"""One case with everything an officer needs, and its verbs as forms that carry the version he saw."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.errors import CaseNotFound, StaleCase
from app.cases.models import Case
from app.cases.terms import QueueView, Verb
from app.console import verbs, views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, back_to, place_in_queue, written_in
from app.desks import service as desks_service
from app.kit.ids import CaseId
from app.kit.problems import Problem
from app.kit.text import Text
from app.letters import service as letters_service
from app.letters.service import letter_of
from app.letters.terms import Letter
from app.web.pages import FieldErrors, Form, whole_number

router = APIRouter(prefix=f"{PATH}/cases", route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
_STALE = Text(
    "Vụ việc đã thay đổi từ khi bạn mở trang. Những gì mới ở ngay dưới đây và được đánh dấu trong quá trình.",
    "Somebody has changed it while you were at work. What is new stands below, and is marked in the history.",
)
_CHOOSE = Text("Hãy chọn một mẫu.", "Choose a template.")


@router.get("/{code}")
async def show_case(desk: CurrentDesk, code: CodePath) -> Response:
    """The case. Raises: CaseNotFound outside the officer's units."""
    done = desk.request.query_params.get("done", "")
    back = Form([("back", desk.request.query_params.get("back", ""))])
    return await _shown(desk, code, form=back, done=Verb(done) if done in set(Verb) else None)


@router.get("/{code}/letters/{number}")
async def show_letter(desk: CurrentDesk, code: CodePath, number: CodePath) -> Response:
    """A letter that was sent about the case. Raises: CaseNotFound outside the officer's units, LetterNotFound."""
    view = await cases_service.get_case(desk.database, desk.actor, desk.scope, desk.books, code)
    case_id = CaseId(view.row["id"])
    letter = letter_of(await letters_service.list_letters(desk.database, desk.tenant.id, [case_id]), number)
    return desk.page("letter.html", code=code, number=number, sheet=letter.sheets[desk.lang], checksum=letter.checksum)


@router.post("/{code}/{verb}")
async def act(desk: CurrentDesk, code: CodePath, verb: Verb, form: OwnForm) -> Response:
    """The verb done, or the case again with what is wrong and everything that was typed."""
    seen = whole_number(form.text("version"))
    if not verbs.is_form(verb) or not isinstance(seen, int):
        raise CaseNotFound
    try:
        return await _acted(desk, code, verb, seen, form)
    except (ValidationError, Problem) as refused:
        return await _refused(desk, code, verb, seen, form, refused)


async def _acted(desk: Desk, code: str, verb: Verb, seen: int, form: Form) -> Response:
    """The verb done; of an extension that is only to be seen, the letter it would send."""
    if verb is Verb.EXTEND and form.text("step") == "preview":
        letter = await verbs.preview_letter(desk, code, form)
        return await _shown(desk, code, verb=verb, form=form, seen=seen, draft=letter)
    if verb in {Verb.DRAFT_ANSWER, Verb.RESOLVE} and form.text("step") == "template":
        return await _filled(desk, code, verb, seen, form)
    return _done(desk, await verbs.act(desk, code, verb, seen, form), verb, form.text("back"))


async def _filled(desk: Desk, code: str, verb: Verb, seen: int, form: Form) -> Response:
    """The form with the chosen template below what was typed, to be read and changed. Raises: CaseNotFound."""
    found = await desks_service.templates_for_case(desk.database, desk.clock, desk.actor, desk.books, code)
    chosen = next((one for one in found if str(one.template.id) == form.text("template")), None)
    if chosen is None:
        return await _shown(desk, code, verb=verb, form=form, errors={"template": _CHOOSE}, status=422, seen=seen)
    answer = "\n\n".join(filter(None, (form.text("answer"), chosen.text)))
    resolution = form.text("resolution") or chosen.template.wanted.resolution or ""
    return await _shown(desk, code, verb=verb, form=form.having(answer=answer, resolution=resolution), seen=seen)


def _done(desk: Desk, case: Case, verb: Verb, back: str) -> Response:
    """On to the case, or to the queue when the case now lies with a unit the officer does not see."""
    scope = desk.scope
    seen_still = scope.whole or case.unit_id in scope.units
    if not seen_still:
        return RedirectResponse(back_to(back, done=verb.value, code=case.code), status_code=303)
    kept = {"back": urlencode(place)} if (place := place_in_queue(back)) else {}
    told = urlencode({"done": verb.value, **kept})
    return RedirectResponse(f"{PATH}/cases/{case.code}?{told}", status_code=303)


async def _refused(
    desk: Desk, code: str, verb: Verb, seen: int, form: Form, refused: ValidationError | Problem
) -> Response:
    if isinstance(refused, ValidationError):
        return await _shown(desk, code, verb=verb, form=form, errors=verbs.wrong_in(verb, refused), status=422)
    stale = isinstance(refused, StaleCase)
    message = _STALE if stale else refused.detail
    return await _shown(
        desk, code, verb=verb, form=form, message=message, status=refused.status, seen=seen if stale else None
    )


async def _shown(
    desk: Desk,
    code: str,
    *,
    verb: Verb | None = None,
    form: Form | None = None,
    errors: FieldErrors | None = None,
    message: Text | None = None,
    done: Verb | None = None,
    seen: int | None = None,
    status: int = 200,
    draft: Letter | None = None,
) -> Response:
    """The case; `verb` is the form that stands open, `seen` the version the officer had before him.

    `draft` is the letter that would be sent.
    """
    form = form or Form()
    place = place_in_queue(form.text("back"))
    view = await cases_service.get_case(desk.database, desk.actor, desk.scope, desk.books, code)
    return desk.page(
        "case.html",
        status=status,
        tried=verb.value if verb else "",
        tried_verb=verb,
        able={each.value for each in view.verbs},
        written=written_in(form),
        form=form,
        back=urlencode(place),
        back_view=QueueView(place["view"]) if place.get("view") in set(QueueView) else None,
        errors=errors or {},
        message=message,
        done=done,
        seen=view.row["version"] if seen is None else seen,
        draft=draft,
        **await views.case_page(desk, view),
        **desk.map_values(),
    )
