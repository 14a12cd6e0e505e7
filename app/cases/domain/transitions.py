"""The whole life cycle of a case as one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.cases.errors import IllegalTransition
from app.cases.terms import OPEN_STATES, CaseFacts, CaseState, Resolution, Verb
from app.catalogue.terms import PublicationPolicy

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
        Verb.EXTEND: _STAYS_OPEN,
        Verb.PAUSE: _STAYS_OPEN,
        Verb.RESUME: _STAYS_OPEN,
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
        Verb.REDACT: _STAYS,
        Verb.DECIDE_PHOTOS: _STAYS,
        # The reporter's own word ends it; there is no outcome left to confirm.
        Verb.WITHDRAW: dict.fromkeys(OPEN_STATES, S.CLOSED),
        Verb.CLOSE: {S.RESOLVED: S.CLOSED},
    }
)


def possible_verbs(facts: CaseFacts) -> list[Verb]:
    """Verbs the state of the case allows, in the order of the table; permission is another question."""
    impossible = {Verb.UNMERGE} if facts.merged_into_id is None else set(_NOT_WHEN_MERGED)
    if facts.resolution is Resolution.DIVERTED:  # another law governs it; there is nothing here to take up again
        impossible.add(Verb.REOPEN)
    if facts.resolution is Resolution.WITHDRAWN:  # nobody answered it, so there is no handling to judge
        impossible.add(Verb.RATE)
    if never_published(facts):
        impossible |= {Verb.PUBLISH, Verb.REDACT, Verb.DECIDE_PHOTOS}
    impossible.add(Verb.RESUME if facts.paused_at is None else Verb.PAUSE)
    return [verb for verb, steps in TRANSITIONS.items() if facts.state in steps and verb not in impossible]


def never_published(facts: CaseFacts) -> bool:
    """Whether the public never sees it: by its category's policy, by its kind, or because its sender took it back."""
    taken_back = facts.resolution is Resolution.WITHDRAWN
    return facts.publication_policy is PublicationPolicy.NEVER or facts.kind.diverted or taken_back


# A merged case lives on in another one: only history, sight and the way back remain.
_NOT_WHEN_MERGED = frozenset(set(Verb) - {Verb.UNMERGE, Verb.NOTE, Verb.WITHHOLD, Verb.REDACT, Verb.DECIDE_PHOTOS})


def next_state(facts: CaseFacts, verb: Verb) -> CaseState:
    """State after `verb`. Raises: IllegalTransition naming what is possible instead."""
    if verb not in possible_verbs(facts):
        raise IllegalTransition(verb, facts.state, possible_verbs(facts))
    return TRANSITIONS[verb][facts.state]
