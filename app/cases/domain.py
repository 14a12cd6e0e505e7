"""Decisions about cases: (facts, intent, instant) → fact, or a problem. One transition table; no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.catalogue.terms import Kind, Priority, PublicationPolicy
from app.kit.ids import CaseId, ReportId, StaffId, UnitId
from app.kit.text import Text
from app.timeline.terms import Audience

from .errors import (
    AlreadyDone,
    CannotMerge,
    IllegalTransition,
    NeverPublished,
    NothingToApprove,
    NotMerged,
    SameUnit,
    SecondPersonNeeded,
    SharedCase,
    TooManyReopenings,
)
from .events import CaseFact, EventType
from .terms import (
    OPEN_STATES,
    CaseFacts,
    CaseState,
    Changes,
    PublicationState,
    ReferralReason,
    Resolution,
    Verb,
)

S = CaseState
_STAYS_OPEN = {state: state for state in OPEN_STATES}
_STAYS = {state: state for state in CaseState}

# The whole life cycle: verb → state before → state after. What is not here does not happen.
TRANSITIONS: Mapping[Verb, Mapping[CaseState, CaseState]] = MappingProxyType(
    {
        Verb.TRIAGE: {S.RECEIVED: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED, S.IN_PROGRESS: S.IN_PROGRESS},
        Verb.ASSIGN: {**_STAYS_OPEN, S.RECEIVED: S.ASSIGNED},
        Verb.ACCEPT: {S.RECEIVED: S.IN_PROGRESS, S.ASSIGNED: S.IN_PROGRESS},
        Verb.RETURN: {S.RECEIVED: S.RECEIVED, S.ASSIGNED: S.RECEIVED, S.IN_PROGRESS: S.RECEIVED},
        Verb.REFER: {
            S.RECEIVED: S.ASSIGNED,
            S.ASSIGNED: S.ASSIGNED,
            S.IN_PROGRESS: S.ASSIGNED,
            S.AWAITING_REPORTER: S.ASSIGNED,
        },
        Verb.ESCALATE: _STAYS_OPEN,
        # Asking the reporter is work already, so it takes the case up as `accept` does.
        Verb.ASK: {
            S.RECEIVED: S.AWAITING_REPORTER,
            S.ASSIGNED: S.AWAITING_REPORTER,
            S.IN_PROGRESS: S.AWAITING_REPORTER,
        },
        Verb.REPLY: {**_STAYS_OPEN, S.AWAITING_REPORTER: S.IN_PROGRESS},
        Verb.DRAFT_ANSWER: {
            S.IN_PROGRESS: S.AWAITING_APPROVAL,
            S.AWAITING_REPORTER: S.AWAITING_APPROVAL,
            S.AWAITING_APPROVAL: S.AWAITING_APPROVAL,
        },
        Verb.APPROVE: {S.AWAITING_APPROVAL: S.RESOLVED},
        Verb.REJECT_DRAFT: {S.AWAITING_APPROVAL: S.IN_PROGRESS},
        Verb.RESOLVE: dict.fromkeys(OPEN_STATES, S.RESOLVED),
        Verb.RATE: {S.RESOLVED: S.RESOLVED, S.CLOSED: S.CLOSED},
        Verb.REOPEN: {S.RESOLVED: S.ASSIGNED, S.CLOSED: S.ASSIGNED},
        Verb.MERGE: dict.fromkeys(OPEN_STATES, S.RESOLVED),
        Verb.UNMERGE: {S.RESOLVED: S.ASSIGNED, S.CLOSED: S.ASSIGNED},
        Verb.NOTE: _STAYS,
        Verb.PUBLISH: _STAYS,
        Verb.WITHHOLD: _STAYS,
        # The reporter's own word ends it; there is no outcome left to confirm.
        Verb.WITHDRAW: dict.fromkeys(OPEN_STATES, S.CLOSED),
        Verb.CLOSE: {S.RESOLVED: S.CLOSED},
    }
)
MAX_REPORTER_REOPENINGS = 3

REASON_LABELS: Mapping[ReferralReason, Text] = MappingProxyType(
    {
        ReferralReason.NOT_COMPETENT: Text("không thuộc thẩm quyền", "not competent"),
        ReferralReason.WRONG_PLACE: Text("sai địa bàn", "wrong place"),
        ReferralReason.WRONG_CATEGORY: Text("sai lĩnh vực", "wrong category"),
        ReferralReason.NEEDS_HIGHER_TIER: Text("cần cấp trên xử lý", "needs a higher tier"),
        ReferralReason.LOCAL_MATTER: Text("thuộc cấp dưới", "a local matter"),
        ReferralReason.OTHER: Text("lý do khác", "other reason"),
    }
)


def possible_verbs(facts: CaseFacts) -> list[Verb]:
    """Verbs the state of the case allows, in the order of the table; permission is another question."""
    merged = facts.merged_into_id is not None
    return [
        verb
        for verb, steps in TRANSITIONS.items()
        if facts.state in steps and not (merged and verb in _NOT_WHEN_MERGED) and (merged or verb is not Verb.UNMERGE)
    ]


# A merged case lives on in another one: only history, sight and the way back remain.
_NOT_WHEN_MERGED = frozenset(set(Verb) - {Verb.UNMERGE, Verb.NOTE, Verb.WITHHOLD})


def _next(facts: CaseFacts, verb: Verb) -> CaseState:
    """State after `verb`. Raises: IllegalTransition naming what is possible instead."""
    if verb not in possible_verbs(facts):
        raise IllegalTransition(verb.value, facts.state.value, [possible.value for possible in possible_verbs(facts)])
    return TRANSITIONS[verb][facts.state]


def _published_by_handling(facts: CaseFacts) -> Changes:
    """Publication that follows from an officer having taken the case in hand."""
    if facts.publication is PublicationState.PENDING and facts.publication_policy is PublicationPolicy.AUTOMATIC:
        return Changes(publication=PublicationState.PUBLISHED)
    return Changes()


def _answered_first(facts: CaseFacts, at: datetime) -> Changes:
    return Changes() if facts.first_response_at else Changes(first_response_at=at)


def triage(
    facts: CaseFacts,
    *,
    changes: Changes,
    category_name: Text,
    moved: Mapping[str, Any] | None,
    comment: str | None,
) -> CaseFact:
    """The case sorted anew. `changes` holds what the officer set and, when it re-routed, the new unit and area.

    `moved` names both units when the responsible unit has changed; the case is then `assigned` there.
    """
    state = _next(facts, Verb.TRIAGE)
    merged = Changes(**{**changes, **_published_by_handling(facts)})
    merged["state"] = CaseState.ASSIGNED if moved else state
    if moved:
        merged["assignee_id"] = None
        merged["referred_by_unit_id"] = facts.unit_id
        merged["referral_count"] = facts.referral_count + 1
    return CaseFact(
        EventType.REROUTED if moved else EventType.TRIAGED,
        Audience.PUBLIC,
        merged,
        text=comment,
        text_audience=Audience.STAFF,
        data={"category": category_name._asdict(), **(moved or {})},
    )


def divert(facts: CaseFacts, *, kind: Kind, guidance: Text, at: datetime) -> CaseFact:
    """The case handed back with guidance because another law governs it; never public."""
    if Verb.TRIAGE not in possible_verbs(facts):
        _next(facts, Verb.TRIAGE)
    return CaseFact(
        EventType.DIVERTED,
        Audience.REPORTER,
        Changes(
            state=CaseState.CLOSED,
            resolution=Resolution.DIVERTED,
            kind=kind,
            publication=PublicationState.WITHHELD,
            publication_policy=PublicationPolicy.NEVER,
            answer=guidance.vi,
            resolved_at=at,
            closed_at=at,
            **_answered_first(facts, at),
        ),
        text=guidance.vi,
        data={"kind": kind.value},
    )


def assign(facts: CaseFacts, *, officer: StaffId, officer_name: str, unit_name: str) -> CaseFact:
    """An officer of the responsible unit put in charge."""
    if facts.assignee_id == officer and facts.state is not CaseState.RECEIVED:
        raise AlreadyDone
    return CaseFact(
        EventType.ASSIGNED,
        Audience.STAFF,
        Changes(state=_next(facts, Verb.ASSIGN), assignee_id=officer),
        data={"officer": officer_name, "unit": unit_name},
    )


def accept(facts: CaseFacts, *, by: StaffId | None, unit_name: str, at: datetime) -> CaseFact:
    """The responsible unit takes the case up."""
    return CaseFact(
        EventType.ACCEPTED,
        Audience.PUBLIC,
        Changes(
            state=_next(facts, Verb.ACCEPT),
            accepted_at=facts.accepted_at or at,
            assignee_id=facts.assignee_id or by,
            **_answered_first(facts, at),
            **_published_by_handling(facts),
        ),
        data={"unit": unit_name},
    )


def return_case(
    facts: CaseFacts, *, to: UnitId, names: Mapping[str, str], reason: ReferralReason, comment: str | None
) -> CaseFact:
    """The case goes back to whoever sent it, or to the reception above, to be routed better."""
    state = _next(facts, Verb.RETURN)
    if to == facts.unit_id:
        raise SameUnit
    return _moved(facts, EventType.RETURNED, state, to=to, names=names, reason=reason, comment=comment)


def refer(
    facts: CaseFacts, *, to: UnitId, names: Mapping[str, str], reason: ReferralReason, comment: str | None
) -> CaseFact:
    """The case moves to another unit of the same or another tier, with a reason."""
    state = _next(facts, Verb.REFER)
    if to == facts.unit_id:
        raise SameUnit
    return _moved(facts, EventType.REFERRED, state, to=to, names=names, reason=reason, comment=comment)


def _handed_over(facts: CaseFacts, state: CaseState, to: UnitId) -> Changes:
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
    facts: CaseFacts,
    event: EventType,
    state: CaseState,
    *,
    to: UnitId,
    names: Mapping[str, str],
    reason: ReferralReason,
    comment: str | None,
) -> CaseFact:
    return CaseFact(
        event,
        Audience.PUBLIC,
        _handed_over(facts, state, to),
        text=comment,
        text_audience=Audience.STAFF,
        data={**names, "reason": reason.value, "reason_label": REASON_LABELS[reason]._asdict()},
    )


def escalate(
    facts: CaseFacts, *, to: UnitId | None, names: Mapping[str, str], comment: str | None, at: datetime
) -> CaseFact:
    """Raised in urgency; with `to` also handed to that unit above, otherwise the holder stays."""
    state = _next(facts, Verb.ESCALATE)
    ladder = list(Priority)
    raised = ladder[min(ladder.index(facts.priority) + 1, len(ladder) - 1)]
    changes = Changes(state=state, priority=raised, escalated_at=at)
    if to is not None:
        changes = Changes(**{**changes, **_handed_over(facts, CaseState.ASSIGNED, to)})
    return CaseFact(
        EventType.ESCALATED,
        Audience.PUBLIC,
        changes,
        text=comment,
        text_audience=Audience.STAFF,
        data={**names, "priority": raised.value},
    )


def ask(facts: CaseFacts, *, question: str, unit_name: str, by: StaffId | None, at: datetime) -> CaseFact:
    """The unit asks the reporters for more."""
    return CaseFact(
        EventType.REPORTER_ASKED,
        Audience.REPORTER,
        Changes(
            state=_next(facts, Verb.ASK),
            accepted_at=facts.accepted_at or at,
            assignee_id=facts.assignee_id or by,
            **_answered_first(facts, at),
            **_published_by_handling(facts),
        ),
        text=question,
        data={"unit": unit_name},
    )


def reply(facts: CaseFacts, *, text: str, report: ReportId) -> CaseFact:
    """A reporter answers a question or adds something; only that reporter and the staff read it."""
    return CaseFact(
        EventType.REPORTER_REPLIED,
        Audience.REPORTER,
        Changes(state=_next(facts, Verb.REPLY)),
        text=text,
        report_id=report,
    )


def draft_answer(facts: CaseFacts, *, answer: str, resolution: Resolution, by: StaffId) -> CaseFact:
    """An answer written by an officer, waiting for a second person."""
    return CaseFact(
        EventType.ANSWER_DRAFTED,
        Audience.STAFF,
        Changes(
            state=_next(facts, Verb.DRAFT_ANSWER),
            draft_answer=answer,
            draft_resolution=resolution,
            drafted_by=by,
        ),
        text=answer,
        data={"resolution": resolution.value},
    )


def approve(facts: CaseFacts, *, by: StaffId, unit_name: str, at: datetime) -> CaseFact:
    """The drafted answer becomes the answer, by another person than its author."""
    state = _next(facts, Verb.APPROVE)
    if facts.draft_answer is None or facts.draft_resolution is None:
        raise NothingToApprove
    if facts.drafted_by == by:
        raise SecondPersonNeeded
    return _resolved(
        facts, state, answer=facts.draft_answer, resolution=facts.draft_resolution, unit_name=unit_name, at=at
    )


def reject_draft(facts: CaseFacts, *, comment: str) -> CaseFact:
    """The draft goes back to its author with a comment; its text stays for him to go on with."""
    return CaseFact(
        EventType.DRAFT_REJECTED, Audience.STAFF, Changes(state=_next(facts, Verb.REJECT_DRAFT)), text=comment
    )


def resolve(facts: CaseFacts, *, answer: str, resolution: Resolution, unit_name: str, at: datetime) -> CaseFact:
    """Answered at once by someone who may approve."""
    state = _next(facts, Verb.RESOLVE)
    return _resolved(facts, state, answer=answer, resolution=resolution, unit_name=unit_name, at=at)


def _resolved(
    facts: CaseFacts, state: CaseState, *, answer: str, resolution: Resolution, unit_name: str, at: datetime
) -> CaseFact:
    return CaseFact(
        EventType.RESOLVED,
        Audience.PUBLIC,
        Changes(
            state=state,
            resolution=resolution,
            answer=answer,
            draft_answer=None,
            draft_resolution=None,
            drafted_by=None,
            resolved_at=at,
            **_answered_first(facts, at),
            **_published_by_handling(facts),
        ),
        text=answer,
        data={"unit": unit_name, "resolution": resolution.value},
    )


def rate(facts: CaseFacts, *, stars: int, comment: str | None, report: ReportId) -> CaseFact:
    """A reporter says how the handling was."""
    return CaseFact(
        EventType.RATED,
        Audience.REPORTER,
        Changes(state=_next(facts, Verb.RATE)),
        text=comment,
        data={"stars": stars},
        report_id=report,
    )


def reopen(facts: CaseFacts, *, comment: str, report: ReportId | None, due_at: datetime, working_days: int) -> CaseFact:
    """The outcome taken back; the case is assigned to the unit that had it, with a fresh deadline.

    The original deadline is never touched. A reporter may do this MAX_REPORTER_REOPENINGS times, an officer always.
    """
    state = _next(facts, Verb.REOPEN)
    if facts.resolution is Resolution.DIVERTED:
        raise IllegalTransition(Verb.REOPEN.value, facts.state.value, [])
    if report is not None and facts.reopen_count >= MAX_REPORTER_REOPENINGS:
        raise TooManyReopenings
    return CaseFact(
        EventType.REOPENED,
        Audience.PUBLIC,
        Changes(
            state=state,
            resolution=None,
            answer=None,
            resolved_at=None,
            closed_at=None,
            accepted_at=None,
            overdue_at=None,
            due_at=due_at,
            working_days=working_days,
            reopen_count=facts.reopen_count + 1,
        ),
        text=comment,
        text_audience=Audience.REPORTER,
        data={},
        report_id=report,
    )


def merge(facts: CaseFacts, into: CaseFacts, *, at: datetime) -> tuple[CaseFact, CaseFact]:
    """Facts of both cases: this one ends as a duplicate, `into` gains its reports."""
    state = _next(facts, Verb.MERGE)
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
            state=_next(facts, Verb.UNMERGE), resolution=None, merged_into_id=None, resolved_at=None, closed_at=None
        ),
        data={"from_case": from_case.code},
    )
    lost = CaseFact(
        EventType.REPORT_LEFT,
        Audience.STAFF,
        Changes(report_count=max(1, from_case.report_count - facts.report_count)),
        data={"left": facts.code},
    )
    return back, lost


def note(facts: CaseFacts, *, text: str, for_unit_only: bool) -> CaseFact:
    """Words for colleagues."""
    _next(facts, Verb.NOTE)
    return CaseFact(EventType.NOTED, Audience.UNIT if for_unit_only else Audience.STAFF, Changes(), text=text)


def publish(facts: CaseFacts, *, public_text: str | None) -> CaseFact:
    """Shown to everyone, in the officer's own wording when given, otherwise masked by rule."""
    _next(facts, Verb.PUBLISH)
    if facts.publication_policy is PublicationPolicy.NEVER or facts.kind.diverted:
        raise NeverPublished
    if facts.publication is PublicationState.PUBLISHED and public_text is None:
        raise AlreadyDone
    changes = Changes(publication=PublicationState.PUBLISHED)
    if public_text is not None:
        changes["public_text"] = public_text
    return CaseFact(EventType.PUBLISHED, Audience.STAFF, changes)


