"""Letters drafted, sent and read. Who may read one is the business of whoever asks."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from importlib import resources

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.kit.ids import CaseId, StaffId, TenantId, UnitId
from app.kit.text import Lang

from . import domain, repository
from .domain import Template
from .errors import LetterNotFound
from .terms import Letter, LetterKind, Occasion


@lru_cache(maxsize=8)
def template_of(kind: LetterKind) -> Template:
    """The packaged words of the kind. Pure: reads only the package."""
    path = resources.files("app.letters").joinpath(f"data/{kind.value}.toml")
    data = tomllib.loads(path.read_text("utf-8"))
    return Template(f"{kind.value}@{data['version']}", {lang: data[lang.value] for lang in Lang})


def draft_extension(
    occasion: Occasion,
    *,
    tenant_id: TenantId,
    case_id: CaseId,
    unit_id: UnitId,
    count: int,
    by: StaffId | None,
    at: datetime,
    on: date,
) -> Letter:
    """The letter that tells of an extension, the case's `count`-th, as it would be sent now; `on` is the day there."""
    template = template_of(LetterKind.EXTENSION)
    number = domain.number_of(occasion.code, count)
    sheets = domain.filled(template, occasion, number=number, on=on)
    content, checksum = domain.frozen(sheets)
    return Letter(
        tenant_id=tenant_id,
        number=number,
        case_id=case_id,
        kind=LetterKind.EXTENSION,
        unit_id=unit_id,
        written_at=at,
        written_by=by,
        template=template.name,
        content=content,
        checksum=checksum,
        sheets=sheets,
    )


def send(work: Recorder, letter: Letter) -> None:
    """Keep the letter as it is, with the change it tells of: from the commit on its reader can read it."""
    repository.add(work, letter)


async def count_letters(work: Work, tenant_id: TenantId, case_id: CaseId) -> int:
    """How many letters the case has had; its own row is locked by whoever numbers the next one. One statement."""
    return await repository.count_letters(work, tenant_id, case_id)


def letter_of(letters: Sequence[Letter], number: str) -> Letter:
    """The one of this number. Raises: LetterNotFound."""
    for letter in letters:
        if letter.number == number:
            return letter
    raise LetterNotFound


async def letters_numbered(work: Work, tenant_id: TenantId, numbers: Sequence[str]) -> dict[str, Letter]:
    """The letters of these numbers as they were sent, by number. One statement, none for no number."""
    found = await repository.letters_numbered(work, tenant_id, numbers) if numbers else []
    return {letter.number: letter for letter in found}


async def list_letters(db: Database, tenant_id: TenantId, case_ids: Sequence[CaseId]) -> list[Letter]:
    """Letters of these cases as they were sent, oldest first. One statement."""
    return await repository.list_letters(db, tenant_id, case_ids)
