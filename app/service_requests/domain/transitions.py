"""The whole life of a service request as one table (national portal codes 1 to 10)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from app.procedures.terms import StepRole
from app.service_requests.errors import NotInThisState
from app.service_requests.terms import HELD, RequestFacts, RequestState, StepFacts, Verb

S = RequestState


class Move(Enum):
    """A step of the table that does not lead to a state of its own."""

    STAY = "stay"
    BACK = "back"  # to where it was before what holds it


Next: TypeAlias = RequestState | Move
_STAY, _BACK = Move.STAY, Move.BACK

_AT_WORK: Final = (S.ACCEPTED, S.PROCESSING)
_UNDECIDED: Final = (S.SUBMITTED, S.ACCEPTED, S.PROCESSING, S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED)


def _each(states: tuple[RequestState, ...], to: Next) -> dict[RequestState, Next]:
    return dict.fromkeys(states, to)


# Verb → state before → state after. What is not here does not happen.
TRANSITIONS: Mapping[Verb, Mapping[RequestState, Next]] = MappingProxyType(
    {
        Verb.ACCEPT: {S.SUBMITTED: S.ACCEPTED},
        Verb.REFUSE: {S.SUBMITTED: S.NOT_ACCEPTED},
        Verb.COMPLETE: _each(_AT_WORK, S.PROCESSING),
        Verb.SEND_BACK: {S.PROCESSING: _STAY},
        Verb.ASSIGN: _each((*_UNDECIDED, S.DONE), _STAY),
        Verb.CONSULT: _each(_AT_WORK, _STAY),
        # A unit that was asked may answer while the applicant is waited for, too.
        Verb.GIVE_OPINION: _each((*_AT_WORK, S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED), _STAY),
        Verb.ASK_SUPPLEMENT: _each((S.SUBMITTED, *_AT_WORK), S.SUPPLEMENT_REQUESTED),
        Verb.SUPPLY: {S.SUPPLEMENT_REQUESTED: _BACK},
        Verb.ASK_PAYMENT: _each(_AT_WORK, S.PAYMENT_REQUESTED),
        Verb.RECORD_PAYMENT: {S.PAYMENT_REQUESTED: _BACK},
        Verb.TAKE_BACK_PAYMENT: {S.PAYMENT_REQUESTED: _BACK},
        Verb.EXTEND: _each(_AT_WORK, _STAY),  # while the clock stands, any date would move on with each day
        Verb.STOP: _each((*_AT_WORK, S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED), S.STOPPED),
        Verb.RESUME: {S.STOPPED: _BACK},
        Verb.END: {S.STOPPED: _STAY},
        Verb.ASK_WITHDRAWAL: _each((*_UNDECIDED, S.STOPPED), S.WITHDRAWAL_ASKED),
        Verb.AGREE_WITHDRAWAL: {S.WITHDRAWAL_ASKED: S.STOPPED},
        Verb.DECLINE_WITHDRAWAL: {S.WITHDRAWAL_ASKED: _BACK},
        Verb.DECIDE: {S.PROCESSING: _STAY},
        Verb.REJECT_DECISION: {S.PROCESSING: _STAY},
        Verb.SIGN: {S.PROCESSING: S.DONE},
        Verb.HAND_OVER: {S.DONE: S.RETURNED},
        Verb.COMPLAIN: _each((*_AT_WORK, S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED, S.STOPPED, S.DONE), _STAY),
        Verb.RATE: _each((S.NOT_ACCEPTED, S.DONE, S.RETURNED, S.STOPPED), _STAY),
        Verb.NOTE: _each(tuple(RequestState), _STAY),
    }
)
# A request that has ended for good keeps only what looks back.
_WHEN_CLOSED: Final = frozenset({Verb.RATE, Verb.NOTE})
# Impossible for a reason that has a problem of its own: whoever decides says it.
_TOLD_APART: Final = frozenset({Verb.ASK_SUPPLEMENT, Verb.REJECT_DECISION, Verb.SIGN, Verb.GIVE_OPINION, Verb.COMPLAIN})
# What holds it is remembered, so that it goes back to where it was.
_HOLDS: Final = HELD | {S.WITHDRAWAL_ASKED}


def possible_verbs(facts: RequestFacts) -> list[Verb]:
    """Verbs that the state allows, in the order of the table; permission is another question."""
    impossible: set[Verb] = set()
    if facts.closed:
        impossible = set(Verb) - _WHEN_CLOSED
    else:
        if facts.state is S.STOPPED:
            impossible.add(Verb.RATE)
        impossible |= {Verb.REJECT_DECISION, Verb.SIGN} if facts.drafted_by is None else {Verb.DECIDE}
        if facts.supplements >= facts.supplements_most:
            impossible.add(Verb.ASK_SUPPLEMENT)
        if not any(step.consultation for step in facts.open_steps):
            impossible.add(Verb.GIVE_OPINION)
        if not facts.overdue:
            impossible.add(Verb.COMPLAIN)
        if facts.due_at is None:  # no appointment yet that could be moved
            impossible.add(Verb.EXTEND)
    return [verb for verb, steps in TRANSITIONS.items() if facts.state in steps and verb not in impossible]


def moved(facts: RequestFacts, verb: Verb) -> tuple[RequestState, tuple[RequestState, ...]]:
    """State after `verb`, and the states it came from while something holds it, the latest last.

    Raises: NotInThisState naming what whoever acts may do instead.
    """
    told_apart = verb in _TOLD_APART and facts.state in TRANSITIONS[verb] and not facts.closed
    if not told_apart and verb not in possible_verbs(facts):
        open_to_them = [one for one in possible_verbs(facts) if facts.doable is None or one in facts.doable]
        raise NotInThisState(verb, facts.state, open_to_them)
    to = TRANSITIONS[verb][facts.state]
    if verb is Verb.END:
        return facts.state, ()
    if to is Move.STAY:
        return facts.state, facts.came_from
    if to is Move.BACK:
        return facts.came_from[-1], facts.came_from[:-1]
    if verb is Verb.AGREE_WITHDRAWAL:
        return S.STOPPED, ()
    assert isinstance(to, RequestState)
    return to, (*facts.came_from, facts.state) if to in _HOLDS else ()


def fits(verb: Verb, step: StepFacts) -> bool:
    """Whether the verb can be done on this open step at all; verbs of the whole fit any."""
    match verb:
        case Verb.COMPLETE:
            return step.role in {StepRole.RECEIVE, StepRole.VERIFY}
        case Verb.SEND_BACK:
            return bool(step.after)
        case Verb.CONSULT:
            return not step.consultation
        case Verb.GIVE_OPINION:
            return step.consultation
    return True
