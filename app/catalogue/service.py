"""What other rooms ask of the catalogue: one call that turns a sender's choice into what the case starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.kit.ids import TenantId

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

    @property
    def diverted(self) -> bool:
        """Whether another legal track handles it."""
        return self.kind.diverted


def classify(
    catalogue: Catalogue, *, tenant: TenantId, code: str, kind: Kind | None, answers: Answers | None, on: date
) -> Classified:
    """What a new report of the tenant's day `on` starts with. Pure, no query.

    Raises: UnknownCategory, RetiredCategory, InvalidAnswers.
    """
    category = catalogue.open_category(tenant, code, on)
    accepted = domain.validate_answers(category, answers)
    effective = domain.effective_kind(category, kind)
    priority = domain.initial_priority(category, accepted)
    return Classified(
        category=category,
        lineage=catalogue.lineage(tenant, code),
        kind=effective,
        priority=priority,
        answers=accepted,
        target_working_days=domain.target_working_days(category, priority),
        publication=domain.publication_policy(category, effective),
    )
