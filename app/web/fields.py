"""Fields that many wire shapes share: text from people, places, instants as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Final, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.kit.text import Text, has_forbidden_characters, nfc

from .problems import SaidError

Moment = TypeVar("Moment", date, datetime)

CaseCodeText = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,40}$", to_upper=True)
]  # read aloud and typed by hand: capitals do not matter


class WireIn(BaseModel):
    """A body somebody sends: unknown members are refused, so that a typing mistake never passes in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _composed(value: object) -> object:
    """A text in NFC, so that a letter counts as one character however a keyboard wrote it."""
    return nfc(value) if isinstance(value, str) else value


def _readable(text: str) -> str:
    """The text, without control characters. Raises: SaidError."""
    if has_forbidden_characters(text):
        raise SaidError(
            Text("Nội dung có ký tự điều khiển không đọc được.", "The text holds control characters nobody can read.")
        )
    return text


def _says_something(text: str) -> str:
    """Refuse text without any letter or digit: dots, spaces of no width. Raises: SaidError."""
    if text and not any(character.isalnum() for character in text):
        raise SaidError(Text("Nội dung còn trống.", "There is nothing written here."))
    return text


# The limits stand first, where pydantic makes them part of the text's own schema and says "characters", not "items".
_COMPOSED, _READABLE = BeforeValidator(_composed), AfterValidator(_readable)
_SAID = AfterValidator(_says_something)
MOST_LETTERS: Final = 4000
LongText = Annotated[str, StringConstraints(min_length=1, max_length=MOST_LETTERS), _COMPOSED, _READABLE, _SAID]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=300), _COMPOSED, _READABLE]
PhraseText = Annotated[ShortText, _SAID]  # with a letter or a digit in it
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]


_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_RFC_3339 = re.compile(r"^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?)?$")


def _written_out(value: object) -> object:
    """Refuse bare numbers: pydantic would take them for seconds since 1970. Raises: SaidError."""
    if isinstance(value, date) or (isinstance(value, str) and _RFC_3339.match(value.strip())):
        return value  # a date is our own value on its way out
    raise SaidError(
        Text(
            "Thời điểm cần theo RFC 3339, ví dụ 2026-11-22T08:30:00+07:00.",
            "Must be an RFC 3339 instant, for example 2026-11-22T08:30:00+07:00.",
        )
    )


def _a_day(value: object) -> object:
    """The same of a day, which people write too. Raises: SaidError."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.match(value.strip())):
        return value
    raise SaidError(Text("Ngày cần theo dạng năm-tháng-ngày, ví dụ 2026-11-22.", "Must be a day as in 2026-11-22."))


def _storable(at: Moment) -> Moment:
    """Refuse years nobody means, PostgreSQL cannot hold in every zone or no day can follow. Raises: SaidError."""
    if not 1900 < at.year < 2200:
        raise SaidError(Text("Năm cần trong khoảng 1901 đến 2199.", "The year must lie between 1901 and 2199."))
    return at


InstantIn = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_storable)]
DayIn = Annotated[date, BeforeValidator(_a_day), AfterValidator(_storable)]


class TextOut(BaseModel):
    """One sentence in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, text: Text) -> Self:
        """The wire shape."""
        return cls(vi=text.vi, en=text.en)


class PointIn(WireIn):
    """A place, WGS 84 degrees; whether it can be in Vietnam is said by a problem of its own."""

    lat: float = Field(strict=True, description="Vĩ độ. Latitude in degrees.", examples=[20.94132])
    lon: float = Field(strict=True, description="Kinh độ. Longitude in degrees.", examples=[106.31702])
    accuracy_m: float | None = Field(
        None,
        ge=0,
        le=100_000,
        strict=True,
        allow_inf_nan=False,
        description="Sai số định vị (mét). Radius of uncertainty.",
    )
