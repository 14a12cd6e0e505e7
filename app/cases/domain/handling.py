"""Decisions of the unit that takes a case in hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.cases.errors import AlreadyDone
from app.cases.events import CaseFact, EventType
from app.cases.terms import OPEN_STATES, CaseFacts, CaseState, Changes, PublicationState, Resolution, Verb
from app.catalogue.terms import Kind, Priority, PublicationPolicy
from app.kit.ids import StaffId, UnitId
from app.kit.text import Text
from app.timeline.terms import Audience

from .moving import handed_over
from .transitions import next_state


def published_by_handling(facts: CaseFacts) -> Changes:
    """Publication that follows from an officer having taken the case in hand."""
    if facts.publication is PublicationState.PENDING and facts.publication_policy is PublicationPolicy.AUTOMATIC:
        return Changes(publication=PublicationState.PUBLISHED)
    return Changes()


def _published_by_sorting(facts: CaseFacts, policy: PublicationPolicy) -> Changes:
    """Publication under the policy that sorting has found: what may no longer be seen goes out of sight."""
    if facts.publication is PublicationState.PUBLISHED and policy is not facts.publication_policy:
        match policy:
            case PublicationPolicy.NEVER:
                return Changes(publication=PublicationState.WITHHELD)
            case PublicationPolicy.CONFIRM:
                return Changes(publication=PublicationState.PENDING)
            case PublicationPolicy.AUTOMATIC:
                return Changes()
    return published_by_handling(replace(facts, publication_policy=policy))


def answered_first(facts: CaseFacts, at: datetime) -> Changes:
    """The first sign of life from a unit; a later one changes nothing."""
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
    state = next_state(facts, Verb.TRIAGE)
    policy = changes.get("publication_policy", facts.publication_policy)
    after = Changes(**{**changes, "state": state, **_published_by_sorting(facts, policy)})
    if moved:
        to = changes["unit_id"]
        after = Changes(**{**after, **handed_over(facts, CaseState.ASSIGNED, to)})
    return CaseFact(
        EventType.REROUTED if moved else EventType.TRIAGED,
        Audience.PUBLIC,
        after,
        text=comment,
        text_audience=Audience.STAFF,
        data={"category": category_name._asdict(), **(moved or {})},
    )


def divert(
    facts: CaseFacts,
    *,
    kind: Kind,
    category: str,
    to: UnitId,
    routing: dict[str, object],
    guidance: Text,
    at: datetime,
) -> CaseFact:
    """The case handed back with guidance because another law governs it; never public.

    It moves to the unit that guides such senders, so that whoever it may be about no longer sees it.
    """
    next_state(facts, Verb.TRIAGE)
    return CaseFact(
        EventType.DIVERTED,
        Audience.REPORTER,
        Changes(
            state=CaseState.CLOSED,
            resolution=Resolution.DIVERTED,
            kind=kind,
            category_code=category,
            unit_id=to,
            assignee_id=None,
            routing=routing,
            publication=PublicationState.WITHHELD,
            publication_policy=PublicationPolicy.NEVER,
            answer=guidance.vi,
            drafted_by=None,
            draft_answer=None,
            draft_resolution=None,
            resolved_at=at,
            closed_at=at,
            **answered_first(facts, at),
        ),
        text=guidance.vi,
        data={"kind": kind.value},
    )


def assign(facts: CaseFacts, *, officer: StaffId, officer_name: str, unit_name: Text) -> CaseFact:
    """An officer of the responsible unit put in charge."""
    state = next_state(facts, Verb.ASSIGN)
    if facts.assignee_id == officer and state is facts.state:
        raise AlreadyDone
    return CaseFact(
        EventType.ASSIGNED,
        Audience.STAFF,
        Changes(state=state, assignee_id=officer),
        data={"assignee_id": str(officer), "unit": unit_name._asdict()},
        people={"officer": officer_name},
    )


def accept(facts: CaseFacts, *, by: StaffId | None, unit_name: Text, at: datetime, unread: bool = False) -> CaseFact:
    """The responsible unit takes the case up; taken up `unread`, with many others at once, it is not published yet."""
    return CaseFact(
        EventType.ACCEPTED,
        Audience.PUBLIC,
        Changes(
            state=next_state(facts, Verb.ACCEPT),
            accepted_at=facts.accepted_at or at,
            assignee_id=facts.assignee_id or by,
            **answered_first(facts, at),
            **(Changes() if unread else published_by_handling(facts)),
        ),
        data={"unit": unit_name._asdict()},
    )


def ask(
    facts: CaseFacts, *, question: str, unit_name: Text, by: StaffId | None, at: datetime, unread: bool = False
) -> CaseFact:
    """The unit asks the reporters for more; `unread`, by its own system, it is not published yet."""
    return CaseFact(
        EventType.REPORTER_ASKED,
        Audience.REPORTER,
        Changes(
            state=next_state(facts, Verb.ASK),
            accepted_at=facts.accepted_at or at,
            assignee_id=facts.assignee_id or by,
            **answered_first(facts, at),
            **(Changes() if unread else published_by_handling(facts)),
        ),
        text=question,
        data={"unit": unit_name._asdict()},
    )


def note(facts: CaseFacts, *, text: str, for_unit_only: bool) -> CaseFact:
    """Words for colleagues."""
    next_state(facts, Verb.NOTE)
    return CaseFact(EventType.NOTED, Audience.UNIT if for_unit_only else Audience.STAFF, Changes(), text=text)


def raise_by_support(
    facts: CaseFacts, *, to: Priority, people: int, at_least: int, legal_basis: Text
) -> CaseFact | None:
    """Raised in urgency because so many people meet the same, for everyone to read; None when it is so urgent already.

    No date moves: the clock keeps what it was started with.
    """
    ladder = list(Priority)
    if facts.state not in OPEN_STATES or ladder.index(to) <= ladder.index(facts.priority):
        return None
    return CaseFact(
        EventType.SUPPORT_RAISED,
        Audience.PUBLIC,
        Changes(priority=to),
        data={
            "people": people,
            "at_least": at_least,
            "priority": to.value,
            "priority_label": to.label._asdict(),
            "basis": legal_basis._asdict(),
        },
    )
