"""What other rooms and officers ask of routing: a decision, the versions of a rulebook, a new version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from app.audit import service as audit
from app.audit.terms import Action
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Answers, Kind, Priority
from app.db.reference import touch
from app.db.work import ReadWork, Work
from app.directory.snapshot import AreaChain, Directory
from app.directory.terms import Confidence
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.kit.ids import TenantId

from . import domain, policies, repository
from .errors import StaleRulebook
from .snapshot import Rulebooks
from .terms import Decision, Published, Rule, RulebookVersion

VERSIONS_SHOWN = 50


def decide(
    rulebooks: Rulebooks,
    directory: Directory,
    catalogue: Catalogue,
    *,
    tenant: TenantId,
    chain: AreaChain,
    confidence: Confidence,
    category: str,
    kind: Kind,
    priority: Priority,
    answers: Answers,
    at: datetime,
) -> Decision:
    """The one responsible unit for a matter, by the rulebook in force at `at`. Pure, no query, no wait.

    Raises: UnknownCategory, UnknownTenant, NoResponsibleUnit (only when the tenant has no unit in force).
    """
    return domain.route(
        rulebooks.book(tenant, at),
        directory,
        catalogue,
        tenant=tenant,
        chain=chain,
        confidence=confidence,
        category=category,
        kind=kind,
        priority=priority,
        answers=answers,
        at=at,
    )


async def list_rulebooks(work: ReadWork, actor: Actor) -> list[Published]:
    """The newest versions of the actor's tenant, newest first, at most fifty. Raises: Forbidden."""
    policies.may_read_rulebooks(actor).require()
    rows = await repository.list_versions(work, actor.tenant_id, VERSIONS_SHOWN)
    return [row.published() for row in rows]


async def publish_rulebook(
    work: Work,
    actor: Actor,
    rules: Sequence[Rule],
    *,
    directory: Directory,
    catalogue: Catalogue,
    note: str,
    based_on: int | None = None,
    valid_from: datetime | None = None,
) -> Published:
    """A new version of the tenant's rules, in force from `valid_from` (now when None); older versions stay as they are.

    Args:
        based_on: the version the draft was made from; None publishes over whatever is there.
    Raises: Forbidden, StaleRulebook, InvalidRulebook with a pointer for each mistake, RulebookRace.
    """
    policies.may_publish_rulebook(actor).require()
    tenant = actor.tenant_id
    newest = await repository.newest_version(work, tenant)
    if based_on is not None and based_on != newest:
        raise StaleRulebook(newest)
    start = _checked(work, actor, rules, directory, catalogue, valid_from)
    row = await repository.add_version(
        work, tenant, newest + 1, rules, note=note, valid_from=start, created_by=actor.staff_id
    )
    audit.record(work, actor, Action.RULEBOOK_PUBLISHED, subject=str(newest + 1), details={"rules": len(rules)})
    await touch(work, "rulebooks")
    return row.published()


async def try_rulebook(
    work: ReadWork,
    actor: Actor,
    rules: Sequence[Rule],
    *,
    directory: Directory,
    catalogue: Catalogue,
    valid_from: datetime | None = None,
) -> tuple[Rulebooks, datetime]:
    """The rules as a rulebook that decides whenever it is asked, and from when on it would; nothing is written.

    Raises: Forbidden, InvalidRulebook with a pointer for each mistake.
    """
    policies.may_publish_rulebook(actor).require()
    start = _checked(work, actor, rules, directory, catalogue, valid_from)
    whenever = datetime.min.replace(tzinfo=UTC)
    return Rulebooks([RulebookVersion(actor.tenant_id, 0, whenever, tuple(rules))]), start


def _checked(
    work: Work | ReadWork,
    actor: Actor,
    rules: Sequence[Rule],
    directory: Directory,
    catalogue: Catalogue,
    valid_from: datetime | None,
) -> datetime:
    """From when on the rules would hold. Raises: InvalidRulebook."""
    start = max(valid_from, work.now) if valid_from else work.now
    on = local_day(start, directory.tenant(actor.tenant_id).time_zone)
    domain.check_rules(rules, directory, catalogue, tenant=actor.tenant_id, on=on)
    return start
