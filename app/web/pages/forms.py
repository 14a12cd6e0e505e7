"""Forms as browsers post them, and what is wrong with them, field by field.

A field's name is the path of its value in the wire shape it fills (`reporter.phone`), so that a refusal of the API
stands beside the right field without any table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeAlias
from urllib.parse import parse_qsl

from fastapi import Depends
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from app.kit.problems import BadRequest, Problem
from app.kit.text import Text
from app.web.problems import sentence_of

FieldErrors: TypeAlias = dict[str, Text]
_MOST_FIELDS = 500
_MOST_FILES = 50
_WITH_FILES = "multipart/form-data"
_MEDIA_TYPE = "application/x-www-form-urlencoded"


class UnreadableForm(BadRequest):
    """The body is not a form as browsers send it."""

    slug = "unreadable-form"
    title = Text("Không đọc được biểu mẫu", "The form cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Hãy tải lại trang rồi gửi lại.", "Please reload the page and send it again.")


class Form:
    """The fields that were filled in, as typed; line ends are single line feeds."""

    def __init__(
        self, pairs: Iterable[tuple[str, str]] = (), named_files: Sequence[tuple[str, UploadFile]] = ()
    ) -> None:
        self.named_files = tuple(named_files)
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value.replace("\r\n", "\n"))

    @property
    def files(self) -> tuple[UploadFile, ...]:
        """The files that were chosen, in whatever field."""
        return tuple(file for _, file in self.named_files)

    def text(self, name: str) -> str:
        """What was typed into the field, without blanks around it; empty when it was left out."""
        return self._values.get(name, [""])[0].strip()

    def raw(self, name: str) -> str:
        """The same with its blanks, which belong to a password."""
        return self._values.get(name, [""])[0]

    def many(self, name: str) -> list[str]:
        """Every value of the field, in the order of the page."""
        return list(self._values.get(name, ()))

    def pairs(self) -> list[tuple[str, str]]:
        """Every field with its value, in the order in which they came."""
        return [(name, value) for name, values in self._values.items() for value in values]

    def names(self) -> list[str]:
        """Every field that came."""
        return list(self._values)

    def having(self, **values: str) -> Form:
        """The same form, one value a field, with these fields instead of its own."""
        return Form(({name: each[0] for name, each in self._values.items()} | values).items())

    def filled(self, *names: str) -> dict[str, Any]:
        """The fields of these names that are not empty; `a.b` becomes `{"a": {"b": …}}`."""
        body: dict[str, Any] = {}
        for name in names:
            if value := self.text(name):
                *path, last = name.split(".")
                inner = body
                for part in path:
                    inner = inner.setdefault(part, {})
                inner[last] = value
        return body


def number(typed: str) -> float | str:
    """The number as people here or elsewhere write it (20,9413); what is none comes back for a shape to refuse."""
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        return typed


def whole_number(typed: str) -> int | str:
    """The same for a whole number."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else typed


def typed_day(typed: str) -> date | None:
    """The day as a field for days sends it; None for what is none, and for years nobody means or no day follows."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 1900 < day.year < 2200 else None


async def posted_form(request: Request) -> Form:
    """The form in the body, with files where the page asks for some. Raises: UnreadableForm."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _WITH_FILES:
        try:
            parts = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
        except (HTTPException, MultiPartException) as error:
            raise UnreadableForm from error
        pairs = [(name, value) for name, value in parts.multi_items() if isinstance(value, str)]
        files: list[tuple[str, UploadFile]] = []
        for name, value in parts.multi_items():
            if isinstance(value, UploadFile) and value.filename:
                files.append((name, value))
            elif isinstance(value, UploadFile):  # a field for files in which none was chosen
                await value.close()
        return Form(pairs, files)
    if kind != _MEDIA_TYPE:
        raise UnreadableForm
    try:
        body = (await request.body()).decode("ascii")
        return Form(parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise UnreadableForm from error


CurrentForm = Annotated[Form, Depends(posted_form)]


def errors_of(refused: ValidationError, missing: Mapping[str, Text] | None = None) -> FieldErrors:
    """What a wire shape refuses, by field, in its order; `missing` asks for what was left empty in its own words."""
    asks = missing or {}
    found: FieldErrors = {}
    for error in reversed(refused.errors()):
        name = ".".join(map(str, error["loc"]))
        found[name] = asks[name] if error["type"] == "missing" and name in asks else sentence_of(error)
    return dict(reversed(found.items()))


def errors_of_problem(problem: Problem) -> FieldErrors:
    """What a problem says of single fields (its `errors`), by field; empty when it speaks of the whole."""
    found: FieldErrors = {}
    listed = problem.extensions.get("errors")
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, Mapping) and isinstance(detail := error.get("detail"), Text):
            pointer = str(error.get("pointer", "")).strip("/")
            found[pointer.replace("/", ".")] = detail
    return found
