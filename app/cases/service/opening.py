"""Opening a case with the report that brings it: the rows of one statement, written with the report's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.cases.events import CaseFact, EventType
from app.cases.models import Case, HeldCase
from app.cases.repository import erasing
from app.cases.terms import CaseFacts, CaseState, Held, PublicationState, Resolution
from app.catalogue.service import Classified
from app.db.work import Recorder, Work
from app.deadlines import service as deadlines_service
from app.deadlines.terms import Deadline
from app.directory.snapshot import AreaChain
from app.identity.terms import Actor
from app.kit.geo import Point
from app.kit.ids import CaseId, TenantId
from app.routing.terms import Decision
from app.timeline.terms import Audience

from .steps import record

SUMMARY_CHARACTERS = 200
_TABLE, _HELD = Case.__table__, HeldCase.__table__


@dataclass(frozen=True, slots=True)
class NewCase:
    """Everything decided about a case before its first row is written."""

    id: CaseId
    code: str
    description: str
    channel: str
    chain: AreaChain
    point: Point | None
    address: str | None
    classified: Classified
    decision: Decision
    deadline: Deadline
    received_at: datetime
    held: Held | None = None  # part of a flood: an officer looks at it before it is in the queues


def open_case(work: Recorder, actor: Actor, new: NewCase) -> CaseFacts:
    """The case as it stands when the transaction commits: `received`, or `closed` with guidance when diverted."""
    guidance = new.classified.guidance
    facts = CaseFacts(
        tenant_id=actor.tenant_id,
        id=new.id,
        code=new.code,
        version=1,
        state=CaseState.CLOSED if guidance else CaseState.RECEIVED,
        resolution=Resolution.DIVERTED if guidance else None,
        kind=new.classified.kind,
        category=new.classified.category.code,
        priority=new.classified.priority,
        unit_id=new.decision.unit_id,
        assignee_id=None,
        referred_by_unit_id=None,
        drafted_by=None,
        draft_answer=None,
        draft_resolution=None,
        merged_into_id=None,
        publication=PublicationState.WITHHELD if guidance else PublicationState.PENDING,
        publication_policy=new.classified.publication,
        report_count=1,
        reopen_count=0,
        referral_count=0,
        accepted_at=None,
        first_response_at=None,
        resolved_at=new.received_at if guidance else None,
    )
    work.put(_TABLE, _row(new, facts, guidance.vi if guidance else None))  # type: ignore[arg-type]
    if new.held is not None and facts.state is CaseState.RECEIVED:
        held = {"case_id": new.id, "source": new.held.source, "held_by": new.held.by, "held_at": new.received_at}
        work.put(_HELD, {"tenant_id": facts.tenant_id, **held})  # type: ignore[arg-type]
    record(work, actor, facts, _opened(new, facts), unit_id=None, due_at=new.deadline.due_at)
    return facts


def _opened(new: NewCase, facts: CaseFacts) -> CaseFact:
    names = {"unit": new.decision.unit_name._asdict(), "unit_code": new.decision.unit_code}
    if new.classified.guidance is not None:
        data = {**names, "kind": facts.kind.value}
        return CaseFact(EventType.DIVERTED, Audience.REPORTER, text=new.classified.guidance.vi, data=data)
    data = {**names, "rule": new.decision.rule, "routing_reason": new.decision.reason._asdict()}
    return CaseFact(EventType.OPENED, Audience.PUBLIC, data=data)


def _summary(description: str) -> str:
    return " ".join(description.split())[:SUMMARY_CHARACTERS]


async def rewrite_summaries(work: Work, tenant_id: TenantId, descriptions: Mapping[CaseId, str]) -> None:
    """The cases say in short what these descriptions say: their sender's words, masked at erasure. One statement."""
    summaries = {case_id: _summary(words) for case_id, words in descriptions.items()}
    await erasing.rewrite_summaries(work, tenant_id, summaries)


def _row(new: NewCase, facts: CaseFacts, answer: str | None) -> dict[str, object]:
    """Columns of `cases`; those not named are null."""
    chain = new.chain
    return {
        "tenant_id": facts.tenant_id,
        "id": facts.id,
        "code": facts.code,
        "version": facts.version,
        "state": facts.state.value,
        "resolution": facts.resolution.value if facts.resolution else None,
        "kind": facts.kind.value,
        "category_code": facts.category,
        "priority": facts.priority.value,
        "summary": _summary(new.description),
        "channel": new.channel,
        "edition_id": chain.edition,
        "area_province": chain.province.code,
        "area_district": chain.district.code if chain.district else None,
        "area_commune": chain.commune.code if chain.commune else None,
        "lat": new.point.lat if new.point else None,
        "lon": new.point.lon if new.point else None,
        "address": new.address,
        "confidence": new.decision.confidence.value,
        "routing": {**new.decision.record(), "answers": new.classified.answers},
        "unit_id": facts.unit_id,
        "opened_at": new.received_at,
        "updated_at": new.received_at,
        "due_at": new.deadline.due_at,
        "original_due_at": new.deadline.original_due_at,
        "working_days": new.deadline.working_days,
        "clock": deadlines_service.clock_values(new.deadline.clock),
        "resolved_at": facts.resolved_at,
        "closed_at": facts.resolved_at,
        "answer": answer,
        "publication": facts.publication.value,
        "publication_policy": facts.publication_policy.value,
        "report_count": facts.report_count,
        "referral_count": facts.referral_count,
        "reopen_count": facts.reopen_count,
    }
