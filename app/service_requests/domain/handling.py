"""Decisions of offices and applicants: (facts, intent, instant) → fact, or a problem. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.kit.ids import StaffId
from app.kit.text import Text
from app.procedures.terms import StepRole
from app.service_requests.errors import (
    NothingSupplied,
    NothingToSign,
    NotOverdue,
    ResultNeeded,
    SecondSignerNeeded,
    StepNotOpen,
    SupplementAskedAlready,
)
from app.service_requests.events import EventType, RequestFact
from app.service_requests.terms import (
    Brought,
    Changes,
    Missing,
    Outcome,
    RequestFacts,
    StepChange,
    StepState,
    Verb,
)
from app.timeline.terms import Audience

from .steps import ended, no_opinion_awaited, open_step, sent_back
from .transitions import moved


def _state(facts: RequestFacts, verb: Verb) -> Changes:
    state, came_from = moved(facts, verb)
    return Changes(state=state, came_from=[one.value for one in came_from])


def accept(facts: RequestFacts, *, unit: Text, appointment: Text, at: datetime) -> RequestFact:
    """The papers are complete: the clock runs, the applicant has an appointment."""
    return RequestFact(
        EventType.ACCEPTED,
        changes=Changes(**_state(facts, Verb.ACCEPT), accepted_at=at),
        data={"unit": unit._asdict(), "appointment": appointment._asdict()},
    )


def refuse(facts: RequestFacts, *, unit: Text, reason: str, at: datetime) -> RequestFact:
    """Not accepted, with the reason; it ends here."""
    received = facts.with_role(StepRole.RECEIVE)
    return RequestFact(
        EventType.REFUSED,
        changes=Changes(**_state(facts, Verb.REFUSE), outcome=Outcome.NOT_ACCEPTED, decision_text=reason, closed_at=at),
        steps=(StepChange(received.code, StepState.DONE),) if received else (),
        text=reason,
        data={"unit": unit._asdict()},
    )


def complete_step(facts: RequestFacts, *, step: str, name: Text, unit: Text, opinion: str | None) -> RequestFact:
    """The unit's part is done; whatever waited for it begins.

    Raises: NotInThisState, StepNotOpen (also for the deciding step, which ends by a signature), ConsultationPending.
    """
    changes = _state(facts, Verb.COMPLETE)
    open_step(facts, step, StepRole.RECEIVE, StepRole.VERIFY)
    no_opinion_awaited(facts, step)
    done, *opened = ended(facts.steps, step)
    return RequestFact(
        EventType.STEP_COMPLETED,
        changes=changes,
        steps=(StepChange(done.code, done.state, opinion), *opened),
        data={"step": name._asdict(), "unit": unit._asdict(), "opened": [one.code for one in opened]},
    )


def send_back(facts: RequestFacts, *, step: str, to: str, name: Text, unit: Text, reason: str) -> RequestFact:
    """An earlier step has to be looked at again. What waited for a signature does so no longer.

    Raises: NotInThisState, StepNotOpen.
    """
    changes = _state(facts, Verb.SEND_BACK)
    steps = sent_back(facts, step, to)
    if facts.drafted_by is not None:
        changes = Changes(**changes, drafted_by=None, drafted_outcome=None, decision_text=None)
    return RequestFact(
        EventType.SENT_BACK,
        changes=changes,
        steps=tuple(steps),
        text=reason,
        data={"step": name._asdict(), "unit": unit._asdict(), "opened": [to]},
    )


def assign(facts: RequestFacts, *, step: str, officer: StaffId, officer_name: str, unit: Text) -> RequestFact:
    """An officer of the step's unit put in charge of it. Raises: NotInThisState, StepNotOpen."""
    changes = _state(facts, Verb.ASSIGN)
    found = open_step(facts, step)
    return RequestFact(
        EventType.ASSIGNED,
        Audience.STAFF,
        changes=changes,
        steps=(StepChange(found.code, found.state, assignee_id=officer),),
        data={"unit": unit._asdict()},
        private={"officer": officer_name},
    )


