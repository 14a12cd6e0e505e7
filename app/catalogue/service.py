"""What others ask of the catalogue: what a sender's choice makes of a case, and how administrators keep categories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.audit import service as audit
from app.audit.terms import Action
from app.db.reference import touch
from app.db.work import ReadWork, Work
from app.identity.terms import Actor
from app.kit.ids import TenantId
from app.kit.text import Text

from . import domain, policies, repository
from .errors import CategoryNotFound, StaleCategory
from .snapshot import Catalogue
from .terms import (
    Answer,
    Answers,
    Category,
    CategoryCode,
    CategoryVersion,
    KeptCategory,
    Kind,
    NewCategory,
    Priority,
    PublicationPolicy,
    WantedCategory,
)


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


async def list_kept(work: ReadWork, actor: Actor) -> list[KeptCategory]:
    """Every category as it is now with its versions, in the order people see them. Two statements.

    Raises: Forbidden.
    """
    policies.may_read_versions(actor).require()
    of_code: dict[CategoryCode, list[CategoryVersion]] = {}
    for one in await repository.list_versions(work, actor.tenant_id):
        of_code.setdefault(one.code, []).append(one)
    found = await repository.list_categories(work, actor.tenant_id)
    return [KeptCategory(each, tuple(of_code.get(each.code, ()))) for each in found]


async def publish_version(
    work: Work, actor: Actor, code: str, wanted: WantedCategory, *, today: date, based_on: int | None
) -> CategoryVersion:
    """The category as it is wanted, as its next version: its words at once, the days on which it may be chosen.

    Args:
        today: the tenant's day.
        based_on: the version the draft was made from; None publishes over whatever is there.
    Raises: Forbidden, CategoryNotFound, InvalidCategory, StaleCategory.
    """
    policies.may_publish(actor).require()
    await repository.lock(work, actor.tenant_id, code)
    newest = await repository.newest_version(work, actor.tenant_id, code)
    if based_on is not None and based_on != newest:
        raise StaleCategory(newest)
    domain.check_wanted(wanted, today=today)
    version = CategoryVersion(CategoryCode(code), newest + 1, wanted, work.now)
    await repository.add_version(work, actor, version)
    audit.record(work, actor, Action.CATEGORY_PUBLISHED, subject=code, details={"version": version.version})
    await touch(work, "catalogue")
    return version


def try_version(actor: Actor, code: str, wanted: WantedCategory, *, catalogue: Catalogue, today: date) -> Catalogue:
    """The catalogue of the actor's tenant as it would be; nothing is written. Pure.

    Raises: Forbidden, CategoryNotFound, InvalidCategory.
    """
    policies.may_publish(actor).require()
    if catalogue.find(actor.tenant_id, code) is None:
        raise CategoryNotFound
    domain.check_wanted(wanted, today=today)
    return Catalogue(
        domain.worded(each, wanted) if each.code == code else each for each in catalogue.all(actor.tenant_id)
    )


async def add_category(work: Work, actor: Actor, new: NewCategory, *, today: date) -> CategoryVersion:
    """The new category as its first version, last in its group. Four statements.

    Raises: Forbidden, InvalidCategory with a pointer for each mistake.
    """
    policies.may_publish(actor).require()
    await touch(work, "catalogue")  # first: whoever adds another at once waits, and sees what this one asks
    among = await repository.list_categories(work, actor.tenant_id)
    category = domain.new_category(new, among, tenant=actor.tenant_id, today=today)
    version = CategoryVersion(category.code, 1, new.wanted, work.now)
    await repository.add_category(work, actor, category, version)
    audit.record(work, actor, Action.CATEGORY_PUBLISHED, subject=category.code, details={"version": 1})
    return version


def try_category(actor: Actor, new: NewCategory, *, catalogue: Catalogue, today: date) -> Catalogue:
    """The catalogue of the actor's tenant as it would be with the new category; nothing is written. Pure.

    Raises: Forbidden, InvalidCategory with a pointer for each mistake.
    """
    policies.may_publish(actor).require()
    among = catalogue.all(actor.tenant_id)
    return Catalogue([*among, domain.new_category(new, among, tenant=actor.tenant_id, today=today)])
