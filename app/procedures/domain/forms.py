"""Filled-in forms against their schema: every mistake at its pointer, in our own words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from jsonschema_rs import Draft202012Validator, EmailOptions, RegexOptions, ValidationError

from app.kit.phones import phone_e164
from app.kit.text import Text, nfc
from app.procedures.errors import InvalidFormAnswers
from app.procedures.terms import FormAnswers, Procedure

from .bounds import ANSWERS, beyond
from .pointers import ABSENT, follow, pointer_of

ERRORS_MAX = 50
_IDENTITY_NUMBER = re.compile(r"0[0-9]{11}")  # số định danh cá nhân; the first three digits are a province's

_SENTENCES = {
    "required": Text("Thiếu thông tin bắt buộc này.", "This is required."),
    "additionalProperties": Text("Tờ khai không có mục nào tên như vậy.", "The form has no such field."),
    "unevaluatedProperties": Text("Tờ khai không có mục nào tên như vậy.", "The form has no such field."),
    "minLength": Text("Cần ít nhất {value} ký tự.", "Must have at least {value} characters."),
    "maxLength": Text("Không quá {value} ký tự.", "Must have at most {value} characters."),
    "pattern": Text("Chưa đúng mẫu của mục này.", "Not in the form that this field asks for."),
    "enum": Text("Chỉ nhận một trong: {listed}.", "Must be one of: {listed}."),
    "const": Text("Chỉ nhận: {value}.", "Must be: {value}."),
    "minimum": Text("Cần lớn hơn hoặc bằng {value}.", "Must be at least {value}."),
    "maximum": Text("Cần nhỏ hơn hoặc bằng {value}.", "Must be at most {value}."),
    "exclusiveMinimum": Text("Cần lớn hơn {value}.", "Must be greater than {value}."),
    "exclusiveMaximum": Text("Cần nhỏ hơn {value}.", "Must be less than {value}."),
    "multipleOf": Text("Cần là bội số của {value}.", "Must be a multiple of {value}."),
    "minItems": Text("Cần ít nhất {value} mục.", "Must have at least {value} items."),
    "maxItems": Text("Không quá {value} mục.", "Must have at most {value} items."),
    "uniqueItems": Text("Có mục bị lặp lại.", "An item is named twice."),
    "anyOf": Text("Chưa hợp với cách khai nào được phép.", "Fits none of the ways that are allowed."),
    "oneOf": Text("Cần hợp với đúng một cách khai.", "Must fit exactly one of the ways that are allowed."),
    "not": Text("Cách khai này không được phép.", "This is not allowed."),
}
_OTHERWISE = Text("Chưa đúng với yêu cầu của mục này.", "Does not fit what this field asks for.")
_TYPES = {
    "string": Text("một đoạn chữ", "a text"),
    "integer": Text("một số nguyên", "a whole number"),
    "number": Text("một số", "a number"),
    "boolean": Text("đúng (true) hoặc sai (false)", "true or false"),
    "object": Text("một nhóm mục", "a group of fields"),
    "array": Text("một danh sách", "a list"),
    "null": Text("để trống (null)", "null"),
}
_FORMATS = {
    "date": Text("Cần là ngày có thật, viết NĂM-THÁNG-NGÀY, ví dụ 2026-11-27.", "Must be a real day, like 2026-11-27."),
    "email": Text("Cần là địa chỉ thư điện tử.", "Must be an e-mail address."),
    "phone": Text("Cần là số điện thoại, ví dụ 0912345678.", "Must be a telephone number, like 0912345678."),
    "identity-number": Text(
        "Cần là số định danh cá nhân gồm 12 chữ số.", "Must be a personal identification number of 12 digits."
    ),
}
_TYPE = Text("Cần là {names}.", "Must be {names}.")
FORMATS = frozenset(_FORMATS)
"""Every `format` that a form may name."""


def compiled(form: Mapping[str, Any]) -> Draft202012Validator:
    """The form ready to be asked: no reference leads outside, patterns run in time linear to the text.

    Raises: ValidationError when it is no schema.
    """
    return Draft202012Validator(
        dict(form),
        formats={"phone": _is_phone, "identity-number": _is_identity_number},
        validate_formats=True,
        ignore_unknown_formats=False,
        pattern_options=RegexOptions(),
        email_options=EmailOptions(require_tld=True, allow_domain_literal=False, allow_display_text=False),
        offline=True,
    )


def check_answers(
    procedure: Procedure, answers: FormAnswers, memo: MutableMapping[object, Any] | None = None
) -> dict[str, Any]:
    """`answers` as they are kept: text in normal form C, what is empty left out, nothing that the form does not ask.

    Args:
        memo: of the snapshot that holds the procedure; the compiled form is kept there.
    Raises: InvalidFormAnswers naming every answer that does not fit.
    """
    too_much = beyond(answers, ANSWERS)
    if too_much is not None:
        place, complaint = too_much
        raise InvalidFormAnswers(procedure, [_error(place, complaint)])
    accepted: dict[str, Any] = _normal(answers)
    validator = _validator(procedure, memo if memo is not None else {})
    errors: list[dict[str, object]] = []
    for error in validator.iter_errors(accepted):
        errors.extend(_errors(procedure.form, error))
        if len(errors) >= ERRORS_MAX:
            break
    if errors:
        raise InvalidFormAnswers(procedure, errors[:ERRORS_MAX])
    return accepted


def _validator(procedure: Procedure, memo: MutableMapping[object, Any]) -> Draft202012Validator:
    key = ("form", procedure.tenant_id, procedure.code, procedure.version)
    found = memo.get(key)
    if not isinstance(found, Draft202012Validator):
        found = memo[key] = compiled(procedure.form)
    return found


def _normal(value: Any) -> Any:
    """`value` with text in normal form C, no spaces around it, empty text left out; it is known to be shallow."""
    match value:
        case str():
            return nfc(value).strip()
        case {**members}:
            kept = {key: _normal(below) for key, below in members.items()}
            return {key: below for key, below in kept.items() if below != ""}
        case [*items]:
            return [_normal(below) for below in items]
        case _:
            return value


def _errors(form: Mapping[str, Any], error: ValidationError) -> Iterator[dict[str, object]]:
    """What people are told of one of the validator's errors."""
    path, keyword, value = list(error.instance_path), error.kind.name, error.kind.value
    below: Sequence[Any] = ()
    if keyword == "required":
        below = (value,)
    elif keyword in {"additionalProperties", "unevaluatedProperties"}:
        below = value
    sentence = _own_words(form, error) or _sentence(form, error, keyword, value)
    for place in [[*path, name] for name in below] or [path]:
        yield _error(pointer_of(place), sentence)


