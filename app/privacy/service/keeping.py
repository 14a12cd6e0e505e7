"""How long what identifies people is kept: rules as versions, and the job that keeps to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.cases.terms import Books
from app.db.work import ReadWork, Work
from app.identity import service as identity
from app.identity.terms import Actor, system_actor
from app.kit.ids import ReportId, TenantId
from app.kit.text import Text
from app.media import service as media
from app.privacy import domain, policies, repository
from app.privacy.errors import StaleRule
from app.privacy.terms import Rule, Subject
from app.publication import service as publication
from app.reports import service as reports
from app.service_requests import service as service_requests

BATCH_ROWS = 500


async def list_rules(work: ReadWork, actor: Actor) -> list[tuple[Rule, list[Rule]]]:
    """Each subject's rule in force, with all versions of the province's own, newest first. One statement."""
    own = await repository.list_rules(work, actor.tenant_id)
    return [(rule, [one for one in own if one.subject is rule.subject]) for rule in domain.rules_in_force(own)]


async def publish_rule(
    work: Work, actor: Actor, subject: Subject, *, days: int, legal_basis: Text, note: str, based_on: int | None
) -> Rule:
    """The subject's rule from now on; what is older than it goes within a day.

    Raises: Forbidden, StaleRule, RuleRace.
    """
    policies.may_rule(actor).require()
    own = [one for one in await repository.list_rules(work, actor.tenant_id) if one.subject is subject]
    newest = max((one.version for one in own), default=0)
    if based_on is not None and based_on != newest:
        raise StaleRule(newest)
    rule = Rule(subject, newest + 1, days, legal_basis, note, work.now)
    await repository.add_rule(work, actor, rule)
    details = {"version": rule.version, "days": days}
    audit.record(work, actor, Action.RETENTION_PUBLISHED, subject=subject.value, details=details)
    return rule


async def keep_to_rules(
    work: Work, tenant_id: TenantId, subject: Subject, after: UUID, books: Books
) -> tuple[int, UUID | None]:
    """Number of reports, or service requests, that the subject is gone of now, and where the next batch begins.

    None: this was the last. Looks at BATCH_ROWS that are old enough; what is still open, or ended later, stays.
    """
    own = await repository.list_rules(work, tenant_id)
    rule = next(one for one in domain.rules_in_force(own) if one.subject is subject)
    before = work.now - timedelta(days=rule.days)
    if subject is Subject.PAPERS:
        return await _forget_papers(work, tenant_id, rule, before, after)
    found = await _older(work, tenant_id, subject, before, after)
    ended = await reports.ended_before(work, tenant_id, found, before) if found else []
    if ended:
        if subject is Subject.FILES:  # what everyone sees of a picture is kept no longer than the picture
            await publication.let_go_photos(
                work, tenant_id, ended, directory=books.directory, catalogue=books.catalogue
            )
        gone = identity.erase_identities if subject is Subject.IDENTITY else media.let_go
        await gone(work, tenant_id, ended)
        told = {"subject": subject.value, "rule": rule.version, "reports": len(ended)}
        audit.record(work, system_actor(tenant_id), Action.RETENTION_APPLIED, details=told)
    return len(ended), found[-1] if len(found) == BATCH_ROWS else None


async def _forget_papers(
    work: Work, tenant_id: TenantId, rule: Rule, before: datetime, after: UUID
) -> tuple[int, UUID | None]:
    gone = await service_requests.forget_papers(work, tenant_id, before=before, after=after, limit=BATCH_ROWS)
    if gone:
        told = {"subject": rule.subject.value, "rule": rule.version, "service_requests": len(gone)}
        audit.record(work, system_actor(tenant_id), Action.RETENTION_APPLIED, details=told)
    return len(gone), gone[-1] if len(gone) == BATCH_ROWS else None


async def _older(work: Work, tenant_id: TenantId, subject: Subject, before: datetime, after: UUID) -> list[ReportId]:
    look = identity.list_older if subject is Subject.IDENTITY else media.list_older
    return await look(work, tenant_id, before=before, after=after, limit=BATCH_ROWS)