def consult(facts: RequestFacts, *, step: str, unit: Text, asked: Text, question: str) -> RequestFact:
    """Another unit is asked for its opinion; the step cannot end before that. Raises: NotInThisState, StepNotOpen."""
    changes = _state(facts, Verb.CONSULT)
    if open_step(facts, step).consultation:
        raise StepNotOpen
    return RequestFact(
        EventType.CONSULTED,
        changes=changes,
        data={"unit": unit._asdict(), "asked": asked._asdict(), "opened": [next_opinion(facts)]},
        private={"question": question},
    )


def next_opinion(facts: RequestFacts) -> str:
    """Code of the step that the next unit asked for its opinion has."""
    return f"opinion-{sum(step.consultation for step in facts.steps) + 1}"


def give_opinion(facts: RequestFacts, *, step: str, unit: Text, opinion: str) -> RequestFact:
    """The unit that was asked has answered. Raises: NotInThisState, StepNotOpen."""
    changes = _state(facts, Verb.GIVE_OPINION)
    found = open_step(facts, step)
    if not found.consultation:
        raise StepNotOpen
    return RequestFact(
        EventType.OPINION_GIVEN,
        changes=changes,
        steps=(StepChange(step, StepState.DONE, opinion),),
        data={"unit": unit._asdict()},
    )


def ask_supplement(
    facts: RequestFacts, *, unit: Text, missing: Sequence[Missing], words: str | None, due: Text
) -> RequestFact:
    """One list of what is missing, as often as the law lets an office ask. Raises: SupplementAskedAlready."""
    changes = _state(facts, Verb.ASK_SUPPLEMENT)
    if facts.supplements >= facts.supplements_most:
        raise SupplementAskedAlready(facts.supplements_most)
    return RequestFact(
        EventType.SUPPLEMENT_ASKED,
        changes=Changes(**changes, supplements=facts.supplements + 1),
        text=words,
        data={"unit": unit._asdict(), "missing": [one.about for one in missing], "due": due._asdict()},
        private={"missing": [one.stored() for one in missing]},
    )


def supply(
    facts: RequestFacts,
    *,
    words: str | None,
    files: int,
    answers: Sequence[str] = (),
    brought: Brought | None = None,
) -> RequestFact:
    """The applicant has supplied what was asked for; `answers`: names of the form's questions answered otherwise now.

    Raises: NotInThisState, NothingSupplied.
    """
    changes = _state(facts, Verb.SUPPLY)
    if not files and not words and not answers:
        raise NothingSupplied
    told = {"files": files, "answers": list(answers)}
    return _brought(RequestFact(EventType.SUPPLIED, changes=changes, text=words, data=told), brought)


def _brought(fact: RequestFact, brought: Brought | None) -> RequestFact:
    """The fact with who came to the desk, or wrote, for the applicant; None: it was the applicant at a device."""
    if brought is None:
        return fact
    told = {"by": "desk", "unit": brought.unit._asdict(), "channel": brought.channel.label._asdict()}
    return replace(fact, data={**fact.data, **told}, private={**fact.private, "brought_by": brought.by})


def ask_payment(
    facts: RequestFacts, *, unit: Text, amount: str, reference: str | None, reason: str | None = None
) -> RequestFact:
    """The applicant has to pay before it goes on; `amount` as people read it, `reason` where no fee rule says so."""
    return RequestFact(
        EventType.PAYMENT_ASKED,
        changes=_state(facts, Verb.ASK_PAYMENT),
        text=reason,
        data={"unit": unit._asdict(), "amount": amount, "reference": reference},
    )


def record_payment(facts: RequestFacts, *, amount: str, receipt: str | None) -> RequestFact:
    """What was asked for is paid."""
    return RequestFact(
        EventType.PAID, changes=_state(facts, Verb.RECORD_PAYMENT), data={"amount": amount, "receipt": receipt}
    )


