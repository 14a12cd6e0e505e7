"""What a form may be written with: the part of JSON Schema that ends soon, stays inside itself and can be explained."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from jsonschema_rs import ValidationError

from app.kit.text import Text
from app.procedures.terms import Mistake

from .forms import FORMATS, compiled
from .pointers import ABSENT, follow, path_of, pointer_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXPANDED_MAX = 20_000  # schemas asked for one value, every reference followed
_ONE = frozenset(
    {"items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "not", "if", "then", "else"}
    | {"contains", "propertyNames"}
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_PLAIN = frozenset(
    {"$schema", "$comment", "$ref", "type", "enum", "const", "default", "examples", "format", "pattern", "required"}
    | {"minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties"}
    | {"dependentRequired", "title", "description", "readOnly"}
    | {"x-title", "x-help", "x-labels", "x-error"}
)
_KEYWORDS = _ONE | _LISTS | _MAPS | _PLAIN
_SAME_VALUE = ("allOf", "anyOf", "oneOf")

_KEYWORD = Text("Tờ khai không dùng từ khoá “{name}”.", "A form does not use the keyword “{name}”.")
_OUTSIDE = Text(
    "$ref chỉ được trỏ vào trong chính tờ khai, dạng “#/$defs/…”.",
    "$ref may only point inside the form itself, like “#/$defs/…”.",
)
_NOWHERE = Text("$ref này không trỏ tới phần nào của tờ khai.", "This $ref points to no part of the form.")
_CIRCLE = Text("Các $ref trỏ vòng về chính mình.", "The references go in a circle.")
_LARGE = Text("Các $ref mở ra quá lớn.", "The references unfold into too much.")
_DIALECT = Text("$schema chỉ nhận {dialect}.", "$schema must be {dialect}.").fill(dialect=DIALECT)
_CLOSED = Text(
    "Nhóm mục này cần “additionalProperties: false”, để mục gõ sai tên bị từ chối.",
    "Say “additionalProperties: false” here, so that a mistyped field is refused.",
)
_TITLED = Text("Mục này cần x-title với vi và en.", "This field needs an x-title with vi and en.")
_WORDS = Text("Cần vi và en, đều là chữ.", "Needs vi and en, both texts.")
_LABELS = Text("Giá trị “{value}” cần có chữ trong x-labels.", "The value “{value}” needs its text in x-labels.")
_FORMAT = Text("Không có format này; chỉ dùng: {known}.", "There is no such format; use: {known}.").fill(
    known=", ".join(sorted(FORMATS))
)
_PATTERN = Text(
    "Mẫu này không đọc được, hoặc dùng nhìn trước, nhìn sau, tham chiếu ngược.",
    "This pattern cannot be read, or uses look-around or back-references.",
)
_NO_SCHEMA = Text(
    "Không đúng JSON Schema 2020-12: giá trị của từ khoá này không hợp lệ.",
    "Not JSON Schema 2020-12: the value of this keyword is not valid.",
)


class Part(NamedTuple):
    """One schema inside a form; `own` is False where it speaks of a value that another one describes already."""

    path: tuple[str | int, ...]
    schema: Mapping[str, Any]
    own: bool


def parts(form: Mapping[str, Any]) -> Iterator[Part]:
    """Every schema of the form, from the outside in; what stands under `enum` or `default` is none."""
    waiting = [Part((), form, own=True)]
    while waiting:
        part = waiting.pop()
        yield part
        for word, value in part.schema.items():
            own = word in _MAPS or word in {"items", "prefixItems"}
            below: list[tuple[tuple[str | int, ...], Any]] = []
            if word in _ONE:
                below = [((word,), value)]
            elif word in _LISTS and isinstance(value, list):
                below = [((word, at), one) for at, one in enumerate(value)]
            elif word in _MAPS and isinstance(value, dict):
                below = [((word, name), one) for name, one in value.items()]
            inside = own and (part.own or word == "$defs") and word != "dependentSchemas"
            waiting += [Part((*part.path, *path), one, inside) for path, one in below if isinstance(one, dict)]


def check_form(form: Mapping[str, Any]) -> list[Mistake]:
    """What is wrong with a form of bounded size, at pointers into it. In the order of the pointers."""
    found: list[Mistake] = []
    known = list(parts(form))
    places = {pointer_of(part.path) for part in known}
    for part in known:
        found.extend(Mistake(pointer_of((*part.path, *path)), detail) for path, detail in _part(part, places))
    if not found:
        found.extend(_references(known))
    if not found:
        found.extend(_compiles(form))
    return sorted(found, key=lambda mistake: mistake.pointer)


def _part(part: Part, places: Collection[str]) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    """What is wrong with one schema, at paths below it."""
    schema = part.schema
    yield from _leading(schema, places)
    for name in schema:
        if name not in _KEYWORDS:
            yield (name,), _KEYWORD.fill(name=name)
    if schema.get("format", "date") not in FORMATS:
        yield ("format",), _FORMAT
    closed = False in (schema.get("additionalProperties"), schema.get("unevaluatedProperties"))
    if part.own and "properties" in schema and not closed:
        yield (), _CLOSED
    for name in ("x-title", "x-help", "x-error"):
        if name in schema and not _is_text(schema[name]):
            yield (name,), _WORDS
    if part.own and part.path[-2:-1] == ("properties",) and "x-title" not in schema and "$ref" not in schema:
        yield (), _TITLED
    yield from _labels(part)


def _leading(schema: Mapping[str, Any], places: Collection[str]) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    """Whether the schema leads outside the form."""
    if schema.get("$schema", DIALECT) != DIALECT:
        yield ("$schema",), _DIALECT
    target = schema.get("$ref", "#")
    if not isinstance(target, str) or not (target == "#" or target.startswith("#/")):
        yield ("$ref",), _OUTSIDE
    elif target[1:] not in places:
        yield ("$ref",), _NOWHERE


def _labels(part: Part) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    labels = part.schema.get("x-labels", {})
    if not isinstance(labels, dict):
        yield ("x-labels",), _WORDS
        return
    for name, label in labels.items():
        if not _is_text(label):
            yield ("x-labels", name), _WORDS
    listed = part.schema.get("enum")
    if part.own and isinstance(listed, list):
        for at, value in enumerate(listed):
            if isinstance(value, str) and value not in labels:
                yield ("enum", at), _LABELS.fill(value=value[:60])


def _is_text(value: object) -> bool:
    return (
        isinstance(value, dict) and value.keys() == {"vi", "en"} and all(isinstance(one, str) for one in value.values())
    )


def _references(known: list[Part]) -> Iterator[Mistake]:
    """Whether following references ends, and soon."""
    refs = [(part.path, path_of(part.schema["$ref"][1:]) or []) for part in known if "$ref" in part.schema]
    targets = {tuple(target) for _, target in refs} | {()}
    inside: dict[tuple[str, ...], list[tuple[str, ...]]] = {
        target: [tuple(to) for path, to in refs if tuple(map(str, path))[: len(target)] == target] for target in targets
    }
    try:
        order = list(TopologicalSorter(inside).static_order())
    except CycleError:
        yield Mistake(f"{pointer_of(refs[0][0])}/$ref", _CIRCLE)
        return
    size: dict[tuple[str, ...], int] = {}
    for target in order:
        own = sum(tuple(map(str, part.path))[: len(target)] == target for part in known)
        size[target] = own + sum(size[to] for to in inside[target])
    if size[()] > EXPANDED_MAX:
        yield Mistake("", _LARGE)


def _compiles(form: Mapping[str, Any]) -> Iterator[Mistake]:
    """What the validator itself finds: it knows the schema of schemas."""
    try:
        compiled(form)
    except ValidationError as error:
        place = pointer_of(error.instance_path)
        yield Mistake(place, _PATTERN if "pattern" in place.rpartition("/")[2].lower() else _NO_SCHEMA)


def described(form: Mapping[str, Any], pointer: str) -> list[Mapping[str, Any]]:
    """Every schema of the form that may speak of the answer at `pointer`; empty when none does."""
    path = path_of(pointer)
    if path is None:
        return []
    found = _spread(form, form)
    for token in path:
        found = [one for schema in found for below in _below(schema, token) for one in _spread(form, below)]
    return found


def _below(schema: Mapping[str, Any], token: str) -> Iterator[Mapping[str, Any]]:
    """The schemas one token further in."""
    named = schema.get("properties", {}).get(token)
    if isinstance(named, dict):
        yield named
    if token.isascii() and token.isdigit():
        listed = schema.get("prefixItems", [])
        item = listed[int(token)] if len(token) < 6 and int(token) < len(listed) else schema.get("items")
        if isinstance(item, dict):
            yield item


def _spread(form: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schema with all that speak of the same value: what it refers to, its branches. References must end."""
    found: list[Mapping[str, Any]] = []
    waiting: list[Any] = [schema]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict):
            continue
        found.append(one)
        if isinstance(one.get("$ref"), str):
            target = follow(form, one["$ref"][1:])
            waiting += [] if target is ABSENT else [target]
        waiting += [one[name] for name in ("if", "then", "else") if name in one]
        waiting += [branch for name in _SAME_VALUE for branch in one.get(name, ())]
    return found
