"""Who gets what: the rules in their order, what changes when, and one rule changed with what that would reroute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.domain.previews import Rerouting
from app.console.deps import PATH, Administrator, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.console.publishing import ASKS, STALE, at_fields, begins, numbers
from app.console.rules import own_errors, questions_of, rule_choices, rule_form, rule_line, rule_values, target_of
from app.db.work import Work, in_work, read_work
from app.kit.clock import local_day
from app.kit.ids import UnitId
from app.kit.problems import NotFound, Problem
from app.kit.text import Text
from app.routing import policies, service
from app.routing.errors import RulebookRace, StaleRulebook
from app.routing.schemas import RulebookIn
from app.routing.terms import Published, Rule
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/rulebook", route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
_REASON: Final = Text("Hãy viết lý do, bằng cả hai thứ tiếng.", "Write the reason, in both languages.")
_ASKS: Final = {
    **ASKS,
    "code": Text("Hãy đặt mã cho quy tắc.", "Give the rule a code."),
    "reason": _REASON,
    "reason.vi": _REASON,
    "reason.en": _REASON,
}
_OWN: Final = {
    "code": Text(
        "Hãy đặt mã bằng chữ thường không dấu, số, gạch nối; ví dụ: den-duong.",
        "Give the rule a code of small letters, digits and hyphens, such as street-lamps.",
    ),
    "to_unit": Text("Hãy chọn một đơn vị, hoặc cả loại và cấp.", "Choose one unit, or both the kind and the tier."),
}
_WAYS: Final = 10


@dataclass(frozen=True, slots=True)
class Book:
    """The newest version, which every change begins with; the one that decides now; and all."""

    newest: Published | None
    current: Published | None
    versions: list[Published]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the newest version, in their order."""
        return self.newest.version.rules if self.newest else ()

    @property
    def number(self) -> int:
        """The newest version's number, 0 without any."""
        return self.newest.version.version if self.newest else 0

    def place(self, code: str | None) -> int:
        """Where the rule stands; after the last one for None. Raises: NotFound."""
        codes = [one.code for one in self.rules]
        if code is not None and code not in codes:
            raise NotFound
        return len(codes) if code is None else next(at for at, one in enumerate(codes) if one == code)

    def coming(self) -> bool:
        """Whether the newest version is still to begin."""
        return self.newest is not self.current


async def _book(desk: Desk) -> Book:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        versions = await service.list_rulebooks(work, desk.actor)
    begun = [one for one in versions if one.version.active and one.version.valid_from <= desk.now]
    return Book(versions[0] if versions else None, begun[0] if begun else None, versions)


def _may(desk: Desk) -> bool:
    return bool(policies.may_publish_rulebook(desk.actor))


@router.get("")
async def show_rulebook(desk: CurrentDesk) -> Response:
    """The rules in their order with what comes and what there was, for every officer."""
    book = await _book(desk)
    asked = desk.request.query_params.get("version", "")
    shown = next((one for one in book.versions if str(one.version.version) == asked), book.current or book.newest)
    rules = [rule_line(desk, rule, at) for at, rule in enumerate(shown.version.rules, 1)] if shown else []
    done = desk.request.query_params.get("done") == "published"
    return desk.page("rulebook.html", book=book, shown=shown, rules=rules, may=_may(desk), done=done)


@router.get("/new")
async def ask_for_rule(desk: Administrator) -> Response:
    """The form for a rule more, after all others unless told otherwise."""
    book = await _book(desk)
    last = book.rules[-1].code if book.rules else ""
    return _shown(desk, book, None, Form([("after", last), *_from_when(desk, book)]), {})


@router.get("/rules/{code}")
async def show_rule(desk: CurrentDesk, code: CodePath) -> Response:
    """One rule, and the form to change it, move it or leave it out where the officer may. Raises: NotFound."""
    book = await _book(desk)
    return _shown(desk, book, code, _as_form(desk, book, code), {})


@router.post("/new")
async def add_rule(desk: Administrator, form: OwnForm) -> Response:
    """What the rule would reroute, or a version with it is published; else the page with what is wrong."""
    return await _published(desk, await _book(desk), None, form)


@router.post("/rules/{code}")
async def change_rule(desk: Administrator, code: CodePath, form: OwnForm) -> Response:
    """What the change would reroute, or a version with it is published; else the page with what is wrong."""
    return await _published(desk, await _book(desk), code, form)


async def _published(desk: Desk, book: Book, code: str | None, form: Form) -> Response:
    rules, place = _changed(book, code, form)
    body = {"rules": rules, **form.filled("note"), **numbers(form, "based_on"), **begins(desk, form)}
    try:
        wanted = RulebookIn.model_validate(body)
    except ValidationError as refused:
        asks = {f"rules.{place}.{name}": text for name, text in _ASKS.items()} | _ASKS
        return _shown(desk, book, code, form, _said(form, own_errors(errors_of(refused, asks), place)), status=422)
    try:
        if form.text("step") == "do":
            await _publish(desk, wanted)
            return RedirectResponse(f"{PATH}/rulebook?done=published", status_code=303)
        return _shown(desk, book, code, form, {}, wanted=wanted, preview=await _preview(desk, wanted))
    except Problem as problem:
        return await _refused(desk, code, form, wanted, place, problem)


