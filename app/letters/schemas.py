"""Wire shapes of letters."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from app.kit.text import Lang

from .terms import Letter, LetterKind, Sheet


class SheetOut(BaseModel):
    """The letter in one language, part by part."""

    nation: str
    motto: str
    agency: str
    number: str
    written: str
    title: str
    subject: str
    to: str
    paragraphs: list[str]
    signed: str
    note: str

    @classmethod
    def of(cls, sheet: Sheet) -> Self:
        """The sheet as it was written."""
        return cls(**{**sheet._asdict(), "paragraphs": list(sheet.paragraphs)})


class LetterLineOut(BaseModel):
    """One letter in a list."""

    number: str = Field(examples=["01-TXL-H23-261122-0042"])
    kind: LetterKind
    written_at: datetime
    title: str
    checksum: str = Field(description="SHA-256 của `content` (UTF-8). Of `content` in UTF-8, hexadecimal.")

    @classmethod
    def line(cls, letter: Letter, lang: Lang) -> LetterLineOut:
        """The letter by number and title."""
        return LetterLineOut(
            number=letter.number,
            kind=letter.kind,
            written_at=letter.written_at,
            title=letter.sheets[lang].title,
            checksum=letter.checksum,
        )


class LetterListOut(BaseModel):
    """Letters of one report, oldest first; they come whole, so `next_cursor` is null."""

    items: list[LetterLineOut]
    next_cursor: str | None = None

    @classmethod
    def of(cls, letters: list[Letter], lang: Lang) -> Self:
        """All of them."""
        return cls(items=[LetterLineOut.line(letter, lang) for letter in letters])


class LetterOut(LetterLineOut):
    """A letter as it was sent, in both languages."""

    vi: SheetOut
    en: SheetOut
    content: str = Field(description="Nguyên văn được lưu, để đối chiếu. The text as it is kept, to check it by.")

    @classmethod
    def of(cls, letter: Letter, lang: Lang) -> Self:
        """The letter with its frozen text."""
        return cls(
            **LetterLineOut.line(letter, lang).model_dump(),
            vi=SheetOut.of(letter.sheets[Lang.VI]),
            en=SheetOut.of(letter.sheets[Lang.EN]),
            content=letter.content,
        )
