"""A procedure's form as fields of a page, and what was filled in as the answers its schema asks for.

Only what forms of procedures are made of is drawn: texts, numbers, days, choices, yes and no, groups, and lists of
groups as rows. Everything is checked by the schema itself afterwards; nothing here decides whether an answer fits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from app.kit.text import Lang, Text
from app.procedures.terms import Procedure
from app.service_requests.service import PREFILLED
from app.service_requests.terms import Earlier
from app.web.pages import Form
from app.web.pages.dates import plain_date

ABOUT: Final[Mapping[str, Text]] = {
    "applicant.name": Text("Họ, chữ đệm và tên", "Full name"),
    "applicant.identity_number": Text("Số định danh cá nhân", "Citizen's number"),
    "applicant.born_on": Text("Ngày sinh", "Date of birth"),
    "applicant.phone": Text("Số điện thoại", "Telephone"),
    "applicant.email": Text("Thư điện tử", "E-mail"),
    "applicant.address": Text("Nơi cư trú", "Where the person lives"),
    "applicant_area": Text("Xã, phường nơi cư trú", "Commune"),
    "object_area": Text("Xã, phường nơi có đất, công trình, sự việc", "Commune of the land, building or event"),
    "filer.name": Text("Họ tên người nộp thay", "Full name of who acts"),
    "filer.identity_number": Text("Số định danh của người nộp thay", "Citizen's number of who acts"),
    "filer.phone": Text("Số điện thoại của người nộp thay", "Telephone of who acts"),
}
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_DEEPEST: Final = 4
_LONG: Final = 300  # characters from which an answer gets more than one line
_MOST_ROWS: Final = 20
_ROOT: Final = "answers"


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `rows` are those of a list, each with its own fields; a group has one."""

    name: str
    kind: str  # text, long, number, day, choice, yes_no, group, rows
    label: str
    hint: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = 300
    rows: tuple[tuple[Field, ...], ...] = ()
    more: bool = False  # another row may be added


def fields_of(procedure: Procedure, form: Form, lang: Lang) -> list[Field]:
    """The questions of the form in the order people are asked, but for those the applicant has answered already."""
    return list(_Drawing(procedure.form, form, lang).members(procedure.form, _ROOT, procedure.form_order, 0))


def some_fields(procedure: Procedure, questions: Collection[str], form: Form, lang: Lang) -> list[Field]:
    """Those of the form's questions that are named, in the order people are asked."""
    properties, required = procedure.form.get("properties", {}), procedure.form.get("required", ())
    drawing = _Drawing(procedure.form, form, lang)
    return [
        drawing.field(properties[name], f"{_ROOT}.{name}", name, 0, required=name in required)
        for name in procedure.form_order or properties
        if name in questions and name in properties
    ]


def labels_of(fields: Iterable[Field], lang: Lang) -> dict[str, str]:
    """What each question is called, by its name, with those about the applicant; of rows with the row's number."""
    found = {name: label(lang) for name, label in ABOUT.items()}
    for one in fields:
        found[one.name] = one.label
        for number, row in enumerate(one.rows, 1):
            which = f"{one.label} {number}, " if one.kind == "rows" else ""
            inner = labels_of(row, lang)
            found |= {field: f"{which}{label}" for field, label in inner.items() if field not in ABOUT}
    return found


def asked_anew(
    asked: Sequence[str], answers: Mapping[str, Any], typed: Form | None, errors: Iterable[str]
) -> tuple[list[str], Form]:
    """Questions that a supplement may answer, and the form they are drawn with: as they were answered, or typed.

    `typed`: what came and was not taken, None when nothing did; `errors`: names of fields that it was not taken for,
    which may be of questions that only the new answers need.
    """
    if typed is None:
        return list(asked), Form(form_of(answers).items())
    more = [name.split(".")[1] for name in errors if name.startswith(f"{_ROOT}.")]
    return list(dict.fromkeys((*asked, *more))), typed


