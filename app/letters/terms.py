"""Vocabulary of letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from app.kit.ids import CaseId, StaffId, TenantId, UnitId
from app.kit.text import Lang, Text


class LetterKind(StrEnum):
    """Why it was written."""

    EXTENSION = "extension"  # an apology, with a new date for the answer


class Sheet(NamedTuple):
    """A letter in one language, part by part, as it stands on its page."""

    nation: str
    motto: str
    agency: str
    number: str
    written: str
    title: str
    subject: str
    to: str
    paragraphs: tuple[str, ...]
    signed: str
    note: str

    def __str__(self) -> str:
        """The letter as plain text."""
        head = (self.nation, self.motto, "", self.agency, self.number, self.written)
        whole = (*head, "", self.title, self.subject, "", self.to, "", *self.paragraphs, "", self.signed, "", self.note)
        return "\n".join(whole)


Sheets: TypeAlias = dict[Lang, Sheet]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a letter about an extension says: days where the tenant is, names in both languages."""

    code: str
    unit: Text
    seat: str
    category: Text
    place: Text
    received_on: date
    due_before: date
    due_on: date
    original_due_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it was sent. `content` is what `checksum` (SHA-256, hexadecimal) is of, `sheets` are read from it."""

    tenant_id: TenantId
    number: str
    case_id: CaseId
    kind: LetterKind
    unit_id: UnitId
    written_at: datetime
    written_by: StaffId | None
    template: str
    content: str
    checksum: str
    sheets: Sheets
