"""A paper is issued: numbered, frozen and written with the change it tells of. Nothing is drawn here."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.identity.domain import Keyring
from app.kit.ids import StaffId, TenantId, UnitId, uuid7
from app.papers import domain, repository
from app.papers.domain import Template
from app.papers.errors import PaperNotFound
from app.papers.terms import Paper, PaperFacts, PaperId, PaperKind

from .sealing import bonds_of, salts_for, sealed

# A kind's present template. Older papers keep theirs, so that its file stays.
_NEWER: Final = {PaperKind.APOLOGY: 2, PaperKind.RESULT_COVER: 2}
PRESENT: Final = MappingProxyType({kind: f"{kind.value}@{_NEWER.get(kind, 1)}" for kind in PaperKind})


@lru_cache(maxsize=32)
def template_of(name: str) -> Template:
    """The packaged words of this name, such as `receipt@1`. Pure: reads only the package."""
    path = resources.files("app.papers").joinpath(f"data/{name.replace('@', '-')}.toml")
    words = tomllib.loads(path.read_text("utf-8"))
    return Template(name, words["mark"], words["layout"], words["basis"], words)


async def issue(
    work: Work,
    keys: Keyring,
    *,
    tenant_id: TenantId,
    subject_id: UUID,
    unit_id: UnitId,
    kind: PaperKind,
    facts: PaperFacts,
    by: StaffId | None,
    supersedes: PaperId | None = None,
) -> Paper:
    """The paper as it is from now on; from the commit on it can be read and checked. One statement, one put.

    The subject's row is locked by whoever issues, so that numbers neither repeat nor leave gaps. `facts.issued_at` is
    the work's instant in the tenant's zone. `supersedes`: the one paper whose place this takes.
    """
    template = template_of(PRESENT[kind])
    count = await repository.count_papers(work, tenant_id, subject_id, kind)
    stated = domain.tidied(facts)
    number = domain.number_of(template.mark, stated.code, count + 1)
    personal = domain.personal_of(stated)
    salts, paper_id = salts_for(personal), PaperId(uuid7(work.now))
    bonds = bonds_of(personal, salts)
    paper = Paper(
        tenant_id=tenant_id,
        id=paper_id,
        kind=kind,
        number=number,
        subject_id=subject_id,
        unit_id=unit_id,
        facts=stated,
        template=template.name,
        checksum=domain.checksum_of(kind, number, stated, template.name, bonds),
        issued_at=stated.issued_at,
        issued_by=by,
        supersedes_id=supersedes,
        bonds=bonds,
        sealed=sealed(keys, tenant_id, paper_id, personal, salts),
    )
    repository.add(work, paper)
    repository.put_files(work, paper, domain.result_files(stated))
    return paper


async def list_papers(db: Database, tenant_id: TenantId, subject_ids: Sequence[UUID]) -> list[Paper]:
    """Papers of these subjects, oldest first; whom they are about is sealed. One statement."""
    return await repository.list_papers(db, tenant_id, subject_ids)


def paper_of(papers: Sequence[Paper], number: str) -> Paper:
    """The one of this number. Raises: PaperNotFound."""
    for paper in papers:
        if paper.number == number:
            return paper
    raise PaperNotFound
