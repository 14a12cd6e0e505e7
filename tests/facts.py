"""What a decision knows of a case, and every verb as one call: for tests that need no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, get_type_hints
from uuid import UUID

from app.cases import domain
from app.cases.events import CaseFact
from app.cases.terms import (
    CaseFacts,
    CaseState,
    Changes,
    Correction,
    PublicationState,
    ReferralReason,
    Resolution,
    Verb,
)
from app.catalogue.terms import Kind, Priority, PublicationPolicy
from app.deadlines.terms import PauseCause
from app.kit.ids import CaseId, ReportId, StaffId, TenantId, UnitId
from app.kit.text import Text

AT: Final = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HERE, THERE = UnitId(UUID(int=1)), UnitId(UUID(int=2))
HOA, BINH = StaffId(UUID(int=11)), StaffId(UUID(int=12))
REPORT: Final = ReportId(UUID(int=21))
OTHER_CASE: Final = CaseId(UUID(int=99))
UNIT: Final = Text("UBND phường Cẩm Thượng", "People's Committee of Cẩm Thượng Ward")
_NAMES: Final = {"from_unit": "UBND phường A", "unit": "UBND phường B"}


def facts(**given: Any) -> CaseFacts:
    """A case just received; a draft waits where the state says so, an outcome is there where the state says so."""
    state = given.get("state", CaseState.RECEIVED)
    drafted = state is CaseState.AWAITING_APPROVAL
    ended = state in {CaseState.RESOLVED, CaseState.CLOSED}
    values: dict[str, Any] = {
        "tenant_id": TenantId(1),
        "id": CaseId(UUID(int=31)),
        "code": "H23-261120-0001",
        "version": 1,
        "state": state,
        "resolution": Resolution.FIXED if ended else None,
        "kind": Kind.FIELD_REPORT,
        "category": "lighting.street_lamp",
        "priority": Priority.NORMAL,
        "unit_id": HERE,
        "assignee_id": None,
        "referred_by_unit_id": None,
        "drafted_by": HOA if drafted else None,
        "draft_answer": "Đã thay bóng." if drafted else None,
        "draft_resolution": Resolution.FIXED if drafted else None,
        "merged_into_id": None,
        "publication": PublicationState.PENDING,
        "publication_policy": PublicationPolicy.AUTOMATIC,
        "report_count": 1,
        "reopen_count": 0,
        "referral_count": 0,
        "accepted_at": None,
        "first_response_at": None,
        "resolved_at": AT if ended else None,
    }
    return CaseFacts(**{**values, **given})


def after(before: CaseFacts, fact: CaseFact) -> CaseFacts:
    """The case as it stands after `fact`, as far as decisions look at it."""
    renamed = {"category_code": "category"}
    known = get_type_hints(CaseFacts)
    changes: dict[str, Any] = {renamed.get(name, name): value for name, value in fact.changes.items()}
    return replace(
        before, version=before.version + 1, **{name: value for name, value in changes.items() if name in known}
    )


# Each verb with the least it needs, on a case of which nothing else is known.
DECISIONS: Final[dict[Verb, Callable[[CaseFacts], CaseFact]]] = {
    Verb.TRIAGE: lambda case: domain.triage(
        case, changes=Changes(), category_name=Text("Đèn", "Lamp"), moved=None, comment=None
    ),
    Verb.ASSIGN: lambda case: domain.assign(case, officer=HOA, officer_name="Hoa", unit_name=UNIT),
    Verb.ACCEPT: lambda case: domain.accept(case, by=HOA, unit_name=UNIT, at=AT),
    Verb.RETURN: lambda case: domain.return_case(
        case, to=THERE, names=_NAMES, reason=ReferralReason.WRONG_PLACE, comment=None
    ),
    Verb.REFER: lambda case: domain.refer(
        case, to=THERE, names=_NAMES, reason=ReferralReason.NOT_COMPETENT, comment=None
    ),
    Verb.ESCALATE: lambda case: domain.escalate(case, to=None, names=_NAMES, comment=None, at=AT),
    Verb.EXTEND: lambda case: domain.extend(
        case,
        changes=Changes(due_at=AT + timedelta(days=9)),
        due_on=date(2026, 11, 30),
        reason="Cần khảo sát.",
        letter="01-TXL-H23-261120-0001",
    ),
    Verb.PAUSE: lambda case: domain.pause(
        case, changes=Changes(paused_at=AT), cause=PauseCause.FORCE_MAJEURE, comment="Bão số 9."
    ),
    Verb.RESUME: lambda case: domain.resume(case, changes=Changes(paused_at=None), due_on=date(2026, 11, 30)),
    Verb.ASK: lambda case: domain.ask(case, question="Cột nào?", unit_name=UNIT, by=HOA, at=AT),
    Verb.REPLY: lambda case: domain.reply(case, text="Cột số 5.", report=REPORT),
    Verb.DRAFT_ANSWER: lambda case: domain.draft_answer(
        case, answer="Đã thay bóng.", resolution=Resolution.FIXED, by=HOA
    ),
    Verb.APPROVE: lambda case: domain.approve(case, by=BINH, unit_name=UNIT, at=AT),
    Verb.REJECT_DRAFT: lambda case: domain.reject_draft(case, comment="Chưa rõ."),
    Verb.RESOLVE: lambda case: domain.resolve(
        case, answer="Đã thay.", resolution=Resolution.FIXED, by=BINH, unit_name=UNIT, at=AT
    ),
    Verb.RATE: lambda case: domain.rate(case, stars=5, comment=None, report=REPORT),
    Verb.REOPEN: lambda case: domain.reopen(
        case, comment="Chưa sáng.", report=REPORT, due_at=AT + timedelta(days=3), working_days=3, clock={"amount": 3}
    ),
    Verb.MERGE: lambda case: domain.merge(case, facts(id=OTHER_CASE, code="H23-261120-0099"), at=AT)[0],
    Verb.UNMERGE: lambda case: domain.unmerge(case, facts(id=OTHER_CASE, report_count=2))[0],
    Verb.NOTE: lambda case: domain.note(case, text="Đã gọi.", for_unit_only=True),
    Verb.PUBLISH: lambda case: domain.publish(case, public_text="Đèn hỏng."),
    Verb.WITHHOLD: lambda case: domain.withhold(case, comment="Có tên người."),
    Verb.DECIDE_PHOTOS: lambda case: domain.decide_photos(case, published=1, blurred=1, withheld=0),
    Verb.REDACT: lambda case: domain.redact(case, Correction(mask=("quán Bưởi",), at=AT.isoformat())),
    Verb.WITHDRAW: lambda case: domain.withdraw(case, comment=None, report=REPORT, at=AT),
    Verb.CLOSE: lambda case: domain.close(case, at=AT),
}