def take_back_payment(facts: RequestFacts, *, unit: Text, amount: str, reason: str) -> RequestFact:
    """Nothing has to be paid after all: it was asked for by mistake, say. It goes on where it was."""
    return RequestFact(
        EventType.PAYMENT_TAKEN_BACK,
        changes=_state(facts, Verb.TAKE_BACK_PAYMENT),
        text=reason,
        data={"unit": unit._asdict(), "amount": amount},
    )


def extend(facts: RequestFacts, *, unit: Text, due: Text, reason: str) -> RequestFact:
    """A later date, with an apology; the first appointment stays what figures count by."""
    return RequestFact(
        EventType.EXTENDED,
        changes=_state(facts, Verb.EXTEND),
        text=reason,
        data={"unit": unit._asdict(), "due": due._asdict()},
    )


def stop(facts: RequestFacts, *, unit: Text, reason: str) -> RequestFact:
    """Nothing is done about it until it goes on; the clock stands."""
    return RequestFact(EventType.STOPPED, changes=_state(facts, Verb.STOP), text=reason, data={"unit": unit._asdict()})


def resume(facts: RequestFacts, *, unit: Text) -> RequestFact:
    """It goes on where it was."""
    return RequestFact(EventType.RESUMED, changes=_state(facts, Verb.RESUME), data={"unit": unit._asdict()})


def end(facts: RequestFacts, *, unit: Text, reason: str, at: datetime) -> RequestFact:
    """A stopped one is over for good, with the reason: nobody supplied what was asked, say."""
    return RequestFact(
        EventType.ENDED,
        changes=Changes(
            **_state(facts, Verb.END),
            outcome=Outcome.ENDED,
            decision_text=reason,
            drafted_by=None,
            drafted_outcome=None,
            closed_at=at,
        ),
        steps=_all_over(facts),
        text=reason,
        data={"unit": unit._asdict()},
    )


def ask_withdrawal(facts: RequestFacts, *, reason: str | None, brought: Brought | None = None) -> RequestFact:
    """The applicant wants it back."""
    changes = _state(facts, Verb.ASK_WITHDRAWAL)
    return _brought(RequestFact(EventType.WITHDRAWAL_ASKED, changes=changes, text=reason), brought)


def agree_withdrawal(facts: RequestFacts, *, unit: Text, at: datetime) -> RequestFact:
    """It ends, as its applicant wished."""
    return RequestFact(
        EventType.WITHDRAWN,
        changes=Changes(
            **_state(facts, Verb.AGREE_WITHDRAWAL),
            outcome=Outcome.WITHDRAWN,
            decision_text=None,  # a draft was nobody's decision
            drafted_by=None,
            drafted_outcome=None,
            closed_at=at,
        ),
        steps=_all_over(facts),
        data={"unit": unit._asdict()},
    )


def decline_withdrawal(facts: RequestFacts, *, unit: Text, reason: str) -> RequestFact:
    """It goes on: a decision has gone out, say."""
    return RequestFact(
        EventType.WITHDRAWAL_DECLINED,
        changes=_state(facts, Verb.DECLINE_WITHDRAWAL),
        text=reason,
        data={"unit": unit._asdict()},
    )


def decide(
    facts: RequestFacts, *, step: str, outcome: Outcome, words: str | None, by: StaffId, unit: Text
) -> RequestFact:
    """A result waits for a second person's signature. Raises: NotInThisState, StepNotOpen, ConsultationPending."""
    changes = _state(facts, Verb.DECIDE)
    open_step(facts, step, StepRole.DECIDE)
    no_opinion_awaited(facts, step)
    return RequestFact(
        EventType.DECISION_DRAFTED,
        Audience.STAFF,
        changes=Changes(**changes, drafted_by=by, drafted_outcome=outcome, decision_text=words),
        data={"unit": unit._asdict(), "outcome": outcome.label._asdict()},
    )


def result_given(outcome: Outcome, *, words: str | None, files: int) -> None:
    """Nothing: a grant holds something that the applicant can take away. Raises: ResultNeeded."""
    if outcome is Outcome.GRANTED and not words and not files:
        raise ResultNeeded