def withhold(facts: CaseFacts, *, comment: str) -> CaseFact:
    """Taken from the public's sight, with the reason for colleagues."""
    _next(facts, Verb.WITHHOLD)
    if facts.publication is PublicationState.WITHHELD:
        raise AlreadyDone
    return CaseFact(EventType.WITHHELD, Audience.STAFF, Changes(publication=PublicationState.WITHHELD), text=comment)


def withdraw(facts: CaseFacts, *, comment: str | None, report: ReportId | None, at: datetime) -> CaseFact:
    """The reporter wants it no longer handled; a matter that others have reported too goes on."""
    state = _next(facts, Verb.WITHDRAW)
    if report is not None and facts.report_count > 1:
        raise SharedCase
    return CaseFact(
        EventType.WITHDRAWN,
        Audience.PUBLIC,
        Changes(
            state=state,
            resolution=Resolution.WITHDRAWN,
            draft_answer=None,
            draft_resolution=None,
            drafted_by=None,
            resolved_at=at,
            closed_at=at,
        ),
        text=comment,
        text_audience=Audience.REPORTER,
        report_id=report,
    )


def close(facts: CaseFacts, *, at: datetime) -> CaseFact:
    """Handling has ended."""
    return CaseFact(EventType.CLOSED, Audience.PUBLIC, Changes(state=_next(facts, Verb.CLOSE), closed_at=at))


def overdue(facts: CaseFacts, *, at: datetime) -> CaseFact:
    """The deadline has passed while the case was open."""
    if facts.state not in OPEN_STATES:
        raise IllegalTransition("overdue", facts.state.value, [])
    return CaseFact(EventType.OVERDUE, Audience.PUBLIC, Changes(overdue_at=at))


def root_of(chain: Mapping[CaseId, CaseId | None], start: CaseId) -> CaseId:
    """The case in which `start` lives on, following merges; `chain` maps a case to the one it was merged into."""
    seen = {start}
    at = start
    while (above := chain.get(at)) is not None and above not in seen:
        seen.add(above)
        at = above
    return at
