"""Letters filled in from their templates, and their frozen form. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.kit.text import Lang

from .terms import Occasion, Sheet, Sheets


@dataclass(frozen=True, slots=True)
class Template:
    """The words of a kind of letter, by language and part; `name` says of which version."""

    name: str
    words: Mapping[Lang, Mapping[str, Any]]


def number_of(code: str, count: int) -> str:
    """The number of a case's letter, the `count`-th from 1: `01-TXL-H23-261122-0042` (TXL: thư xin lỗi)."""
    return f"{count:02}-TXL-{code}"


def filled(template: Template, occasion: Occasion, *, number: str, on: date) -> Sheets:
    """The letter in every language, written on the day."""
    return {lang: _sheet(words, occasion, lang, number, on) for lang, words in template.words.items()}


def _sheet(words: Mapping[str, Any], occasion: Occasion, lang: Lang, number: str, on: date) -> Sheet:
    said = {
        "number": number,
        "code": occasion.code,
        "unit": occasion.unit(lang),
        "seat": occasion.seat,
        "category": _inside(occasion.category(lang)),
        "place": occasion.place(lang),
        "reason": occasion.reason,
        "received": _day(occasion.received_on, lang),
        "due_before": _day(occasion.due_before, lang),
        "due": _day(occasion.due_on, lang),
        "original": _day(occasion.original_due_on, lang),
        "day": on.day,
        "month": on.month,
        "year": on.year,
    }
    return Sheet(
        agency=occasion.unit(lang),
        paragraphs=tuple(line.format_map(said) for line in words["paragraphs"]),
        **{part: words[part].format_map(said) for part in Sheet._fields if part not in {"agency", "paragraphs"}},
    )


def _day(day: date, lang: Lang) -> str:
    return f"{day:%d/%m/%Y}" if lang is Lang.VI else day.isoformat()


def _inside(name: str) -> str:
    """A name as it stands in the middle of a sentence; one of capitals alone stays so."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def frozen(sheets: Sheets) -> tuple[str, str]:
    """The letter's text as it is kept, and its checksum: SHA-256 of that text in UTF-8."""
    parts = {lang.value: sheet._asdict() for lang, sheet in sheets.items()}
    content = json.dumps(parts, ensure_ascii=False, sort_keys=True, indent=1)
    return content, checksum_of(content)


def checksum_of(content: str) -> str:
    """SHA-256 of the text in UTF-8, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def read(content: str) -> Sheets:
    """The letter whose frozen form is `content`."""
    parts = json.loads(content)
    return {Lang(lang): Sheet(**{**part, "paragraphs": tuple(part["paragraphs"])}) for lang, part in parts.items()}
