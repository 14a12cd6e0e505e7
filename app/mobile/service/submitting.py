"""Taking what a device kept while it was offline: item by item, each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from app.cases.models import Case
from app.db.errors import DatabaseUnavailable
from app.db.work import Work, in_work
from app.identity.domain import tracking_secret
from app.identity.terms import Actor
from app.kit.ids import ReportId, TenantId
from app.kit.problems import Conflict, Problem, TooMany, Unavailable, UpgradeNeeded
from app.limits.terms import Asking
from app.media.errors import UploadUnfinished
from app.mobile import repository
from app.mobile.errors import WaitsForAnother
from app.mobile.terms import Handed, HandedReport, HandedVerb, Outcome, OutcomeKind, SenderVerb
from app.outbox import service as outbox
from app.reports import service as reports
from app.reports.domain import Submitted as TakenReport
from app.reports.errors import ReportNotFound
from app.reports.service import Intake, Repeat
from app.web.idempotency import Answer
from app.web.submissions import Submitted, answered_once

log = logging.getLogger("lienthong.mobile")
PATIENCE_S = 8.0  # for one batch; what is left then is for the next
_LATER = (Unavailable, TooMany, UpgradeNeeded, WaitsForAnother)


@dataclass(frozen=True, slots=True)
class Sending:
    """Who sends from where, and how answers are shaped; `device`: by what hash the device is known."""

    intake: Intake
    actor: Actor
    tenant_id: TenantId
    host_tenant: TenantId | None
    device: bytes
    asking: Asking | None
    too_old: Problem | None  # why an old app may send nothing that can wait
    report_shape: Callable[[TakenReport], dict[str, Any]]
    state_shape: Callable[[Case], dict[str, Any]]


async def take_in_turn(sending: Sending, handed: Sequence[Handed | Problem]) -> AsyncIterator[Outcome]:
    """What became of each, in the order they came; a Problem is what could not even be read.

    One that fails leaves the others alone, but for those that are about it. Nothing is raised: an outage, too, is an
    outcome, so that what was taken before it is told.
    """
    give_up_at = monotonic() + PATIENCE_S
    known: dict[UUID, OutcomeKind] = {}
    for one in handed:
        if isinstance(one, Problem):
            yield Outcome(None, OutcomeKind.REFUSED, problem=one)
            continue
        outcome = await _taken(sending, one, known) if monotonic() < give_up_at else _failed(one, Unavailable())
        known[one.id] = outcome.kind
        yield outcome


async def restored_at(sending: Sending) -> datetime | None:
    """When the database was last found to be put back from a copy; None also when it cannot be asked. One statement.

    What was taken is told whatever becomes of this.
    """
    try:
        return await outbox.restored_at(sending.intake.db, sending.tenant_id)
    except DatabaseUnavailable:
        return None


async def _taken(sending: Sending, one: Handed, known: Mapping[UUID, OutcomeKind]) -> Outcome:
    try:
        match one:
            case HandedReport():
                answer = await _take_report(sending, one)
            case HandedVerb():
                answer = await _take_verb(sending, one, known)
    except Problem as problem:
        return _failed(one, problem, await _current(sending, one) if isinstance(problem, Conflict) else None)
    except Exception:
        log.exception("a submission could not be taken")
        return _failed(one, Unavailable())
    return Outcome(one.id, OutcomeKind.ACCEPTED, answer.status, answer.body)


def _failed(one: Handed, problem: Problem, current: dict[str, Any] | None = None) -> Outcome:
    later = problem.waits if isinstance(problem, UploadUnfinished) else isinstance(problem, _LATER)
    return Outcome(one.id, OutcomeKind.LATER if later else OutcomeKind.REFUSED, problem=problem, current=current)


async def _take_report(sending: Sending, one: HandedReport) -> Answer:
    return await reports.submit_report(
        sending.intake,
        sending.actor,
        one.new,
        host_tenant=sending.host_tenant,
        repeat=Repeat(None, b"", Submitted(one.id, sending.device, one.request)),
        shape=sending.report_shape,
        asking=sending.asking,
        unless_urgent=sending.too_old,
    )


async def _take_verb(sending: Sending, one: HandedVerb, known: Mapping[UUID, OutcomeKind]) -> Answer:
    if sending.too_old is not None and one.verb is not SenderVerb.REPLY:
        raise sending.too_old
    actor, code, secret = await _about(sending, one, known)
    books, sent = sending.intake.books, Submitted(one.id, sending.device, one.request)

    async def acting(work: Work) -> Answer:
        async def verb() -> Answer:
            match one.verb:
                case SenderVerb.REPLY:
                    case = await reports.reply(
                        sending.intake.db, work, actor, code, secret, books=books, text=one.text or "", media=one.media
                    )
                case SenderVerb.RATING:
                    case = await reports.rate(
                        work, actor, code, secret, books=books, stars=one.stars or 0, comment=one.text
                    )
                case SenderVerb.REOPENING:
                    case = await reports.reopen(work, actor, code, secret, books=books, comment=one.text or "")
                case SenderVerb.WITHDRAWAL:
                    case = await reports.withdraw(work, actor, code, secret, books=books, comment=one.text)
            return Answer(200, sending.state_shape(case))

        return await answered_once(work, actor.tenant_id, sent, verb)

    return await in_work(sending.intake.db, sending.intake.clock, actor.tenant_id, acting)


async def _about(sending: Sending, one: HandedVerb, known: Mapping[UUID, OutcomeKind]) -> tuple[Actor, str, str | None]:
    """Who acts in which tenant, on which report, by which secret. Raises: WaitsForAnother, ReportNotFound.

    A report that the device itself sent is known by the id it gave; its key is then as good as the tracking secret.
    """
    directory = sending.intake.books.directory
    if isinstance(one.about, str):
        tenant_id = sending.host_tenant or directory.tenant_of_code(one.about) or sending.tenant_id
        return replace(sending.actor, tenant_id=tenant_id), one.about, one.secret
    if known.get(one.about) is OutcomeKind.REFUSED:
        raise ReportNotFound
    tenants = [tenant.id for tenant in directory.tenants]
    found = await repository.find_sent(sending.intake.db, tenants, one.about, sending.device)
    if found is None:
        raise WaitsForAnother
    tenant_id, kept = found
    secret = tracking_secret(sending.intake.keys, tenant_id, ReportId(UUID(kept["report_id"])))
    return replace(sending.actor, tenant_id=tenant_id), kept["body"]["code"], secret if kept["by_secret"] else None


async def _current(sending: Sending, one: Handed) -> dict[str, Any] | None:
    """How the matter stands that somebody was too late for, for the device to show; None for whoever may not know."""
    if not isinstance(one, HandedVerb):
        return None
    try:
        actor, code, secret = await _about(sending, one, {})
        row = await reports.get_own_facts(sending.intake.db, actor, code, secret)
    except (WaitsForAnother, ReportNotFound, DatabaseUnavailable):
        return None
    return {
        "code": row["report_code"],
        **{name: row[name] for name in ("state", "resolution", "due_at")},
    }
