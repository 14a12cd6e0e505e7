"""Taking a report in: decided in memory, written whole by one statement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg

from app.cases import service as cases_service
from app.cases.service import CodeBook, NewCase
from app.cases.terms import Books
from app.catalogue import service as catalogue_service
from app.catalogue.terms import Priority
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable, constraint
from app.db.work import HotWork
from app.deadlines import service as deadlines_service
from app.directory.policies import within_limits
from app.identity import service as identity_service
from app.identity.domain import Keyring, tracking_hash, tracking_secret
from app.identity.policies import may_use
from app.identity.terms import Actor, ActorKind, ClientScope
from app.kit.clock import Clock, local_day
from app.kit.ids import CaseId, ReportId, TenantId, uuid7
from app.kit.problems import Problem, UpgradeNeeded
from app.limits.errors import LimitReached, SenderBlocked
from app.limits.terms import Asking
from app.media import service as media_service
from app.reports import domain
from app.reports.errors import OutsideLimits
from app.reports.models import Report
from app.reports.terms import Channel, NewReport
from app.routing import service as routing_service
from app.web.idempotency import Answer, find_answer, keep_answer
from app.web.submissions import Submitted as Sent

from .admitting import admit, keep_origin

_TABLE = Report.__table__
_WRITE_ATTEMPTS = 3
_WRITE_PATIENCE_S = 0.5  # after a slow failure the sender repeats, not we: the key makes that safe


@dataclass(frozen=True, slots=True)
class Repeat:
    """Under which name the answer is kept (None: the sender gave no key), and what the body said.

    `sent`: the device named it by an id of its own; its answer is kept under that, whatever else it gave.
    """

    key: bytes | None
    request: bytes
    sent: Sent | None = None

    def keep(self, work: HotWork, tenant_id: TenantId, answer: Answer) -> None:
        """Write the answer with its effect, if it can be asked for again."""
        if self.sent is not None:
            self.sent.keep(work, tenant_id, answer)
        elif self.key is not None:
            keep_answer(work, tenant_id, self.key, self.request, answer)

    async def find(self, db: Database, tenant_id: TenantId) -> Answer | None:
        """What was answered before. At most one statement. Raises: IdempotencyKeyReused, SubmissionIdTaken."""
        if self.sent is not None:
            return await self.sent.find(db, tenant_id)
        return await find_answer(db, tenant_id, self.key, self.request) if self.key is not None else None


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking a report in needs of the process: its database, clock, codes, keys and reference data."""

    db: Database
    clock: Clock
    codes: CodeBook
    keys: Keyring
    books: Books


def locate_report(books: Books, new: NewReport, *, host_tenant: TenantId | None) -> domain.Placed:
    """Where the report would lie and whose it would be; nothing is written.

    Raises: PlaceNeeded, AreaMismatch, and the directory's problems about points and areas.
    """
    return domain.place(books.directory, host_tenant, new)


async def submit_report(
    intake: Intake,
    actor: Actor,
    new: NewReport,
    *,
    host_tenant: TenantId | None,
    repeat: Repeat,
    shape: Callable[[domain.Submitted], dict[str, Any]],
    asking: Asking | None = None,
    unless_urgent: Problem | None = None,
) -> Answer:
    """The answer for the sender, durable when this returns: report, case, history, event and answer in one statement.

    `shape` makes the answer's body. A repeated key gets its first answer again. Nothing is written on any refusal.
    Another system needs the scope for it, and sends by its own channel from within its limits; what is urgent is taken
    from anywhere in its province.
    `unless_urgent`: why it is refused when nobody may be in danger.
    `asking`: from where it is sent; None: nobody counts it. What is part of a flood is taken and held.
    Raises: the problems of place, category, answers and contact; Forbidden, OutsideLimits; LimitReached,
    SenderBlocked, neither for what is urgent nor for a key that was answered before; IdempotencyKeyReused;
    DatabaseUnavailable when the database is lost (then the outcome is unknown; the sender repeats with the same key).
    """
    now = intake.clock.now()
    if actor.grant is not None:
        may_use(actor, ClientScope.REPORTS_CREATE).require()
        new = replace(new, channel=Channel(actor.grant.channel), portal=actor.grant.portal)
    placed = domain.place(intake.books.directory, host_tenant, new)
    uploads = await media_service.attachable(intake.db, new.media, now, also_refused=True)
    try:
        submitted, work = await _prepared(intake, actor, new, placed, now, asking, unless_urgent)
    except (LimitReached, SenderBlocked, UpgradeNeeded):
        kept = await repeat.find(intake.db, placed.tenant.id)
        if kept is None:
            raise
        return _again(intake, placed, actor, kept)
    media_service.attach(work, placed.tenant.id, submitted.report_id, uploads)
    answer = Answer(201, shape(submitted))
    named = {"report_id": str(submitted.report_id), "body": answer.body, "by_secret": submitted.secret is not None}
    repeat.keep(work, placed.tenant.id, Answer(201, named))
    first = await _written(intake.db, work, placed.tenant.id, repeat, submitted.report_id)
    if first is None:
        return _with_secret(answer, submitted.secret)
    return _again(intake, placed, actor, first)


def _again(intake: Intake, placed: domain.Placed, actor: Actor, first: Answer) -> Answer:
    """The first answer as it was given, with the secret that is not kept in it."""
    report_id = ReportId(UUID(first.body["report_id"]))
    by_secret = first.body.get("by_secret", actor.kind is not ActorKind.CITIZEN)  # whoever has signed in since
    secret = tracking_secret(intake.keys, placed.tenant.id, report_id) if by_secret else None
    return _with_secret(Answer(first.status, first.body["body"]), secret)


