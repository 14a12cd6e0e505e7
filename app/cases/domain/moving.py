"""Decisions that give a case to another unit, or join and part cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.cases.errors import CannotMerge, NotMerged, SameUnit
from app.cases.events import CaseFact, EventType
from app.cases.terms import OPEN_STATES, CaseFacts, CaseState, Changes, ReferralReason, Resolution, Verb
from app.catalogue.terms import Priority
from app.kit.ids import UnitId
from app.kit.text import Text
from app.timeline.terms import Audience

from .transitions import next_state


def return_case(
    facts: CaseFacts, *, to: UnitId, names: Mapping[str, Any], reason: ReferralReason, comment: str | None
) -> CaseFact:
    """The case goes back to whoever sent it, or to the reception above, to be routed better.

    Nobody has sent it to `to`, so that returning it once more climbs instead of coming back here.
    """
    state = next_state(facts, Verb.RETURN)
    if to == facts.unit_id:
        raise SameUnit
    changes = Changes(**{**handed_over(facts, state, to), "referred_by_unit_id": None})
    return _moved(EventType.RETURNED, changes, names=names, reason=reason, comment=comment)


def refer(
    facts: CaseFacts, *, to: UnitId, names: Mapping[str, Any], reason: ReferralReason, comment: str | None
) -> CaseFact:
    """The case moves to another unit of the same or another tier, with a reason."""
    state = next_state(facts, Verb.REFER)
    if to == facts.unit_id:
        raise SameUnit
    changes = handed_over(facts, state, to)
    return _moved(EventType.REFERRED, changes, names=names, reason=reason, comment=comment)


def handed_over(facts: CaseFacts, state: CaseState, to: UnitId) -> Changes:
    """Another unit holds it now: nobody is in charge there yet, and the old holder's draft is gone."""
    return Changes(
        state=state,
        unit_id=to,
        assignee_id=None,
        accepted_at=None,
        drafted_by=None,
        draft_answer=None,
        draft_resolution=None,
        referred_by_unit_id=facts.unit_id,
        referral_count=facts.referral_count + 1,
    )


def _moved(
    event: EventType,
    changes: Changes,
    *,
    names: Mapping[str, Any],
    reason: ReferralReason,
    comment: str | None,
) -> CaseFact:
    return CaseFact(
        event,
        Audience.PUBLIC,
        changes,
        text=comment,
        text_audience=Audience.STAFF,
        data={**names, "reason": reason.value, "reason_label": reason.label._asdict()},
    )


def escalate(
    facts: CaseFacts,
    *,
    to: UnitId | None,
    above: UnitId | None = None,
    names: Mapping[str, Any],
    comment: str | None,
    at: datetime,
) -> CaseFact:
    """Raised in urgency; with `to` also handed to that unit above, otherwise the holder stays and `above` is told."""
    state = next_state(facts, Verb.ESCALATE)
    ladder = list(Priority)
    raised = ladder[min(ladder.index(facts.priority) + 1, len(ladder) - 1)]
    changes = Changes(state=state, priority=raised, escalated_at=at, supervisor_id=above)
    if to is not None:
        changes = Changes(**{**changes, **handed_over(facts, CaseState.ASSIGNED, to), "supervisor_id": None})
    return CaseFact(
        EventType.ESCALATED,
        Audience.PUBLIC,
        changes,
        text=comment,
        text_audience=Audience.STAFF,
        data={**names, "priority": raised.value},
    )


def merge(facts: CaseFacts, into: CaseFacts, *, at: datetime) -> tuple[CaseFact, CaseFact]:
    """Facts of both cases: this one ends as a duplicate, `into` gains its reports."""
    state = next_state(facts, Verb.MERGE)
    if facts.id == into.id or into.merged_into_id is not None or into.state not in OPEN_STATES:
        raise CannotMerge(
            Text(
                "Chỉ gộp được vào một vụ việc khác đang xử lý và chưa bị gộp.",
                "A case can only be merged into another open case that is not merged itself.",
            )
        )
    if facts.kind is not into.kind:
        raise CannotMerge(
            Text("Hai vụ việc khác loại (phản ánh, kiến nghị, hỏi đáp).", "The two cases are of different kinds.")
        )
    gone = CaseFact(
        EventType.MERGED,
        Audience.PUBLIC,
        Changes(
            state=state,
            resolution=Resolution.DUPLICATE,
            merged_into_id=into.id,
            draft_answer=None,
            draft_resolution=None,
            drafted_by=None,
            resolved_at=at,
        ),
        data={"into": into.code},
    )
    gained = CaseFact(
        EventType.REPORT_JOINED,
        Audience.STAFF,
        Changes(report_count=into.report_count + facts.report_count),
        data={"joined": facts.code},
    )
    return gone, gained


def unmerge(facts: CaseFacts, from_case: CaseFacts) -> tuple[CaseFact, CaseFact]:
    """Facts of both cases: this one lives again, `from_case` loses its reports."""
    if facts.merged_into_id != from_case.id:
        raise NotMerged
    back = CaseFact(
        EventType.UNMERGED,
        Audience.PUBLIC,
        Changes(
            state=next_state(facts, Verb.UNMERGE),
            resolution=None,
            merged_into_id=None,
            resolved_at=None,
            closed_at=None,
        ),
        data={"from_case": from_case.code},
    )
    return back, lose(from_case, facts)


def lose(facts: CaseFacts, left: CaseFacts) -> CaseFact:
    """The reports of `left` no longer count here."""
    return CaseFact(
        EventType.REPORT_LEFT,
        Audience.STAFF,
        Changes(report_count=max(1, facts.report_count - left.report_count)),
        data={"left": left.code},
    )