def _own_words(form: Mapping[str, Any], error: ValidationError) -> Text | None:
    """What the form itself says of a mistake at this field, under `x-error`."""
    words = _schema_of(form, error).get("x-error")
    return Text(words["vi"], words["en"]) if words and error.kind.name != "required" else None


def _schema_of(form: Mapping[str, Any], error: ValidationError) -> Mapping[str, Any]:
    """The part of the form that the error is about."""
    found = follow(form, pointer_of(list(error.schema_path)[:-1]))
    return found if isinstance(found, dict) and found is not ABSENT else {}


def _sentence(form: Mapping[str, Any], error: ValidationError, keyword: str, value: Any) -> Text:
    match keyword:
        case "type":
            names = [_TYPES[one] for one in (value if isinstance(value, list) else [value]) if one in _TYPES]
            return _TYPE.fill(names="{names}") if not names else _one_of(names)
        case "format":
            return _FORMATS.get(value, _OTHERWISE)
        case "enum":
            labels = _schema_of(form, error).get("x-labels", {})
            known = [labels.get(str(one), {}) for one in value]
            shown = [
                Text(label.get("vi", str(one)), label.get("en", str(one)))
                for label, one in zip(known, value, strict=True)
            ]
            listed = Text(", ".join(one.vi for one in shown), ", ".join(one.en for one in shown))
            return Text(_SENTENCES["enum"].vi.format(listed=listed.vi), _SENTENCES["enum"].en.format(listed=listed.en))
        case _:
            return _SENTENCES.get(keyword, _OTHERWISE).fill(value=value)


def _one_of(names: Sequence[Text]) -> Text:
    return Text(
        _TYPE.vi.format(names=" hoặc ".join(name.vi for name in names)),
        _TYPE.en.format(names=" or ".join(name.en for name in names)),
    )


def _error(place: str, detail: Text) -> dict[str, object]:
    return {"pointer": f"/answers{place}", "detail": detail}


def _is_phone(value: str) -> bool:
    return phone_e164(value) is not None


def _is_identity_number(value: str) -> bool:
    return _IDENTITY_NUMBER.fullmatch(value) is not None