def _said(form: Form, errors: FieldErrors) -> FieldErrors:
    """What is wrong in the words of the page, where the API has words of its own."""
    found = at_fields(errors)
    nobody = not form.text("to_unit") and not (form.text("to_kind") and form.text("to_tier"))
    return found | {name: _OWN[name] for name in found if name == "code" or (name == "to_unit" and nobody)}


async def _refused(
    desk: Desk, code: str | None, form: Form, wanted: RulebookIn, place: int, problem: Problem
) -> Response:
    """The page again: with what is wrong, or with the newer rules and what the change does to these."""
    book, errors = await _book(desk), own_errors(errors_of_problem(problem), place)
    if not isinstance(problem, StaleRulebook | RulebookRace):
        message = None if errors else problem.detail
        return _shown(desk, book, code, form, errors, message=message, status=problem.status)
    rules, place = _changed(book, code, form)
    again = RulebookIn.model_validate({**wanted.model_dump(by_alias=True, exclude={"rules"}), "rules": rules})
    try:
        preview = await _preview(desk, again)
    except Problem as newer:
        errors = own_errors(errors_of_problem(newer), place)
        return _shown(desk, book, code, form, errors, message=STALE, status=problem.status)
    return _shown(desk, book, code, form, {}, message=STALE, status=problem.status, wanted=again, preview=preview)


def _changed(book: Book, code: str | None, form: Form) -> tuple[list[Any], int]:
    """All rules with the one of the form in its place, or without it; and its place among them."""
    values: list[Any] = list(book.newest.rules_json) if book.newest else []
    if code is not None:
        del values[book.place(code)]
    if code is not None and form.text("remove"):
        return values, len(values)
    codes = [one["code"] for one in values]
    place = codes.index(form.text("after")) + 1 if form.text("after") in codes else 0
    values.insert(place, rule_values(form, code if code is not None else form.text("code")))
    return values, place


async def _publish(desk: Desk, wanted: RulebookIn) -> None:
    books = desk.books

    async def verb(work: Work) -> Published:
        return await service.publish_rulebook(
            work,
            desk.actor,
            [shape.rule() for shape in wanted.rules],
            directory=books.directory,
            catalogue=books.catalogue,
            note=wanted.note,
            based_on=wanted.based_on,
            valid_from=wanted.valid_from,
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


async def _preview(desk: Desk, wanted: RulebookIn) -> Rerouting:
    books = desk.books
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        trial, start = await service.try_rulebook(
            work,
            desk.actor,
            [shape.rule() for shape in wanted.rules],
            directory=books.directory,
            catalogue=books.catalogue,
            valid_from=wanted.valid_from,
        )
    return await cases_service.preview_rulebook(desk.database, desk.tenant.id, books, trial, start=start)


def _from_when(desk: Desk, book: Book) -> list[tuple[str, str]]:
    """In force from today, or when the version begins that is published already."""
    start = desk.now if book.newest is None else max(desk.now, book.newest.version.valid_from)
    return [("valid_from", local_day(start, desk.tenant.time_zone).isoformat())]


def _as_form(desk: Desk, book: Book, code: str) -> Form:
    at = book.place(code)
    assert book.newest is not None
    before = book.rules[at - 1].code if at else ""
    return Form([*rule_form(book.rules[at], book.newest.rules_json[at], before), *_from_when(desk, book)])


def _shown(
    desk: Desk,
    book: Book,
    code: str | None,
    form: Form,
    errors: FieldErrors,
    *,
    wanted: RulebookIn | None = None,
    preview: Rerouting | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    at = book.place(code)
    rule = book.rules[at] if code is not None else None
    return desk.page(
        "rule.html",
        status=status,
        book=book,
        line=rule_line(desk, rule, at + 1) if rule is not None else None,
        form=form,
        errors=errors,
        message=message,
        wanted=wanted,
        removes=bool(form.text("remove")),
        new_line=_new_line(desk, wanted, form, code),
        preview=preview,
        ways=_ways(desk, preview) if preview else [],
        moves=[(one.code, _unit(desk, one.before), _unit(desk, one.then)) for one in preview.shown[:20]]
        if preview
        else [],
        may=_may(desk),
        based_on=book.number,
        action=f"{PATH}/rulebook/" + (f"rules/{code}" if code is not None else "new"),
        others=[
            (one.code, f"{place}. {target_of(desk, one)} – {one.code}")
            for place, one in enumerate(book.rules, 1)
            if one.code != code
        ],
        questions=questions_of(desk, form.many("categories")) if form.many("categories") else [],
        **rule_choices(desk),
    )


def _new_line(desk: Desk, wanted: RulebookIn | None, form: Form, code: str | None) -> dict[str, Any] | None:
    """The rule as it would be, in words."""
    name = code if code is not None else form.text("code")
    found = [(at, one) for at, one in enumerate(wanted.rules, 1) if one.code == name] if wanted else []
    return rule_line(desk, found[0][1].rule(), found[0][0]) if found else None


def _ways(desk: Desk, preview: Rerouting) -> list[tuple[str, str, int]]:
    """From which unit to which, and how many, the most first."""
    most = preview.ways.most_common(_WAYS)
    return [(_unit(desk, before), _unit(desk, then), number) for (before, then), number in most]


def _unit(desk: Desk, unit_id: UnitId) -> str:
    unit = desk.books.directory.unit(desk.tenant.id, unit_id)
    return Text(unit.name, unit.name_en)(desk.lang)
