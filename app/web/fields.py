"""Fields that many wire shapes share: text from people, places, instants as people read them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.kit.text import Text, has_forbidden_characters, nfc

from .problems import SaidError


class WireIn(BaseModel):
    """A body somebody sends: unknown members are refused, so that a typing mistake never passes in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _plain(text: str) -> str:
    """NFC text without control characters. Raises: SaidError."""
    if has_forbidden_characters(text):
        raise SaidError(
            Text("Nội dung có ký tự điều khiển không đọc được.", "The text holds control characters nobody can read.")
        )
    return nfc(text)


PlainText = Annotated[str, AfterValidator(_plain)]
LongText = Annotated[PlainText, StringConstraints(min_length=1, max_length=4000)]
ShortText = Annotated[PlainText, StringConstraints(min_length=1, max_length=300)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]


class TextOut(BaseModel):
    """One sentence in both languages."""

    vi: str
    en: str


class PointIn(WireIn):
    """A place, WGS 84 degrees; whether it can be in Vietnam is said by a problem of its own."""

    lat: float = Field(description="Vĩ độ. Latitude in degrees.", examples=[20.94132])
    lon: float = Field(description="Kinh độ. Longitude in degrees.", examples=[106.31702])
    accuracy_m: float | None = Field(
        None, ge=0, le=100_000, allow_inf_nan=False, description="Sai số định vị (mét). Radius of uncertainty."
    )
