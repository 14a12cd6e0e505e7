"""How long things may take: every target in force, what changes when, and another version with what it would move."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.terms import Preview
from app.console.deps import PATH, Administrator, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.console.publishing import ASKS, STALE, TIERS, all_categories, at_fields, names_of, numbers, priorities
from app.db.work import Work, in_work, read_work
from app.deadlines import policies, service
from app.deadlines.errors import EditRace, StaleEdit
from app.deadlines.schemas import TargetIn
from app.deadlines.service import PublishedTarget
from app.deadlines.terms import Target, TargetKind, TimeUnit
from app.kit.clock import local_day
from app.kit.problems import NotFound, Problem
from app.kit.text import Text
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/targets", route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
_ASKS: Final = {
    **ASKS,
    "code": Text("Hãy đặt mã cho thời hạn này.", "Give the target a code."),
    "amount": Text("Hãy nhập thời hạn là bao nhiêu.", "Enter how long it is."),
    "source": Text("Hãy ghi đọc ở văn bản nào.", "Say in which document it stands."),
}
_TYPED: Final = (
    *("code", "kind", "tier", "priority", "unit", "legal_basis.vi", "legal_basis.en"),
    *("source", "valid_from", "valid_to", "note"),
)


@router.get("")
async def list_targets(desk: CurrentDesk) -> Response:
    """Each target with the version in force and the next one, for every officer."""
    done = desk.request.query_params.get("done") == "published"
    found = sorted(await _versions(desk), key=lambda one: (list(TargetKind).index(one.target.kind), one.target.code))
    lines = [_line(desk, list(each)) for _, each in groupby(found, lambda one: one.target.code)]
    groups = [(kind, list(each)) for kind, each in groupby(lines, lambda line: line["newest"]["target"].kind)]
    return desk.page("targets.html", groups=groups, may=_may(desk), done=done)


def _may(desk: Desk) -> bool:
    return bool(policies.may_publish_edit(desk.actor))


async def _versions(desk: Desk) -> list[PublishedTarget]:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        return await service.list_targets(work, desk.actor, calendars=desk.books.calendars)


def _line(desk: Desk, versions: Sequence[PublishedTarget]) -> dict[str, Any]:
    """A target by its versions, the newest first: the one in force, what comes, and all."""
    today = local_day(desk.now, desk.tenant.time_zone)
    current = next((one for one in versions if one.current), None)
    coming = [one for one in versions if one.target.valid_from > today and (not current or _after(one, current))]
    return {
        "newest": _shape(desk, versions[0]),
        "current": _shape(desk, current) if current else None,
        "coming": [_shape(desk, one) for one in sorted(coming, key=lambda one: one.target.valid_from)],
        "versions": [_shape(desk, one) for one in versions],
    }


def _after(one: PublishedTarget, current: PublishedTarget) -> bool:
    return one.target.version > current.target.version


def _shape(desk: Desk, one: PublishedTarget) -> dict[str, Any]:
    target = one.target
    return {
        "target": target,
        "current": one.current,
        "given": one.given,
        "categories": names_of(desk, target.categories),
        "tier": TIERS[target.tier](desk.lang) if target.tier else "",
        "priority": target.priority.label(desk.lang) if target.priority else "",
    }


@router.get("/new")
async def ask_for_target(desk: Administrator) -> Response:
    """The form for a target with a code of its own."""
    today = local_day(desk.now, desk.tenant.time_zone).isoformat()
    start = [("kind", TargetKind.RESOLUTION.value), ("unit", TimeUnit.WORKING_DAY.value), ("valid_from", today)]
    return _asked(desk, None, Form(start), {})


@router.get("/{code}")
async def show_target(desk: CurrentDesk, code: CodePath) -> Response:
    """One target with all its versions, and the form for another where the officer may. Raises: NotFound."""
    line = await _known(desk, code)
    return _asked(desk, line, _as_form(desk, line["newest"]["target"]), {})


async def _known(desk: Desk, code: str) -> dict[str, Any]:
    found = [one for one in await _versions(desk) if one.target.code == code]
    if not found:
        raise NotFound
    return _line(desk, found)


@router.post("/new")
async def publish_new(desk: Administrator, form: OwnForm) -> Response:
    """What the target would move, or it is published; else the page with what is wrong."""
    return await _published(desk, None, form)


@router.post("/{code}")
async def publish_version(desk: Administrator, code: CodePath, form: OwnForm) -> Response:
    """What the version would move, or it is published; else the page with what is wrong. Raises: NotFound."""
    return await _published(desk, await _known(desk, code), form)


async def _published(desk: Desk, line: dict[str, Any] | None, form: Form) -> Response:
    try:
        wanted = TargetIn.model_validate(_typed(line, form))
    except ValidationError as refused:
        return _asked(desk, line, form, at_fields(errors_of(refused, _ASKS)), status=422)
    try:
        if form.text("step") == "do":
            await _publish(desk, wanted)
            return RedirectResponse(f"{PATH}/targets?done=published#{wanted.code}", status_code=303)
        return _asked(desk, line, form, {}, wanted=wanted, preview=await _preview(desk, wanted))
    except Problem as problem:
        return await _refused(desk, line, form, wanted, problem)


async def _refused(desk: Desk, line: dict[str, Any] | None, form: Form, wanted: TargetIn, problem: Problem) -> Response:
    """The page again: with what is wrong, or with the newer version and what this one would do after it."""
    errors = errors_of_problem(problem)
    if not isinstance(problem, StaleEdit | EditRace):
        message = None if errors else problem.detail
        return _asked(desk, line, form, errors, message=message, status=problem.status)
    line, preview = await _known(desk, wanted.code), await _preview(desk, wanted)
    return _asked(desk, line, form, {}, message=STALE, status=problem.status, wanted=wanted, preview=preview)


def _typed(line: dict[str, Any] | None, form: Form) -> dict[str, Any]:
    body = {**form.filled(*_TYPED), **numbers(form, "amount", "extend_to", "based_on")}
    if line is not None:
        body["code"] = line["newest"]["target"].code
    running = bool(form.text("apply_to_running"))
    return {**body, "categories": form.many("categories"), "apply_to_running": running}


async def _publish(desk: Desk, wanted: TargetIn) -> None:
    books = desk.books

    async def verb(work: Work) -> PublishedTarget:
        return await service.publish_target(
            work,
            desk.actor,
            wanted.target(desk.tenant.id),
            calendars=books.calendars,
            categories={one.code for one in books.catalogue.all(desk.tenant.id)},
            based_on=wanted.based_on,
            for_running=wanted.apply_to_running,
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


async def _preview(desk: Desk, wanted: TargetIn) -> Preview | None:
    """What would move of the running clocks; None of a target that runs beside them. Raises: Forbidden, InvalidEdit."""
    books, runs = desk.books, wanted.kind is TargetKind.RESOLUTION
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        target, trial = await service.try_target(
            work,
            desk.actor,
            wanted.target(desk.tenant.id),
            calendars=books.calendars,
            categories={one.code for one in books.catalogue.all(desk.tenant.id)},
            for_running=runs or wanted.apply_to_running,
        )
    if not runs:
        return None
    return await cases_service.preview_target(desk.database, desk.tenant.id, books, trial, target, now=desk.now)


def _as_form(desk: Desk, target: Target) -> Form:
    """The form filled in with the newest version, to be in force from today."""
    plain = {
        "kind": target.kind.value,
        "amount": str(target.amount),
        "unit": target.unit.value,
        "extend_to": str(target.extend_to or ""),
        "tier": target.tier.value if target.tier else "",
        "priority": target.priority.value if target.priority else "",
        "legal_basis.vi": target.legal_basis.vi,
        "legal_basis.en": target.legal_basis.en,
        "source": target.source,
        "valid_from": local_day(desk.now, desk.tenant.time_zone).isoformat(),
    }
    return Form([*plain.items(), *(("categories", code) for code in target.categories)])


def _asked(
    desk: Desk,
    line: dict[str, Any] | None,
    form: Form,
    errors: FieldErrors,
    *,
    wanted: TargetIn | None = None,
    preview: Preview | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    lang, newest = desk.lang, line["newest"]["target"] if line else None
    return desk.page(
        "target.html",
        status=status,
        line=line,
        form=form,
        errors=errors,
        message=message,
        wanted=_shape(desk, PublishedTarget(wanted.target(desk.tenant.id), current=False, given=None))
        if wanted
        else None,
        running=wanted.apply_to_running if wanted else False,
        preview=preview,
        may=_may(desk),
        based_on=newest.version if newest else 0,
        action=f"{PATH}/targets/{newest.code if newest else 'new'}",
        kinds=[(one.value, one.label(lang)) for one in TargetKind],
        time_units=[(one.value, one.label(lang)) for one in TimeUnit],
        tiers=[(one.value, label(lang)) for one, label in TIERS.items()],
        priorities=priorities(desk),
        groups=all_categories(desk),
    )
