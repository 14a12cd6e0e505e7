"""What follows for a case from how many people meet the same: the number it shows, and its priority by rule."""

from __future__ import annotations

from collections.abc import Mapping

from app.cases import domain
from app.cases.models import Case
from app.cases.repository import supporting
from app.cases.terms import Books
from app.catalogue.terms import Priority
from app.db.work import Work
from app.identity.terms import system_actor
from app.kit.ids import CaseId, TenantId
from app.kit.text import Text

from .steps import settle


async def keep_support(work: Work, tenant_id: TenantId, counts: Mapping[CaseId, int]) -> list[Case]:
    """The cases, locked, with so many supporters from now on; that alone is no new version of any. One statement."""
    found = await supporting.lock_all(work, tenant_id, list(counts))
    for case in found:
        case.support_count = counts[CaseId(case.id)]
    return list(found)


def raise_by_support(
    work: Work, case: Case, *, to: Priority, people: int, at_least: int, legal_basis: Text, books: Books
) -> bool:
    """Whether the case is more urgent now than it was, which its history explains to everyone; it must be locked."""
    fact = domain.raise_by_support(case.facts(), to=to, people=people, at_least=at_least, legal_basis=legal_basis)
    if fact is None:
        return False
    work.catch_up(case.updated_at)
    settle(work, system_actor(TenantId(case.tenant_id)), case, fact, books)
    return True