async def _prepared(
    intake: Intake,
    actor: Actor,
    new: NewReport,
    placed: domain.Placed,
    now: datetime,
    asking: Asking | None,
    unless_urgent: Problem | None,
) -> tuple[domain.Submitted, HotWork]:
    """Everything decided, and its rows waiting in one statement."""
    tenant, books = placed.tenant, intake.books
    own = replace(actor, tenant_id=tenant.id)
    classified = catalogue_service.classify(
        books.catalogue,
        tenant=tenant.id,
        code=new.category,
        kind=new.kind,
        answers=new.answers,
        on=local_day(now, tenant.time_zone),
        passed_on=new.passed_on,
    )
    if unless_urgent is not None and classified.priority is not Priority.URGENT:
        raise unless_urgent
    decision = routing_service.decide(
        books.rulebooks,
        books.directory,
        books.catalogue,
        tenant=tenant.id,
        chain=placed.chain,
        confidence=placed.confidence,
        category=classified.category.code,
        kind=classified.kind,
        priority=classified.priority,
        answers=classified.answers,
        at=now,
    )
    if actor.grant is not None and not (
        tenant.id == actor.tenant_id
        and (
            classified.priority is Priority.URGENT
            or within_limits(actor, books.directory, decision.unit_id, placed.chain.codes)
        )
    ):
        raise OutsideLimits
    held = await admit(intake.db, intake.keys, own, asking, tenant, classified.priority, now)
    deadline = deadlines_service.start_clock(
        books.calendars,
        tenant.id,
        working_days=classified.target_working_days,
        at=now,
        legal_basis=classified.category.legal_basis,
        unit_id=decision.unit_id,
        lineage=classified.lineage,
        tier=decision.tier,
        priority=classified.priority,
        area=books.directory.unit(tenant.id, decision.unit_id).area_code,
    )
    code = await intake.codes.next_code(tenant, now)
    work = HotWork(now)
    case = NewCase(
        id=CaseId(uuid7(now)),
        code=code,
        description=new.description,
        channel=new.channel.value,
        chain=placed.chain,
        point=new.point,
        address=new.address,
        classified=classified,
        decision=decision,
        deadline=deadline,
        received_at=now,
        held=held,
    )
    facts = cases_service.open_case(work, own, case)
    report_id = ReportId(uuid7(now))
    secret = _secret(intake.keys, tenant.id, report_id, own)
    work.put(_TABLE, _row(new, case, report_id, own, secret))  # type: ignore[arg-type]
    keep_origin(work, intake.keys, own, asking, tenant.id, report_id)
    identity_service.keep_identity(
        work,
        intake.keys,
        tenant.id,
        report_id,
        new.identity,
        # without an account there is nobody to find, unless something was said
        withheld=new.anonymous and bool(new.identity or own.citizen_id),
    )
    return domain.Submitted(report_id, facts, decision, placed, deadline, classified.guidance, now, secret), work


def _secret(keys: Keyring, tenant_id: TenantId, report_id: ReportId, actor: Actor) -> str | None:
    """The tracking secret of a report without an account, the same whenever it is made: it is never stored."""
    return None if actor.kind is ActorKind.CITIZEN else tracking_secret(keys, tenant_id, report_id)


def _row(new: NewReport, case: NewCase, report_id: ReportId, actor: Actor, secret: str | None) -> dict[str, object]:
    return {
        "tenant_id": actor.tenant_id,
        "id": report_id,
        "code": case.code,
        "case_id": case.id,
        "kind": case.classified.kind.value,
        "category_code": case.classified.category.code,
        "description": new.description,
        "lat": new.point.lat if new.point else None,
        "lon": new.point.lon if new.point else None,
        "accuracy_m": new.accuracy_m,
        "area_code": case.chain.area.code,
        "address": new.address,
        "answers": case.classified.answers,
        "channel": new.channel.value,
        "lang": new.lang.value,
        "captured_at": new.captured_at,
        "captured_doubt": domain.doubt(new.captured_at, new.clock_skew_s, case.received_at),
        "clock_skew_s": new.clock_skew_s,
        "received_at": case.received_at,
        "citizen_id": actor.citizen_id,
        "client_id": actor.client_id,
        "portal_unit_id": new.portal,
        "tracking_hash": tracking_hash(secret) if secret is not None else None,
    }


def _with_secret(answer: Answer, secret: str | None) -> Answer:
    """The answer with the tracking secret, when there is one."""
    return Answer(answer.status, {**answer.body, "tracking_secret": secret}) if secret is not None else answer


async def _written(
    db: Database, work: HotWork, tenant_id: TenantId, repeat: Repeat, report_id: ReportId
) -> Answer | None:
    """None when the rows are durable; the first answer when the key was answered before.

    A lost connection leaves the outcome unknown. The same rows are sent again: the key, or their ids, make a second
    success impossible, and what is there already then proves that the first try was committed.
    """
    give_up_at = monotonic() + _WRITE_PATIENCE_S
    for attempt in range(1, _WRITE_ATTEMPTS + 1):
        try:
            if await work.commit_to(db):
                return None
        except asyncpg.IntegrityConstraintViolationError as error:
            broken = constraint(error)
            if (problem := work.bundle.problem_of(broken)) is not None:
                raise problem from error
            if attempt > 1 and broken in {"pk_reports", "pk_cases"}:
                return None
            raise
        except DatabaseUnavailable:
            if attempt == _WRITE_ATTEMPTS or monotonic() > give_up_at:
                raise
            await asyncio.sleep(0.1 * attempt)
        else:
            found = await repeat.find(db, tenant_id)
            if found is not None:  # else it was forgotten in this very moment
                return None if found.body["report_id"] == str(report_id) else found
    raise DatabaseUnavailable


# -- what the sender sees and does
