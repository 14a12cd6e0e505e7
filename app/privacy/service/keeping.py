"""How long what identifies people is kept: rules as versions, and the job that keeps to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.cases.terms import Books
from app.db.engine import Database
from app.db.work import ReadWork, Work, read_work
from app.identity import service as identity
from app.identity.terms import Actor, system_actor
from app.kit.clock import Clock
from app.kit.ids import ReportId, TenantId
from app.kit.text import Text
from app.media import service as media
from app.payments import service as payments
from app.privacy import domain, policies, repository
from app.privacy.errors import InvalidRule, StaleRule
from app.privacy.terms import Due, Rule, RulePreview, Subject
from app.publication import service as publication
from app.reports import service as reports
from app.service_requests import service as service_requests
from app.supports import service as supports

BATCH_ROWS = 500
LOOKED_AT_ROWS = 10_000
_PAST = Text("Ngày bắt đầu không thể ở trước hôm nay.", "It cannot begin in the past.")
_Forget = Callable[..., Awaitable[Sequence[UUID]]]
_FORGET: Mapping[Subject, tuple[str, _Forget]] = MappingProxyType(
    {
        Subject.PAPERS: ("service_requests", service_requests.forget_papers),
        Subject.ISSUED: ("service_requests", service_requests.forget_issued),
        Subject.DRAFTS: ("drafts", service_requests.forget_drafts),
        Subject.SUPPORTS: ("supports", supports.forget_supporters),
        Subject.CALLBACKS: ("messages", payments.forget_messages),
        Subject.UNPROVEN: ("messages", payments.forget_unproven),
    }
)
"""What is counted and what forgets it: ids beyond `after`, in order, as many as `limit`; then there may be more."""


async def list_rules(work: ReadWork, actor: Actor) -> list[tuple[Rule, list[Rule]]]:
    """Each subject's rule in force, with all versions of the province's own, newest first. One statement."""
    own = await repository.list_rules(work, actor.tenant_id)
    in_force = domain.rules_in_force(own, work.now)
    return [(rule, [one for one in own if one.subject is rule.subject]) for rule in in_force]


async def publish_rule(
    work: Work,
    actor: Actor,
    subject: Subject,
    *,
    days: int,
    legal_basis: Text,
    note: str,
    based_on: int | None,
    valid_from: datetime | None = None,
) -> Rule:
    """The subject's rule from then on, None: from now; what is older than it goes within a day.

    Raises: Forbidden, InvalidRule, StaleRule, RuleRace.
    """
    policies.may_rule(actor).require()
    if valid_from is not None and valid_from < work.now:
        raise InvalidRule(errors=[{"pointer": "/valid_from", "detail": _PAST}])
    own = [one for one in await repository.list_rules(work, actor.tenant_id) if one.subject is subject]
    newest = max((one.version for one in own), default=0)
    if based_on is not None and based_on != newest:
        raise StaleRule(newest)
    rule = Rule(subject, newest + 1, days, legal_basis, note, work.now, valid_from or work.now)
    await repository.add_rule(work, actor, rule)
    details = {"version": rule.version, "days": days, "valid_from": (valid_from or work.now).isoformat()}
    audit.record(work, actor, Action.RETENTION_PUBLISHED, subject=subject.value, details=details)
    return rule


async def kept_for(db: Database, clock: Clock, subject: Subject, tenant_id: TenantId) -> timedelta:
    """How long the tenant keeps it, by the rule in force. One statement."""
    async with read_work(db, clock, tenant_id) as work:
        own = await repository.list_rules(work, tenant_id)
    return timedelta(days=next(one.days for one in domain.rules_in_force(own, clock.now()) if one.subject is subject))


async def keep_to_rules(
    work: Work, tenant_id: TenantId, subject: Subject, after: UUID, books: Books
) -> tuple[int, UUID | None]:
    """Number of reports, service requests, drafts or messages the subject is gone of now, and where to go on.

    None: this was the last. Looks at BATCH_ROWS that are old enough; what is still open, or ended later, stays.
    """
    own = await repository.list_rules(work, tenant_id)
    rule = next(one for one in domain.rules_in_force(own, work.now) if one.subject is subject)
    before = work.now - timedelta(days=rule.days)
    if subject in _FORGET:
        counted, forget = _FORGET[subject]
        gone_now = await forget(work, tenant_id, before=before, after=after, limit=BATCH_ROWS)
        if gone_now:
            said = {"subject": subject.value, "rule": rule.version, counted: len(gone_now)}
            audit.record(work, system_actor(tenant_id), Action.RETENTION_APPLIED, details=said)
        return len(gone_now), gone_now[-1] if len(gone_now) == BATCH_ROWS else None
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


_DUE: Mapping[Subject, Callable[..., Awaitable[Sequence[UUID]]]] = MappingProxyType(
    {
        Subject.PAPERS: service_requests.due_papers,
        Subject.ISSUED: service_requests.due_issued,
        Subject.DRAFTS: service_requests.due_drafts,
        Subject.SUPPORTS: supports.due_supporters,
        Subject.CALLBACKS: payments.due_messages,
        Subject.UNPROVEN: payments.due_unproven,
    }
)


async def preview_rule(work: ReadWork, actor: Actor, subject: Subject, *, days: int) -> RulePreview:
    """How much goes by the rule in force, and would by this number of days; at most LOOKED_AT_ROWS are looked at.

    Raises: Forbidden.
    """
    policies.may_rule(actor).require()
    own = await repository.list_rules(work, actor.tenant_id)
    rule = next(one for one in domain.rules_in_force(own, work.now) if one.subject is subject)
    due = await _due(work, actor.tenant_id, subject, rule.days)
    would = due if days == rule.days else await _due(work, actor.tenant_id, subject, days)
    return RulePreview(rule, due, would)


async def _due(work: ReadWork, tenant_id: TenantId, subject: Subject, days: int) -> Due:
    """What the job would find now, found as it does."""
    before, after = work.now - timedelta(days=days), UUID(int=0)
    if subject in _DUE:
        found = await _DUE[subject](work, tenant_id, before=before, after=after, limit=LOOKED_AT_ROWS)
        return Due(len(found), more=len(found) == LOOKED_AT_ROWS)
    count = 0
    for _ in range(LOOKED_AT_ROWS // BATCH_ROWS):
        older = await _older(work, tenant_id, subject, before, after)
        count += len(await reports.ended_before(work, tenant_id, older, before)) if older else 0
        if len(older) < BATCH_ROWS:
            return Due(count, more=False)
        after = older[-1]
    return Due(count, more=True)


async def _older(work: Work, tenant_id: TenantId, subject: Subject, before: datetime, after: UUID) -> list[ReportId]:
    look = identity.list_older if subject is Subject.IDENTITY else media.list_older
    return await look(work, tenant_id, before=before, after=after, limit=BATCH_ROWS)
