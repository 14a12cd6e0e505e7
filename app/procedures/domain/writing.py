"""Procedures as they are written: in files, in the API, in the table. Read with every mistake at its pointer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from re import Pattern, compile as pattern
from typing import Any, TypeVar

from app.directory.terms import Tier, UnitKind
from app.kit.ids import TenantId
from app.kit.text import Text, nfc
from app.procedures.errors import InvalidProcedure
from app.procedures.terms import (
    Competence,
    Condition,
    DocumentForm,
    FeeRule,
    Mistake,
    OnlineLevel,
    Procedure,
    ProcedureCode,
    RequiredDocument,
    ResultType,
    Step,
    StepRole,
    Test,
)

from .bounds import CATALOGUE, beyond
from .pointers import pointer_of

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
_PROCEDURE_CODE = pattern(r"[0-9]\.[0-9]{6}")
_CODE = pattern(r"[a-z][a-z0-9_]{0,39}")
_ITEMS_MAX = 50

_MISSING = Text("Thiếu mục này.", "This is missing.")
_UNKNOWN = Text("Không có mục nào tên “{name}”.", "There is no field “{name}”.")
_TEXT = Text("Cần là một đoạn chữ.", "Must be a text.")
_BOTH = Text("Cần vi và en, đều là chữ.", "Needs vi and en, both texts.")
_CHOICE = Text("Chỉ nhận một trong: {known}.", "Must be one of: {known}.")
_NUMBER = Text("Cần là một số nguyên.", "Must be a whole number.")
_BOOLEAN = Text("Cần là true hoặc false.", "Must be true or false.")
_LIST = Text("Cần là một danh sách không quá {most} mục.", "Must be a list of at most {most} items.").fill(
    most=_ITEMS_MAX
)
_GROUP = Text("Cần là một nhóm mục.", "Must be a group of fields.")
_DATE = Text("Cần là ngày có thật, viết NĂM-THÁNG-NGÀY.", "Must be a real day, written YEAR-MONTH-DAY.")
_CODES = Text("Chỉ gồm chữ thường không dấu, số và _.", "Only small letters, digits and _.")
_NATIONAL = Text(
    'Cần là mã của Cơ sở dữ liệu quốc gia về thủ tục hành chính, trong ngoặc kép, ví dụ "1.004227".',
    'Must be a code of the national database of procedures, in quotes, such as "1.004227".',
)


class _Reader:
    """One group of fields being read: each is asked for once, what is wrong is noted, what nobody asked for too."""

    def __init__(self, values: Any, path: tuple[str | int, ...], mistakes: list[Mistake]) -> None:
        self._path = path
        self._mistakes = mistakes
        self._asked: set[str] = set()
        self._values: Mapping[str, Any] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            self._note((), _GROUP)

    def _note(self, path: tuple[str | int, ...], detail: Text) -> None:
        self._mistakes.append(Mistake(pointer_of((*self._path, *path)), detail))

    def take(self, name: str, fits: Callable[[Any], bool], complaint: Text, otherwise: T, *, needed: bool) -> T | Any:
        """The value under `name`, `otherwise` when it is not there or does not fit."""
        self._asked.add(name)
        if self._values.get(name) is None:
            if needed:
                self._note((name,) if name in self._values else (), _named(_MISSING, name))
            return otherwise
        value = self._values[name]
        if fits(value):
            return value
        self._note((name,), complaint)
        return otherwise

    def string(self, name: str, otherwise: str = "", *, needed: bool = False) -> str:
        return nfc(str(self.take(name, lambda value: isinstance(value, str), _TEXT, otherwise, needed=needed)))

    def code(self, name: str, form: Pattern[str] = _CODE, complaint: Text = _CODES) -> str:
        def fits(value: object) -> bool:
            return isinstance(value, str) and form.fullmatch(value) is not None

        return str(self.take(name, fits, complaint, "", needed=True))

    def text(self, name: str, otherwise: Text | None = None) -> Text:
        def fits(value: object) -> bool:
            return (
                isinstance(value, dict)
                and value.keys() == {"vi", "en"}
                and all(isinstance(word, str) for word in value.values())
            )

        found = self.take(name, fits, _BOTH, None, needed=otherwise is None)
        return Text(nfc(found["vi"]), nfc(found["en"])) if found else otherwise or Text("", "")

    def optional_text(self, name: str) -> Text | None:
        return self.text(name, Text("", "")) if self.has(name) else None

    def has(self, name: str) -> bool:
        """Whether something is said under `name`."""
        self._asked.add(name)
        return self._values.get(name) is not None

    def choice(self, name: str, words: type[E], otherwise: E | None = None) -> E:
        known = [str(word) for word in words]
        complaint = Text(_CHOICE.vi.format(known=", ".join(known)), _CHOICE.en.format(known=", ".join(known)))
        found = self.take(name, lambda value: value in known, complaint, None, needed=otherwise is None)
        return words(found) if found is not None else otherwise or next(iter(words))

    def optional_choice(self, name: str, words: type[E]) -> E | None:
        return self.choice(name, words) if self.has(name) else None

    def whole(self, name: str, otherwise: int | None = None) -> int:
        def fits(value: object) -> bool:
            return isinstance(value, int) and not isinstance(value, bool)

        return int(self.take(name, fits, _NUMBER, otherwise or 0, needed=otherwise is None))

    def boolean(self, name: str, *, otherwise: bool) -> bool:
        return bool(self.take(name, lambda value: isinstance(value, bool), _BOOLEAN, otherwise, needed=False))

    def day(self, name: str, *, needed: bool) -> date | None:
        found = self.take(name, _is_day, _DATE, None, needed=needed)
        return date.fromisoformat(found) if found else None

    def strings(self, name: str, *, needed: bool = False) -> tuple[str, ...]:
        def fits(value: object) -> bool:
            return isinstance(value, list) and len(value) <= _ITEMS_MAX and all(isinstance(one, str) for one in value)

        return tuple(nfc(one) for one in self.take(name, fits, _LIST, (), needed=needed))

    def any(self, name: str) -> Any:
        self._asked.add(name)
        return self._values.get(name)

    def group(self, name: str) -> dict[str, Any]:
        return dict(self.take(name, lambda value: isinstance(value, dict), _GROUP, {}, needed=True))

    def each(self, name: str, read: Callable[[_Reader], T], *, needed: bool = False) -> tuple[T, ...]:
        def fits(value: object) -> bool:
            return isinstance(value, list) and len(value) <= _ITEMS_MAX

        found: list[T] = []
        for at, values in enumerate(self.take(name, fits, _LIST, (), needed=needed)):
            reader = _Reader(values, (*self._path, name, at), self._mistakes)
            found.append(read(reader))
            reader.close()
        return tuple(found)

    def close(self) -> None:
        """Nothing was left unread."""
        for name in self._values:
            if name not in self._asked:
                self._note((name,), _named(_UNKNOWN, str(name)[:60]))


def _named(sentence: Text, name: str) -> Text:
    if sentence is _MISSING:
        return Text(f"Thiếu “{name}”.", f"“{name}” is missing.")
    return sentence.fill(name=name.replace("{", "").replace("}", ""))


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def read_procedure(tenant: TenantId, values: Any, *, published: bool = True) -> Procedure:
    """The procedure that `values` tells of, as files and the API write it. `check_procedure` says if it holds together.

    Raises: InvalidProcedure with every field that is missing, unknown or of another shape.
    """
    too_much = beyond(values, CATALOGUE)
    if too_much is not None:
        raise InvalidProcedure([Mistake(*too_much)])
    mistakes: list[Mistake] = []
    reader = _Reader(values, (), mistakes)
    found = Procedure(
        tenant_id=tenant,
        code=ProcedureCode(reader.code("code", _PROCEDURE_CODE, _NATIONAL)),
        version=reader.whole("version", 1),
        name=reader.text("name"),
        field=reader.text("field"),
        tier=reader.choice("tier", Tier),
        unit_kind=reader.choice("unit_kind", UnitKind),
        legal_basis=reader.text("legal_basis"),
        online=reader.choice("online", OnlineLevel),
        form=reader.group("form"),
        form_order=reader.strings("form_order", needed=True),
        documents=reader.each("documents", _document),
        fees=reader.each("fees", _fee),
        steps=reader.each("steps", _step, needed=True),
        results=reader.each("results", _result, needed=True),
        working_days=reader.whole("working_days"),
        valid_from=reader.day("valid_from", needed=True) or date.min,
        valid_to=reader.day("valid_to", needed=False),
        life_events=reader.strings("life_events"),
        keywords=reader.strings("keywords"),
        description=reader.text("description", Text("", "")),
        supplements=reader.whole("supplements", 1),
        published=published,
    )
    reader.close()
    if mistakes:
        raise InvalidProcedure(mistakes)
    return found


def _document(reader: _Reader) -> RequiredDocument:
    return RequiredDocument(
        code=reader.code("code"),
        name=reader.text("name"),
        form=reader.choice("form", DocumentForm, DocumentForm.COPY),
        copies=reader.whole("copies", 1),
        required=reader.boolean("required", otherwise=True),
        when=reader.each("when", _condition),
        note=reader.optional_text("note"),
    )


def _fee(reader: _Reader) -> FeeRule:
    return FeeRule(
        code=reader.code("code"),
        name=reader.text("name"),
        amount=Decimal(reader.whole("amount")),
        legal_basis=reader.text("legal_basis"),
        when=reader.each("when", _condition),
        per=reader.string("per") or None,
    )


def _condition(reader: _Reader) -> Condition:
    value = reader.any("value")
    return Condition(
        pointer=reader.string("pointer", needed=True),
        test=reader.choice("test", Test),
        value=tuple(value) if isinstance(value, list) else value,
    )


def _step(reader: _Reader) -> Step:
    return Step(
        code=reader.code("code"),
        name=reader.text("name"),
        role=reader.choice("role", StepRole),
        tier=reader.choice("tier", Tier),
        unit_kind=reader.choice("unit_kind", UnitKind),
        working_days=reader.whole("working_days"),
        competence=reader.choice("competence", Competence, Competence.OBJECT),
        after=reader.strings("after"),
        same_unit_as=reader.string("same_unit_as") or None,
        category=reader.string("category") or None,
        fallback_tier=reader.optional_choice("fallback_tier", Tier),
        fallback_unit_kind=reader.optional_choice("fallback_unit_kind", UnitKind),
    )


def _result(reader: _Reader) -> ResultType:
    return ResultType(code=reader.code("code"), name=reader.text("name"))


def write_procedure(procedure: Procedure) -> dict[str, Any]:
    """The procedure as `read_procedure` reads it; what is not said is left out."""
    return _said(
        {
            "code": procedure.code,
            "version": procedure.version,
            "valid_from": procedure.valid_from.isoformat(),
            "valid_to": procedure.valid_to.isoformat() if procedure.valid_to else None,
            "name": _both(procedure.name),
            "field": _both(procedure.field),
            "description": _both(procedure.description) if any(procedure.description) else None,
            "life_events": list(procedure.life_events),
            "keywords": list(procedure.keywords),
            "tier": procedure.tier.value,
            "unit_kind": procedure.unit_kind.value,
            "legal_basis": _both(procedure.legal_basis),
            "online": procedure.online.value,
            "working_days": procedure.working_days,
            "supplements": procedure.supplements if procedure.supplements != 1 else None,
            "steps": [_written_step(step) for step in procedure.steps],
            "documents": [_written_document(document) for document in procedure.documents],
            "fees": [_written_fee(fee) for fee in procedure.fees],
            "results": [{"code": result.code, "name": _both(result.name)} for result in procedure.results],
            "form_order": list(procedure.form_order),
            "form": dict(procedure.form),
        }
    )


def _written_step(step: Step) -> dict[str, Any]:
    return _said(
        {
            "code": step.code,
            "name": _both(step.name),
            "role": step.role.value,
            "tier": step.tier.value,
            "unit_kind": step.unit_kind.value,
            "category": step.category,
            "fallback_tier": step.fallback_tier.value if step.fallback_tier else None,
            "fallback_unit_kind": step.fallback_unit_kind.value if step.fallback_unit_kind else None,
            "working_days": step.working_days,
            "competence": step.competence.value,
            "after": list(step.after),
            "same_unit_as": step.same_unit_as,
        }
    )


def _written_document(document: RequiredDocument) -> dict[str, Any]:
    return _said(
        {
            "code": document.code,
            "name": _both(document.name),
            "form": document.form.value,
            "copies": document.copies,
            "required": None if document.required else False,
            "when": [_written_condition(condition) for condition in document.when],
            "note": _both(document.note) if document.note else None,
        }
    )


def _written_fee(fee: FeeRule) -> dict[str, Any]:
    return _said(
        {
            "code": fee.code,
            "name": _both(fee.name),
            "amount": int(fee.amount),
            "legal_basis": _both(fee.legal_basis),
            "when": [_written_condition(condition) for condition in fee.when],
            "per": fee.per,
        }
    )


def _written_condition(condition: Condition) -> dict[str, Any]:
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    return _said({"pointer": condition.pointer, "test": condition.test.value, "value": value})


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """`values` without what is not said."""
    return {name: value for name, value in values.items() if value is not None and value != []}
