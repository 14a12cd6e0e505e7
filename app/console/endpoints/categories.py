"""What people may report: every category, from when to when, and another version with what that means."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.domain.previews import Offering
from app.catalogue import policies, service
from app.catalogue.errors import CategoryNotFound, StaleCategory
from app.catalogue.schemas import CategoryVersionIn
from app.catalogue.terms import Category, CategoryVersion, KeptCategory
from app.console.deps import PATH, Administrator, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.console.publishing import ASKS, CATEGORY_ASKS, PHOTOS, PUBLICATION, STALE, at_fields, numbers
from app.console.rules import unit_kind_at
from app.db.work import Work, in_work, read_work
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/categories", route_class=ConsoleRoute)
CodePath = Annotated[str, Path(max_length=100)]
_ASKS: Final = {**ASKS, **CATEGORY_ASKS}
_TYPED: Final = (
    *("name.vi", "name.en", "description.vi", "description.en", "legal_basis.vi", "legal_basis.en"),
    *("valid_from", "valid_to", "note"),
)


@router.get("")
async def list_categories(desk: CurrentDesk) -> Response:
    """Groups with their categories as they are and as they will be, for every officer."""
    lines = [(kept.category, _line(desk, kept)) for kept in await _all(desk)]
    groups = {one.code: {**line, "leaves": []} for one, line in lines if one.parent is None}
    for one, line in lines:
        if one.parent is not None:
            groups[one.parent]["leaves"].append(line)
    done = desk.request.query_params.get("done", "")
    return desk.page(
        "categories.html", groups=list(groups.values()), may=bool(policies.may_publish(desk.actor)), done=done
    )


async def _all(desk: Desk) -> list[KeptCategory]:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        return await service.list_kept(work, desk.actor)


def _today(desk: Desk) -> date:
    return local_day(desk.now, desk.tenant.time_zone)


def _line(desk: Desk, kept: KeptCategory) -> dict[str, Any]:
    """A category with whether people choose it today, and when that changes."""
    one, today = kept.category, _today(desk)
    offered = one.open_on(today)
    return {
        "category": one,
        "version": kept.version,
        "versions": kept.versions,
        "offered": offered,
        "begins": one.valid_from if one.active and one.valid_from and one.valid_from > today else None,
        "ends": one.valid_to if offered else None,
    }


@router.get("/{code}")
async def show_category(desk: CurrentDesk, code: CodePath) -> Response:
    """One category with its versions, and the form for another where the officer may. Raises: CategoryNotFound."""
    kept = await _known(desk, code)
    return await _shown(desk, kept, _as_form(kept.category), {})


async def _known(desk: Desk, code: str) -> KeptCategory:
    found = next((one for one in await _all(desk) if one.category.code == code), None)
    if found is None:
        raise CategoryNotFound
    return found


@router.post("/{code}")
async def publish_category(desk: Administrator, code: CodePath, form: OwnForm) -> Response:
    """What the version means, or it is published; else the page with what is wrong. Raises: CategoryNotFound."""
    return await _published(desk, await _known(desk, code), form)


async def _published(desk: Desk, kept: KeptCategory, form: Form) -> Response:
    code = kept.category.code
    try:
        wanted = CategoryVersionIn.model_validate({**form.filled(*_TYPED), **numbers(form, "based_on")})
    except ValidationError as refused:
        return await _shown(desk, kept, form, at_fields(errors_of(refused, _ASKS)), status=422)
    try:
        if form.text("step") == "do":
            await _publish(desk, code, wanted)
            return RedirectResponse(f"{PATH}/categories?done=published#{code}", status_code=303)
        return await _shown(desk, kept, form, {}, wanted=wanted)
    except Problem as problem:
        errors, stale = errors_of_problem(problem), isinstance(problem, StaleCategory)
        message = STALE if stale else (None if errors else problem.detail)
        again = wanted if stale else None
        return await _shown(desk, kept, form, errors, message=message, status=problem.status, wanted=again)


async def _publish(desk: Desk, code: str, wanted: CategoryVersionIn) -> None:
    async def verb(work: Work) -> CategoryVersion:
        return await service.publish_version(
            work, desk.actor, code, wanted.wanted(), today=_today(desk), based_on=wanted.based_on
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


async def _preview(desk: Desk, code: str, wanted: CategoryVersionIn) -> Offering:
    trial = service.try_version(desk.actor, code, wanted.wanted(), catalogue=desk.books.catalogue, today=_today(desk))
    return await cases_service.preview_category(desk.database, desk.tenant.id, desk.books, trial, code, now=desk.now)


def _as_form(category: Category) -> Form:
    """The form filled in with the category as it is."""
    return Form(
        [
            ("name.vi", category.name.vi),
            ("name.en", category.name.en),
            ("description.vi", category.description.vi),
            ("description.en", category.description.en),
            ("legal_basis.vi", category.legal_basis.vi),
            ("legal_basis.en", category.legal_basis.en),
            ("valid_from", category.valid_from.isoformat() if category.valid_from else ""),
            ("valid_to", category.valid_to.isoformat() if category.valid_to else ""),
        ]
    )


async def _shown(
    desk: Desk,
    kept: KeptCategory,
    form: Form,
    errors: FieldErrors,
    *,
    wanted: CategoryVersionIn | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    one, lang = kept.category, desk.lang
    group = desk.books.catalogue.find(desk.tenant.id, one.parent) if one.parent else None
    return desk.page(
        "category.html",
        status=status,
        **_line(desk, kept),
        group=group,
        default=unit_kind_at(desk, one.default_unit_kind, one.default_tier),
        shown=PUBLICATION[one.publication](lang),
        photos=PHOTOS[one.photos](lang),
        form=form,
        errors=errors,
        message=message,
        wanted=wanted,
        preview=await _preview(desk, one.code, wanted) if wanted else None,
        may=bool(policies.may_publish(desk.actor)),
        action=f"{PATH}/categories/{one.code}",
    )
