"""Pictures of a case, one by one: what everyone is to see of each, marked by hand, looked at, then decided."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.errors import CaseNotFound
from app.cases.terms import Verb
from app.console import views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.kit.problems import Problem
from app.kit.text import Text
from app.media.terms import Patch
from app.publication import service as publication_service
from app.publication.deps import CurrentStores
from app.publication.errors import NoSuchPhoto
from app.publication.schemas import PhotoDecisionIn
from app.publication.terms import PhotoChoice, PhotoDecision
from app.web.pages import FieldErrors, Form, errors_of, number, whole_number

router = APIRouter(prefix=f"{PATH}/cases/{{code}}/photos/{{photo}}", route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
_SIDES = ("x", "y", "width", "height")
_MORE_ROWS = 3
_CHOOSE = {"choice": Text("Hãy chọn một trong ba.", "Choose one of the three.")}


@router.get("")
async def show_photo(desk: CurrentDesk, code: CodePath, photo: UUID) -> Response:
    """The picture with what stands decided about it. Raises: CaseNotFound, NoSuchPhoto."""
    return await _shown(desk, code, photo)


@router.get("/draft")
async def draft_photo(
    desk: CurrentDesk,
    code: CodePath,
    photo: UUID,
    stores: CurrentStores,
    patch: Annotated[list[str], Query(max_length=40)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The picture as everyone would see it with these patches, for this officer alone; nothing of it is kept."""
    view = await cases_service.get_case(desk.database, desk.actor, desk.scope, desk.books, code)
    patches = [read for each in patch if (read := _read(each)) is not None]
    drawn = await publication_service.draft_photo(desk.database, stores.files, desk.tenant.id, view, photo, patches)
    return Response(drawn, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _read(patch: str) -> Patch | None:
    """A patch as the page writes it into the picture's address."""
    try:
        x, y, width, height = (min(100.0, max(0.0, float(side))) for side in patch.split(",")[:4])
    except ValueError:
        return None
    return Patch(x, y, width, height)


@router.post("")
async def decide(desk: CurrentDesk, code: CodePath, photo: UUID, form: OwnForm, stores: CurrentStores) -> Response:
    """The decision, and the case again; or the page with what it would look like, or with what is wrong."""
    seen = whole_number(form.text("version"))
    if not isinstance(seen, int):
        raise CaseNotFound
    try:
        return await _decided(desk, code, photo, form, stores, seen)
    except ValidationError as refused:
        return await _shown(desk, code, photo, form=form, errors=errors_of(refused, _CHOOSE), status=422)
    except Problem as problem:
        return await _shown(desk, code, photo, form=form, message=problem.detail, status=problem.status)


async def _decided(
    desk: Desk, code: str, photo: UUID, form: Form, stores: publication_service.Stores, seen: int
) -> Response:
    step = form.text("step")
    if step == "more":
        return await _shown(desk, code, photo, form=form, rows=len(form.many("x")) + _MORE_ROWS)
    decision = _decision(photo, form)
    if step == "preview" and decision.choice is not PhotoChoice.WITHHOLD:
        return await _shown(desk, code, photo, form=form, draft=decision.patches)
    case = await publication_service.decide_photos(
        desk.database,
        desk.clock,
        stores,
        desk.actor,
        desk.scope,
        desk.books,
        code,
        seen=seen,
        decisions=[decision],
        rest=False,
    )
    return RedirectResponse(f"{PATH}/cases/{case.code}?done={Verb.DECIDE_PHOTOS}#photos", status_code=303)


def _decision(photo: UUID, form: Form) -> PhotoDecision:
    """What was filled in. Patches that were marked are refused where the picture is shown as it is, not forgotten.

    Raises: ValidationError.
    """
    given: dict[str, Any] = {"id": photo, **form.filled("choice", "alt")}
    if given.get("choice") != PhotoChoice.WITHHOLD:
        given["patches"] = [
            {side: number(typed) for side, typed in row.items() if typed} for row in _rows(form) if any(row.values())
        ]
    return PhotoDecisionIn.model_validate(given).decision()


def _rows(form: Form) -> list[dict[str, str]]:
    """The patches as typed, row by row."""
    columns = [[typed.strip() for typed in form.many(side)] for side in _SIDES]
    return [dict(zip(_SIDES, row, strict=True)) for row in zip(*columns, strict=False)]


def _kept(decision: PhotoDecision | None) -> list[dict[str, str]]:
    """The same of what stands decided."""
    patches = decision.patches if decision is not None else ()
    return [{side: f"{value:g}" for side, value in patch._asdict().items()} for patch in patches]


async def _shown(
    desk: Desk,
    code: str,
    photo: UUID,
    *,
    form: Form | None = None,
    errors: FieldErrors | None = None,
    message: Text | None = None,
    draft: tuple[Patch, ...] | None = None,
    rows: int = 0,
    status: int = 200,
) -> Response:
    """The page; `draft`: with the picture as it would be. Raises: CaseNotFound, NoSuchPhoto."""
    view = await cases_service.get_case(desk.database, desk.actor, desk.scope, desk.books, code)
    photos = await publication_service.list_photos(desk.database, desk.tenant.id, view)
    found = next((one for one in photos if one.upload_id == photo), None)
    if found is None:
        raise NoSuchPhoto(0)
    typed = _rows(form) if form is not None else _kept(found.decision)
    asked = urlencode([("patch", ",".join(f"{side:g}" for side in patch)) for patch in draft or ()])
    return desk.page(
        "photo.html",
        status=status,
        code=code,
        version=view.row["version"],
        able=Verb.DECIDE_PHOTOS in view.verbs,
        photo=views.photo_line(desk, found, photos.index(found) + 1),
        count=len(photos),
        policy=views.photo_policy(desk, view),
        choices=[(choice.value, choice.label(desk.lang)) for choice in PhotoChoice],
        rows=typed + [dict.fromkeys(_SIDES, "")] * max(_MORE_ROWS - len(typed) if not typed else 1, rows - len(typed)),
        form=form or Form([("alt", (found.decision.alt or "") if found.decision else "")]),
        errors=errors or {},
        message=message,
        draft=f"{PATH}/cases/{code}/photos/{photo}/draft?{asked}" if draft is not None else None,
    )
