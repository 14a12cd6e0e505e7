"""What other rooms ask of the catalogue: one call that turns a sender's choice into what the case starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.kit.ids import TenantId
from app.kit.text import Text

from . import domain
from .snapshot import Catalogue
from .terms import Answer, Answers, Category, CategoryCode, Kind, Priority, PublicationPolicy


@dataclass(frozen=True, slots=True)
class Classified:
    """What is known of a report once its category, kind and answers are accepted.

    `lineage` is leaf first; `target_working_days` already respects the priority.
    """

    category: Category
    lineage: tuple[CategoryCode, ...]
    kind: Kind
    priority: Priority
    answers: dict[str, Answer]
    target_working_days: int
    publication: PublicationPolicy
    guidance: Text | None

    @property
    def diverted(self) -> bool:
        """Whether another legal track handles it."""
        return self.kind.diverted


def classify(
    catalogue: Catalogue,
    *,
    tenant: TenantId,
    code: str,
    kind: Kind | None,
    answers: Answers | None,
    on: date,
    passed_on: bool = False,
) -> Classified:
    """What a new report of the tenant's day `on` starts with. Pure, no query. `passed_on` by another installation.

    Raises: UnknownCategory, RetiredCategory, InvalidAnswers.
    """
    category = catalogue.open_category(tenant, code, on)
    accepted = domain.validate_answers(category, answers, passed_on=passed_on)
    effective = domain.effective_kind(category, kind)
    priority = domain.initial_priority(category, accepted)
    return _classified(catalogue, tenant, category, effective, priority, accepted)


def reclassify(
    catalogue: Catalogue,
    *,
    tenant: TenantId,
    code: str,
    kind: Kind,
    priority: Priority,
    answers: Answers | None,
) -> Classified:
    """What a case becomes when an officer sorts it anew: of the priority `priority`, urgent when the matter is.

    Answers are checked only when given: an officer knows more than the form. A retired category may stay.
    Raises: UnknownCategory, InvalidAnswers.
    """
    category = catalogue.category(tenant, code)
    accepted = domain.validate_answers(category, answers) if answers is not None else {}
    effective = domain.effective_kind(category, kind)
    found = domain.initial_priority(category, accepted)
    raised = found if found is Priority.URGENT else priority
    return _classified(catalogue, tenant, category, effective, raised, accepted)


def working_days(category: Category, priority: Priority) -> int:
    """Target of the category at this priority, in working days to a resolution."""
    return domain.target_working_days(category, priority)


def guidance(catalogue: Catalogue, tenant: TenantId, category: Category, kind: Kind) -> Text | None:
    """Where a sender of a diverted kind has to turn; None for kinds that we handle."""
    if not kind.diverted:
        return None
    if category.kind is kind and category.guidance is not None:
        return category.guidance
    found = (branch.group.guidance for branch in catalogue.tree(tenant) if branch.group.kind is kind)
    return next((text for text in found if text is not None), kind.label)


def _classified(
    catalogue: Catalogue,
    tenant: TenantId,
    category: Category,
    effective: Kind,
    priority: Priority,
    accepted: dict[str, Answer],
) -> Classified:
    return Classified(
        category=category,
        lineage=catalogue.lineage(tenant, category.code),
        kind=effective,
        priority=priority,
        answers=accepted,
        guidance=guidance(catalogue, tenant, category, effective),
        target_working_days=domain.target_working_days(category, priority),
        publication=domain.publication_policy(category, effective),
    )


def told_answers(catalogue: Catalogue, *, tenant: TenantId, code: str, answers: Answers) -> dict[str, Answer]:
    """`answers` that other installations and partners may be told: never those to private questions."""
    return domain.told_answers(catalogue.category(tenant, code), answers)
