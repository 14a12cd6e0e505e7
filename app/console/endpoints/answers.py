"""Templates of answers: the list, one with its versions, and what a case would make of it before it is kept."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases.terms import GIVEN_RESOLUTIONS, Resolution
from app.console import seeking, views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.db.work import Work, in_work, read_work
from app.desks import service as desks_service
from app.desks.schemas import AnswerTemplateIn, NewAnswerTemplateIn
from app.desks.terms import Placeholder, Template
from app.kit.problems import Problem
from app.kit.text import Text
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem, whole_number

router = APIRouter(prefix=f"{PATH}/answer-templates", route_class=ConsoleRoute)
TemplateId = Annotated[UUID, Path()]
_FIELDS = ("name", "body", "category", "resolution")
_MISSING = {
    "name": Text("Hãy đặt tên mẫu.", "Give the template a name."),
    "body": Text("Hãy viết câu trả lời mẫu.", "Write the answer."),
    "unit": Text("Hãy chọn cơ quan.", "Choose the unit."),
}
_TOLD = {
    "added": Text("Đã thêm mẫu.", "The template is kept."),
    "changed": Text("Đã lưu phiên bản mới.", "A new version is kept."),
    "ended": Text("Mẫu không còn được dùng.", "The template is offered no more."),
}


@router.get("")
async def list_templates(desk: CurrentDesk) -> Response:
    """Templates of the officer's units, of those above and below, with the form for a new one."""
    return await _list(desk, Form(), done=desk.request.query_params.get("done", ""))


@router.post("")
async def add_template(desk: CurrentDesk, form: OwnForm) -> Response:
    """A template added, or only looked at, or the page with what is wrong and all that was typed."""
    try:
        wanted = NewAnswerTemplateIn.model_validate(form.filled(*_FIELDS, "unit"))
        if form.text("step") == "preview":
            return await _list(desk, form, preview=_sample(desk, wanted))
        await _added(desk, wanted)
    except (ValidationError, Problem) as refused:
        return await _list(desk, form, **_wrong(refused))
    return RedirectResponse(f"{PATH}/answer-templates?done=added", status_code=303)


def _sample(desk: Desk, wanted: AnswerTemplateIn) -> str:
    """What a case of today would make of it. Raises: InvalidTemplate, UnknownCategory."""
    return desks_service.preview_template(desk.actor, wanted.wanted(), desk.books, now=desk.now)


async def _added(desk: Desk, wanted: NewAnswerTemplateIn) -> None:
    """Raises: Forbidden, UnknownUnit, InvalidTemplate, UnknownCategory, DeskFull."""
    directory, catalogue = desk.books.directory, desk.books.catalogue
    unit = directory.unit_by_code(desk.tenant.id, wanted.unit)

    async def verb(work: Work) -> None:
        await desks_service.add_template(
            work, desk.actor, unit, wanted.wanted(), directory=directory, catalogue=catalogue
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


def _wrong(refused: ValidationError | Problem) -> dict[str, Any]:
    if isinstance(refused, ValidationError):
        return {"errors": errors_of(refused, _MISSING), "status": 422}
    return {"errors": errors_of_problem(refused) or {"": refused.detail}, "status": refused.status}


async def _list(
    desk: Desk,
    form: Form,
    *,
    done: str = "",
    errors: FieldErrors | None = None,
    preview: str | None = None,
    status: int = 200,
) -> Response:
    found = await desks_service.list_templates(desk.database, desk.actor, desk.books.directory)
    return desk.page(
        "answer_templates.html",
        status=status,
        templates=[(one, desk.books.directory.unit(desk.tenant.id, one.unit_id).name) for one in found],
        told=_TOLD.get(done),
        **_form(desk, form, errors, preview),
    )


def _form(desk: Desk, form: Form, errors: FieldErrors | None, preview: str | None) -> dict[str, Any]:
    """What the form of a template lets one choose from."""
    return {
        "form": form,
        "errors": errors or {},
        "preview": preview,
        "writes_for": seeking.units_to_keep_for(desk),
        "categories": views.categories_to_choose(desk),
        "resolutions": [(each.value, each.label(desk.lang)) for each in Resolution if each in GIVEN_RESOLUTIONS],
        "placeholders": [(f"{{{each}}}", each.label) for each in Placeholder],
    }


@router.get("/{template}")
async def show_template(desk: CurrentDesk, template: TemplateId) -> Response:
    """One template with its versions. Raises: NoSuchTemplate."""
    return await _one(desk, template, None)


@router.post("/{template}")
async def change_template(desk: CurrentDesk, template: TemplateId, form: OwnForm) -> Response:
    """The template as its next version, ended, or only looked at; else the page with what is wrong."""
    step = form.text("step")
    try:
        if step == "preview":
            wanted = AnswerTemplateIn.model_validate(form.filled(*_FIELDS))
            return await _one(desk, template, form, preview=_sample(desk, wanted))
        await _changed(desk, template, form, end=step == "end")
    except (ValidationError, Problem) as refused:
        return await _one(desk, template, form, **_wrong(refused))
    return RedirectResponse(f"{PATH}/answer-templates?done={'ended' if step == 'end' else 'changed'}", status_code=303)


async def _changed(desk: Desk, template: UUID, form: Form, *, end: bool) -> None:
    """Raises: ValidationError, and whatever the verb refuses."""
    directory, catalogue = desk.books.directory, desk.books.catalogue
    seen = whole_number(form.text("version"))
    wanted = None if end else AnswerTemplateIn.model_validate(form.filled(*_FIELDS)).wanted()

    async def verb(work: Work) -> None:
        if wanted is None:
            await desks_service.end_template(work, desk.actor, template, directory=directory)
            return
        await desks_service.change_template(
            work,
            desk.actor,
            template,
            wanted,
            seen=seen if isinstance(seen, int) else -1,
            directory=directory,
            catalogue=catalogue,
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


async def _one(
    desk: Desk,
    template: UUID,
    form: Form | None,
    *,
    errors: FieldErrors | None = None,
    preview: str | None = None,
    status: int = 200,
) -> Response:
    directory = desk.books.directory
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found, editions = await desks_service.get_template(work, desk.actor, template, directory=directory)
    return desk.page(
        "answer_template.html",
        status=status,
        of=found,
        unit=directory.unit(desk.tenant.id, found.unit_id).name,
        editions=editions,
        may_change=desks_service.may_change(desk.actor, found, directory),
        **_form(desk, form or _as_it_is(found), errors, preview),
    )


def _as_it_is(template: Template) -> Form:
    wanted = template.wanted
    given = {"version": str(template.version), "name": wanted.name, "body": wanted.body}
    return Form({**given, "category": wanted.category or "", "resolution": wanted.resolution or ""}.items())
