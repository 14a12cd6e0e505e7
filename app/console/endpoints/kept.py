"""Views of the queue kept under a name, and dropped, by forms of the queue's page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console import seeking
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, back_to, place_in_queue
from app.db.work import Work, in_work
from app.desks import service as desks_service
from app.desks.schemas import ViewIn
from app.kit.problems import Problem
from app.kit.text import Text
from app.web.pages import FieldErrors, Form, errors_of

router = APIRouter(prefix=f"{PATH}/views", route_class=ConsoleRoute)
ViewId = Annotated[UUID, Path()]
_MISSING = {"name": Text("Hãy đặt tên cho danh sách.", "Give the view a name.")}


@router.post("")
async def save_view(desk: CurrentDesk, form: OwnForm) -> Response:
    """The view where the form was, kept under the name; the queue again, or a page with what is wrong."""
    try:
        await _saved(desk, form)
    except ValidationError as refused:
        return _again(desk, form, errors_of(refused, _MISSING), 422)
    except Problem as problem:
        return _again(desk, form, {"": problem.detail}, problem.status)
    return RedirectResponse(back_to(form.text("back"), done="saved"), status_code=303)


async def _saved(desk: Desk, form: Form) -> None:
    """Raises: ValidationError, and whatever the verb refuses."""
    asked = seeking.asked_in(place_in_queue(form.text("back")))
    wanted = ViewIn.model_validate({**form.filled("name", "unit"), "asked": asked})
    directory, catalogue = desk.books.directory, desk.books.catalogue
    unit = directory.unit_by_code(desk.tenant.id, wanted.unit) if wanted.unit else None

    async def verb(work: Work) -> None:
        await desks_service.save_view(
            work,
            desk.actor,
            wanted.name,
            wanted.asked.asked(),
            unit=unit,
            directory=directory,
            catalogue=catalogue,
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


def _again(desk: Desk, form: Form, errors: FieldErrors, status: int) -> Response:
    return desk.page(
        "view_form.html",
        status=status,
        form=form,
        errors=errors,
        back=form.text("back")[:600],
        units_to_keep_for=seeking.units_to_keep_for(desk),
    )


@router.post("/{view}/drop")
async def drop_view(desk: CurrentDesk, view: ViewId, form: OwnForm) -> Response:
    """The view kept no longer, and the queue again. Raises: NoSuchView, Forbidden."""

    async def verb(work: Work) -> None:
        await desks_service.drop_view(work, desk.actor, view, directory=desk.books.directory)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return RedirectResponse(back_to(form.text("back"), done="dropped"), status_code=303)
