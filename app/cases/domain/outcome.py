"""Decisions about the answer and the end of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.cases.errors import AlreadyDone, NothingToApprove, SecondPersonNeeded, TooManyReopenings
from app.cases.events import CaseFact, EventType
from app.cases.terms import OPEN_STATES, CaseFacts, CaseState, Changes, Resolution, Verb
from app.kit.ids import ReportId, StaffId
from app.kit.text import Text
from app.timeline.terms import Audience

from .handling import answered_first, published_by_handling
from .transitions import next_state

MAX_REPORTER_REOPENINGS = 3


def draft_answer(facts: CaseFacts, *, answer: str, resolution: Resolution, by: StaffId | None) -> CaseFact:
    """An answer written by an officer, or by a unit's own system (None), waiting for another person."""
    return CaseFact(
        EventType.ANSWER_DRAFTED,
        Audience.STAFF,
        Changes(
            state=next_state(facts, Verb.DRAFT_ANSWER),
            draft_answer=answer,
            draft_resolution=resolution,
            drafted_by=by,
        ),
        text=answer,
        data={"resolution": resolution.value},
    )


def approve(facts: CaseFacts, *, by: StaffId, unit_name: Text, at: datetime) -> CaseFact:
    """The drafted answer becomes the answer, by another person than its author."""
    state = next_state(facts, Verb.APPROVE)
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
        EventType.DRAFT_REJECTED, Audience.STAFF, Changes(state=next_state(facts, Verb.REJECT_DRAFT)), text=comment
    )


def resolve(
    facts: CaseFacts, *, answer: str, resolution: Resolution, by: StaffId, unit_name: Text, at: datetime
) -> CaseFact:
    """Answered at once by someone who may approve, unless a draft of his own waits for a second person."""
    state = next_state(facts, Verb.RESOLVE)
    if facts.drafted_by == by:
        raise SecondPersonNeeded
    return _resolved(facts, state, answer=answer, resolution=resolution, unit_name=unit_name, at=at)


def _resolved(
    facts: CaseFacts, state: CaseState, *, answer: str, resolution: Resolution, unit_name: Text, at: datetime
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
            **answered_first(facts, at),
            **published_by_handling(facts),
        ),
        text=answer,
        data={"unit": unit_name._asdict(), "resolution": resolution.value},
    )


def reopen(
    facts: CaseFacts,
    *,
    comment: str,
    report: ReportId | None,
    due_at: datetime,
    working_days: int,
    clock: dict[str, object],
) -> CaseFact:
    """The outcome taken back; the case is assigned to the unit that had it, with a fresh deadline.

    The original deadline is never touched. A reporter may do this MAX_REPORTER_REOPENINGS times, an officer always.
    """
    state = next_state(facts, Verb.REOPEN)
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
            supervisor_id=None,
            centre_at=None,
            paused_at=None,  # an end that no calendar could count leaves it standing
            due_at=due_at,
            working_days=working_days,
            clock=clock,
            reopen_count=facts.reopen_count + 1,
        ),
        text=comment,
        text_audience=Audience.REPORTER,
        data={},
        report_id=report,
    )


def close(facts: CaseFacts, *, at: datetime) -> CaseFact:
    """Handling has ended."""
    return CaseFact(EventType.CLOSED, Audience.PUBLIC, Changes(state=next_state(facts, Verb.CLOSE), closed_at=at))


def overdue(facts: CaseFacts, *, at: datetime, told: Mapping[str, object] | None = None) -> CaseFact:
    """The deadline has passed while the case was open; `told` says by which occasion, if by one."""
    if facts.state not in OPEN_STATES:
        raise AlreadyDone
    return CaseFact(EventType.OVERDUE, Audience.PUBLIC, Changes(overdue_at=at), data=dict(told or {}))
