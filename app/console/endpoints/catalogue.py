"""The catalogue of procedures: versions with their validity; officers read it, administrators keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Path
from pydantic import BaseModel, ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, Administrator, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.db.work import ReadWork, Work, in_work
from app.filling import procedures as reading
from app.filling.questions import Field, fields_of
from app.identity.terms import Role
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text
from app.procedures import domain, service
from app.procedures.deps import CurrentProcedures
from app.procedures.errors import ProcedureIsDraft, ProcedureIsPublished, ProcedureVersionNotFound
from app.procedures.schemas import PublicationIn, RetirementIn
from app.procedures.service import Consequences
from app.procedures.snapshot import Procedures
from app.procedures.terms import Mistake, Placed, Procedure, ProcedureVersion
from app.service_requests import service as requests_service
from app.web.cursors import make_cursor, read_cursor
from app.web.pages import FieldErrors, Form, errors_of, whole_number

router = APIRouter(prefix=f"{PATH}/procedures", route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[0-9A-Za-z.-]{1,40}$")]
VersionPath = Annotated[int, Path(ge=1, le=1_000_000)]
_Shape = TypeVar("_Shape", bound=BaseModel)
_LINES: Final = 60
_QUERY: Final = {"list": "console procedures"}
_DONE: Final = frozenset({"drafted", "published", "ended"})
_DAY: Final = Text("Hãy chọn ngày.", "Choose the day.")
_CHOOSE: Final = Text("Hãy chọn tệp YAML.", "Choose a YAML file.")
_NO_TEXT: Final = Text("Tệp không phải văn bản UTF-8, hoặc quá lớn.", "The file is not text in UTF-8, or too large.")
_SAME: Final = Text("Phiên bản mới nhất đã giống hệt tệp này.", "The newest version says the same already.")


@dataclass(frozen=True, slots=True)
class Act:
    """One of the two forms: what is to be done from which day, and what would come of it."""

    verb: str
    form: Form
    errors: FieldErrors
    message: Text | None = None
    preview: Consequences | None = None


def _keeps(desk: Desk) -> bool:
    return bool(desk.actor.units(Role.TENANT_ADMIN))


def _today(desk: Desk) -> date:
    return local_day(desk.now, desk.tenant.time_zone)


@router.get("")
async def list_procedures(desk: CurrentDesk, procedures: CurrentProcedures) -> Response:
    """Versions by code, the newest first: all of them for administrators, those in force for other officers."""
    lines, more = await _kept(desk) if _keeps(desk) else (_in_force(desk, procedures), None)
    return desk.page("procedures.html", lines=lines, more=more, keeps=_keeps(desk))


def _in_force(desk: Desk, procedures: Procedures) -> list[dict[str, Any]]:
    return [_line(one, _today(desk)) for one in procedures.all_open(desk.tenant.id, _today(desk))]


async def _kept(desk: Desk) -> tuple[list[dict[str, Any]], str | None]:
    """Lines of a page, and where the next one begins."""
    cursor = desk.request.query_params.get("cursor")
    code, version = read_cursor(_QUERY, cursor, str, int) if cursor else ("", 0)

    async def read(work: Work) -> list[ProcedureVersion]:
        after = (str(code), int(version))
        return list(await service.list_versions(ReadWork(work), desk.actor, after=after, limit=_LINES + 1))

    found = [one.procedure for one in await in_work(desk.database, desk.clock, desk.tenant.id, read)]
    last = found[_LINES - 1] if len(found) > _LINES else None
    more = urlencode({"cursor": make_cursor(_QUERY, [last.code, last.version])}) if last else None
    return [_line(one, _today(desk)) for one in found[:_LINES]], more


def _line(one: Procedure, today: date) -> dict[str, Any]:
    return {"procedure": one, "standing": _standing(one, today), "kind": _kind(one, today)}


def _standing(one: Procedure, today: date) -> Text:
    """Where the version stands on that day, in words."""
    if not one.published:
        return Text("Dự thảo", "Draft")
    if one.open_on(today):
        return Text("Đang áp dụng", "In force")
    return Text("Chưa áp dụng", "Not yet in force") if one.valid_from > today else Text("Đã thay thế", "Ended")


def _kind(one: Procedure, today: date) -> str:
    return "soon" if not one.published else "done" if one.open_on(today) else "quiet"


# -- a file


@router.get("/import")
async def ask_for_file(desk: Administrator) -> Response:
    """The form for a file."""
    return _importing(desk, {}, [])


def _importing(
    desk: Desk, errors: FieldErrors, mistakes: list[tuple[int, Mistake]], *, message: Text | None = None
) -> Response:
    bad = bool(errors or mistakes or message)
    status = 422 if bad else 200
    return desk.page("import.html", status=status, errors=errors, mistakes=mistakes, message=message, form=Form())


@router.post("/import")
async def bring_file(desk: Administrator, form: OwnForm) -> Response:
    """A draft of what the file says; or every mistake with its line, and nothing is written."""
    text = await _text_of(form)
    if isinstance(text, Text):
        return _importing(desk, {"file": text}, [])
    books, today = desk.books, _today(desk)
    found, mistakes = service.look_at_file(
        desk.actor, text, directory=books.directory, catalogue=books.catalogue, on=today
    )
    return _importing(desk, {}, mistakes) if mistakes or found is None else await _brought(desk, found.values)


async def _text_of(form: Form) -> str | Text:
    """What is in the file, or why it cannot be taken."""
    if not form.files:
        return _CHOOSE
    content = await form.files[0].read(domain.BYTES_MAX + 1)
    for file in form.files:
        await file.close()
    try:
        return content.decode("utf-8-sig") if len(content) <= domain.BYTES_MAX else _NO_TEXT
    except UnicodeDecodeError:
        return _NO_TEXT


async def _brought(desk: Desk, values: Any) -> Response:
    books = desk.books

    async def bring(work: Work) -> ProcedureVersion | None:
        return await service.bring_procedure(
            work, desk.actor, values, directory=books.directory, catalogue=books.catalogue, publish=False
        )

    try:
        made = await in_work(desk.database, desk.clock, desk.tenant.id, bring)
    except Problem as refused:
        return _importing(desk, {}, [], message=refused.detail)
    if made is None:
        return _importing(desk, {}, [], message=_SAME)
    return RedirectResponse(_address(made.procedure.code, made.procedure.version, "drafted"), status_code=303)


def _address(code: str, version: int, done: str = "") -> str:
    return f"{PATH}/procedures/{code}/versions/{version}" + (f"?done={done}" if done else "")


# -- a version


@router.get("/{code}/versions/{version}")
async def show_version(
    desk: CurrentDesk, procedures: CurrentProcedures, code: CodePath, version: VersionPath
) -> Response:
    """What the version says, as it is in force; a draft for administrators alone. Raises: ProcedureVersionNotFound."""
    return await _shown(desk, procedures, code, version)


async def _version(desk: Desk, procedures: Procedures, code: str, version: int) -> tuple[Procedure, int | None]:
    """The version, and its revision for whoever may change it. Raises: ProcedureVersionNotFound."""
    if not _keeps(desk):
        found = procedures.find(desk.tenant.id, code, version)
        if found is None:
            raise ProcedureVersionNotFound
        return found, None

    async def read(work: Work) -> ProcedureVersion:
        return await service.get_version(ReadWork(work), desk.actor, code, version)

    kept = await in_work(desk.database, desk.clock, desk.tenant.id, read)
    return kept.procedure, kept.revision


async def _shown(
    desk: Desk, procedures: Procedures, code: str, version: int, act: Act | None = None, *, status: int = 200
) -> Response:
    one, revision = await _version(desk, procedures, code, version)
    done, today, books = desk.request.query_params.get("done", ""), _today(desk), desk.books
    mistakes = [] if one.published else domain.check_procedure(one)
    if not one.published:
        mistakes += domain.missing_units(one, books.directory, books.catalogue, tenant=desk.tenant.id, on=today)
    return desk.page(
        "procedure_version.html",
        status=status,
        one=one,
        shown=reading.shown(Placed(one, None), books.directory, desk.lang),
        questions=_questions(fields_of(one, Form(), desk.lang)),
        standing=_standing(one, today),
        kind=_kind(one, today),
        keeps=revision is not None,
        revision=revision,
        action=_address(code, version),
        mistakes=mistakes,
        under_way=(await requests_service.count_open(desk.database, desk.tenant.id, code)).get(version, 0),
        done=done if done in _DONE else "",
        act=act or Act("", Form(), {}),
        today=today,
    )


def _questions(fields: list[Field] | tuple[Field, ...], deep: int = 0) -> list[tuple[int, Field]]:
    """Every question with how deep it lies, groups before what is in them."""
    found: list[tuple[int, Field]] = []
    for one in fields:
        found.append((deep, one))
        if one.rows:
            found += _questions(one.rows[0], deep + 1)
    return found


@router.post("/{code}/versions/{version}/publication")
async def publish(
    desk: Administrator, procedures: CurrentProcedures, code: CodePath, version: VersionPath, form: OwnForm
) -> Response:
    """What publishing would mean; once that was seen, the version is published."""
    try:
        wanted = _wanted(PublicationIn, form, "valid_from")
        if form.text("step") != "do":
            return await _shown(desk, procedures, code, version, await _publication(desk, code, version, form, wanted))
        await _published(desk, code, version, form, wanted)
    except (ValidationError, Problem) as refused:
        return await _refused(desk, procedures, code, version, "publication", form, refused)
    return RedirectResponse(_address(code, version, "published"), status_code=303)


async def _publication(desk: Desk, code: str, version: int, form: Form, wanted: PublicationIn) -> Act:
    async def look(work: Work) -> Consequences:
        return await service.preview_publication(
            ReadWork(work),
            desk.actor,
            code,
            version,
            directory=desk.books.directory,
            catalogue=desk.books.catalogue,
            valid_from=wanted.valid_from,
        )

    return Act("publication", form, {}, preview=await in_work(desk.database, desk.clock, desk.tenant.id, look))


async def _published(desk: Desk, code: str, version: int, form: Form, wanted: PublicationIn) -> None:
    async def do(work: Work) -> ProcedureVersion:
        return await service.publish_version(
            work,
            desk.actor,
            code,
            version,
            directory=desk.books.directory,
            catalogue=desk.books.catalogue,
            seen=_seen(form),
            valid_from=wanted.valid_from,
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, do)


@router.post("/{code}/versions/{version}/retirement")
async def retire(
    desk: Administrator, procedures: CurrentProcedures, code: CodePath, version: VersionPath, form: OwnForm
) -> Response:
    """What ending the version would mean; once that was seen, it ends."""
    try:
        wanted = _wanted(RetirementIn, form, "last_day")
        if form.text("step") != "do":
            return await _shown(desk, procedures, code, version, await _retirement(desk, code, version, form, wanted))
        await _retired(desk, code, version, form, wanted)
    except (ValidationError, Problem) as refused:
        return await _refused(desk, procedures, code, version, "retirement", form, refused)
    return RedirectResponse(_address(code, version, "ended"), status_code=303)


async def _retirement(desk: Desk, code: str, version: int, form: Form, wanted: RetirementIn) -> Act:
    async def look(work: Work) -> Consequences:
        return await service.preview_retirement(ReadWork(work), desk.actor, code, version, last_day=wanted.last_day)

    return Act("retirement", form, {}, preview=await in_work(desk.database, desk.clock, desk.tenant.id, look))


async def _retired(desk: Desk, code: str, version: int, form: Form, wanted: RetirementIn) -> None:
    async def do(work: Work) -> ProcedureVersion:
        return await service.retire_version(work, desk.actor, code, version, last_day=wanted.last_day, seen=_seen(form))

    await in_work(desk.database, desk.clock, desk.tenant.id, do)


def _wanted(shape: type[_Shape], form: Form, name: str) -> _Shape:
    """The form in its wire shape. Raises: ValidationError."""
    return shape.model_validate(form.filled(name))


def _seen(form: Form) -> int:
    """The revision that the form's page showed; none is none that stands."""
    seen = whole_number(form.text("revision"))
    return seen if isinstance(seen, int) else 0


async def _refused(
    desk: Desk,
    procedures: Procedures,
    code: str,
    version: int,
    verb: str,
    form: Form,
    refused: ValidationError | Problem,
) -> Response:
    """The version again with what is wrong in the form, or why it cannot be. Raises: ProcedureVersionNotFound."""
    if isinstance(refused, ValidationError):
        act, status = Act(verb, form, errors_of(refused, {"valid_from": _DAY, "last_day": _DAY})), 422
    else:
        done = isinstance(refused, ProcedureIsPublished | ProcedureIsDraft)  # their details speak to programs
        act, status = Act(verb, form, {}, message=refused.title if done else refused.detail), refused.status
    return await _shown(desk, procedures, code, version, act, status=status)
