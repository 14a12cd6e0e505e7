"""Counting supporters, after the fact and by one at a time in each province: exact, and nobody's row is waited for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.cases import service as cases_service
from app.cases.models import Case
from app.cases.terms import Books
from app.catalogue.terms import Priority
from app.db.work import Work
from app.kit.ids import CaseId, TenantId
from app.outbox import service as outbox
from app.supports import domain, repository
from app.supports.events import SupportEvent
from app.supports.terms import Counted, Rule, Whose


async def count_support(work: Work, tenant_id: TenantId, case_ids: Collection[CaseId], books: Books) -> int:
    """Number of cases, of these and those they live in, that show another number of supporters from now on.

    A case that reaches a rule is raised by it, once for each priority: fewer supporters, or more again, change nothing,
    and an officer who lowers it afterwards has the last word. The consumer's cursor must be held. One statement when
    nothing changed; else four, and one for all changes, whatever the number of cases.
    """
    counted = await repository.count(work, tenant_id, case_ids)
    in_force = domain.rules_in_force(await repository.list_rules(work, tenant_id), work.now) if counted else {}
    reached = {one.case_id: rule for one in counted if (rule := _reached(one, in_force, tenant_id, books)) is not None}
    before = await repository.raised(work, tenant_id, list(reached)) if reached else set()
    due = {case_id: rule for case_id, rule in reached.items() if (case_id, rule.priority) not in before}
    changed = {one.case_id: one for one in counted if one.people != one.kept or one.case_id in due}
    if not changed:
        return 0
    cases = await cases_service.keep_support(work, tenant_id, {key: one.people for key, one in changed.items()})
    for case in cases:
        await _settle(work, tenant_id, case, changed[CaseId(case.id)], due, books)
    return sum(one.people != one.kept for one in changed.values())


async def _settle(
    work: Work, tenant_id: TenantId, case: Case, one: Counted, due: Mapping[CaseId, Rule], books: Books
) -> None:
    """Tell of another number, where everyone is told another one, and raise the case where a rule says so."""
    if domain.compact(one.people) != domain.compact(one.kept):
        outbox.append(
            work,
            tenant_id=tenant_id,
            type=SupportEvent.COUNTED.value,
            subject_id=case.id,
            subject_version=case.version,
            payload={"code": case.code},
        )
    rule = due.get(one.case_id)
    if rule is None or rule.at_least is None:
        return
    people = one.proven if rule.whose is Whose.PROVEN else one.people
    raised = cases_service.raise_by_support(
        work,
        case,
        to=rule.priority,
        people=people,
        at_least=rule.at_least,
        legal_basis=rule.legal_basis,
        books=books,
    )
    if raised:
        await repository.note_raise(work, tenant_id, one.case_id, rule, people)


def _reached(
    one: Counted, in_force: Mapping[tuple[str | None, Priority], Rule], tenant_id: TenantId, books: Books
) -> Rule | None:
    """The rule by which the case would be more urgent than it is."""
    return domain.rule_raising(one, in_force, books.catalogue.lineage(tenant_id, one.category))