def given_anew(procedure: Procedure, asked: Sequence[str], answers: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The questions that were asked for anew, as they are answered now, and those that nobody had answered."""
    given = answers_of(procedure, form)
    return {name: value for name, value in given.items() if name in asked or name not in answers}


def said_answers(procedure: Procedure, answers: Mapping[str, Any], lang: Lang) -> list[tuple[str, str]]:
    """Questions of the form that are answered, in the order people are asked, with the answers in words."""
    properties = procedure.form.get("properties", {})
    shown = [name for name in procedure.form_order or properties if name in answers and name in properties]
    titles = [str(properties[name].get("x-title", {}).get(lang.value, name)) for name in shown]
    words = [_in_words(answers[name], properties[name], lang) for name in shown]
    return list(zip(titles, words, strict=True))


class Corrected(NamedTuple):
    """What the form said before a supplement."""

    supplement: int
    lines: list[tuple[str, str]]


def corrected(procedure: Procedure, earlier: Iterable[Earlier], lang: Lang) -> list[Corrected]:
    """What the form said before each supplement that has changed it, in words."""
    return [Corrected(one.supplement, said_answers(procedure, one.answers, lang)) for one in earlier]


def _in_words(value: Any, schema: Mapping[str, Any], lang: Lang) -> str:
    match value:
        case None:
            return Text("chưa khai", "not answered")(lang)
        case bool():
            return Text("Có", "Yes")(lang) if value else Text("Không", "No")(lang)
        case [*items]:
            return "; ".join(_in_words(item, {}, lang) for item in items)
        case {**members}:
            return ", ".join(_in_words(item, {}, lang) for item in members.values())
    if schema.get("format") == "date":
        return _day_in_words(str(value), lang)
    return str(schema.get("x-labels", {}).get(str(value), {}).get(lang.value, value))


def _day_in_words(value: str, lang: Lang) -> str:
    """A day as people write it (17/05/1990); what is no day as it was typed."""
    try:
        return plain_date(date.fromisoformat(value), lang)
    except ValueError:
        return value


def answers_of(procedure: Procedure, form: Form) -> dict[str, Any]:
    """What was filled in, as the schema shapes it; what was left empty is left out."""
    found = _Reading(procedure.form, form).value(procedure.form, _ROOT, 0)
    return found if isinstance(found, dict) else {}


def form_of(answers: Mapping[str, Any]) -> dict[str, str]:
    """Answers as a form holds them: the other way round."""
    return dict(_flat(answers, _ROOT))


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    match value:
        case {**members}:
            for key, inner in members.items():
                yield from _flat(inner, f"{name}.{key}")
        case [*items]:
            yield f"{name}.#", str(len(items))
            for at, inner in enumerate(items):
                yield from _flat(inner, f"{name}.{at}")
        case bool():
            yield name, "yes" if value else "no"
        case None:
            return
        case _:
            yield name, str(value)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference within the form leads to; a form's references never lead outside."""
    for _ in range(8):
        target = schema.get("$ref")
        if not isinstance(target, str):
            return schema
        inner: Any = root
        for token in target.removeprefix("#/").split("/"):
            inner = inner.get(token, {}) if isinstance(inner, Mapping) else {}
        schema = {**inner, **{name: value for name, value in schema.items() if name != "$ref"}}
    return {}


def _rows_of(form: Form, name: str, schema: Mapping[str, Any]) -> int:
    """How many rows of a list are shown: those there were, at least the least there may be, and one more if asked."""
    asked = form.text(f"{name}.#")
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 0
    if form.text("step") == f"row:{name}":
        count += 1
    least = schema.get("minItems", 0)
    most = min(_MOST_ROWS, schema.get("maxItems", _MOST_ROWS))
    return max(min(count, int(most)), int(least), 1 if most else 0)


def _kind_of(schema: Mapping[str, Any], depth: int) -> str:
    """How a question of this schema is drawn."""
    if "enum" in schema:
        return "choice"
    of = schema.get("type")
    if of in {"object", "array"} and depth < _DEEPEST:
        return "group" if of == "object" else "rows"
    named = {"boolean": "yes_no", "integer": "number", "number": "number"}.get(str(of))
    if named is not None:
        return named
    if schema.get("format") == "date":
        return "day"
    return "long" if int(schema.get("maxLength", 300)) > _LONG else "text"


@dataclass(frozen=True, slots=True)
class _Drawing:
    root: Mapping[str, Any]
    form: Form
    lang: Lang

    def members(self, schema: Mapping[str, Any], name: str, order: tuple[str, ...], depth: int) -> Iterator[Field]:
        properties = schema.get("properties", {})
        required = schema.get("required", ())
        for key in order or properties:
            if key in properties and not (depth == 0 and key in PREFILLED):
                yield self.field(properties[key], f"{name}.{key}", key, depth, required=key in required)

    def field(self, given: Mapping[str, Any], name: str, key: str, depth: int, *, required: bool) -> Field:
        schema = _resolved(given, self.root)
        label, hint = self._said(schema, "x-title") or key, self._said(schema, "x-help")
        drawn = Field(name, _kind_of(schema, depth), label, hint, required)
        match drawn.kind:
            case "choice":
                return replace(drawn, choices=self._choices(schema, schema["enum"]))
            case "group":
                return replace(drawn, rows=(tuple(self.members(schema, name, (), depth + 1)),))
            case "rows":
                return self._list(schema, depth, drawn)
            case "number" | "day":
                return replace(drawn, longest=24)
        return replace(drawn, longest=min(int(schema.get("maxLength", 300)), 4000))

    def _list(self, schema: Mapping[str, Any], depth: int, drawn: Field) -> Field:
        items = _resolved(schema.get("items", {}), self.root)
        rows: list[tuple[Field, ...]] = []
        for at in range(_rows_of(self.form, drawn.name, schema)):
            inner = f"{drawn.name}.{at}"
            if items.get("type") == "object":
                rows.append(tuple(self.members(items, inner, (), depth + 1)))
            else:
                rows.append((self.field(items, inner, drawn.label, depth + 1, required=False),))
        most = min(_MOST_ROWS, schema.get("maxItems", _MOST_ROWS))
        return replace(drawn, rows=tuple(rows), more=len(rows) < most)

    def _choices(self, schema: Mapping[str, Any], values: list[Any]) -> tuple[tuple[str, str], ...]:
        labels = schema.get("x-labels", {})
        return tuple((str(one), labels.get(str(one), {}).get(self.lang.value, str(one))) for one in values)

    def _said(self, schema: Mapping[str, Any], name: str) -> str:
        text = schema.get(name)
        return str(text.get(self.lang.value, "")) if isinstance(text, Mapping) else ""


@dataclass(frozen=True, slots=True)
class _Reading:
    root: Mapping[str, Any]
    form: Form

    def value(self, given: Mapping[str, Any], name: str, depth: int) -> Any:
        """The answer at `name`, None when nothing was filled in."""
        schema = _resolved(given, self.root)
        match schema.get("type"):
            case "object" if depth <= _DEEPEST:
                members = {
                    key: inner
                    for key, part in schema.get("properties", {}).items()
                    if (inner := self.value(part, f"{name}.{key}", depth + 1)) is not None
                }
                return members or None
            case "array" if depth <= _DEEPEST:
                rows = range(_rows_of(self.form, name, schema))
                items = [self.value(schema.get("items", {}), f"{name}.{at}", depth + 1) for at in rows]
                return [item for item in items if item is not None] or None
        typed = self.form.text(name)
        return _read(schema, typed) if typed else None


def _read(schema: Mapping[str, Any], typed: str) -> Any:
    """What was typed as the type the schema asks for; what is none comes back as typed, for the schema to refuse."""
    match schema.get("type"):
        case "boolean":
            return {"yes": True, "no": False}.get(typed, typed)
        case "integer":
            return int(typed) if _WHOLE.fullmatch(typed) else typed
        case "number":
            try:
                return float(typed.replace(",", "."))
            except ValueError:
                return typed
    return next((one for one in schema.get("enum", ()) if str(one) == typed), typed)