def reject_decision(facts: RequestFacts, *, reason: str, unit: Text) -> RequestFact:
    """The submitted result goes back to whoever wrote it. Raises: NotInThisState, NothingToSign."""
    changes = _state(facts, Verb.REJECT_DECISION)
    if facts.drafted_by is None:
        raise NothingToSign
    return RequestFact(
        EventType.DECISION_REJECTED,
        Audience.STAFF,
        changes=Changes(**changes, drafted_by=None, drafted_outcome=None),
        text=reason,
        data={"unit": unit._asdict()},
    )


def sign_decision(facts: RequestFacts, *, by: StaffId, unit: Text, at: datetime) -> RequestFact:
    """Decided: the clock ends. Raises: NotInThisState, NothingToSign, SecondSignerNeeded, StepNotOpen."""
    changes = _state(facts, Verb.SIGN)
    decided = facts.with_role(StepRole.DECIDE)
    if facts.drafted_by is None or facts.drafted_outcome is None:
        raise NothingToSign
    if facts.drafted_by == by:
        raise SecondSignerNeeded
    if decided is None or decided.state is not StepState.OPEN:
        raise StepNotOpen
    no_opinion_awaited(facts, decided.code)
    done, *opened = ended(facts.steps, decided.code)
    return RequestFact(
        EventType.DECIDED,
        changes=Changes(**changes, outcome=facts.drafted_outcome, decided_at=at),
        steps=(done, *opened),
        data={
            "unit": unit._asdict(),
            "outcome": facts.drafted_outcome.label._asdict(),
            "opened": [one.code for one in opened],
        },
    )


def hand_over(facts: RequestFacts, *, unit: Text, to: str | None, at: datetime) -> RequestFact:
    """The applicant has the result; it ends here. `to`: whoever fetched it, when not the applicant."""
    returned = facts.with_role(StepRole.RETURN)
    return RequestFact(
        EventType.HANDED_OVER,
        changes=Changes(**_state(facts, Verb.HAND_OVER), returned_at=at, closed_at=at),
        steps=(StepChange(returned.code, StepState.DONE),) if returned else (),
        data={"unit": unit._asdict()},
        private={"to": to} if to else {},
    )


def complain(
    facts: RequestFacts, *, words: str | None, above: Text | None, at: datetime, brought: Brought | None = None
) -> RequestFact:
    """The applicant complains that it is late; the unit above is told. Raises: NotInThisState, NotOverdue."""
    changes = _state(facts, Verb.COMPLAIN)
    if not facts.overdue:
        raise NotOverdue(facts.due_at)
    if facts.complained_at is not None and facts.due_at is not None and facts.complained_at > facts.due_at:
        raise NotOverdue(facts.due_at, told=True)
    fact = RequestFact(
        EventType.COMPLAINED,
        changes=Changes(**changes, complained_at=at),
        text=words,
        data={"above": above._asdict()} if above else {},
    )
    return _brought(fact, brought)


def rate(facts: RequestFacts, *, stars: int, words: str | None, at: datetime) -> RequestFact:
    """The applicant's verdict, 1 to 5; a later one takes the place of an earlier one, and says so."""
    again = {"by": "again", "before": facts.stars} if facts.stars is not None else {}
    return RequestFact(
        EventType.RATED,
        changes=Changes(**_state(facts, Verb.RATE), stars=stars, rated_at=at),
        text=words,
        data={"stars": stars, **again},
    )


def note(facts: RequestFacts, *, words: str) -> RequestFact:
    """Words for colleagues."""
    return RequestFact(EventType.NOTED, Audience.STAFF, changes=_state(facts, Verb.NOTE), text=words)


def _all_over(facts: RequestFacts) -> tuple[StepChange, ...]:
    """Nobody is at it any more."""
    return tuple(StepChange(step.code, StepState.DONE) for step in facts.open_steps)
