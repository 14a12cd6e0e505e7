"""Steps: which open when one ends, which unit each goes to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.procedures.terms import StepRole
from app.service_requests.errors import ConsultationPending, StepNotOpen
from app.service_requests.terms import (
    HELD,
    RequestFacts,
    RequestState,
    StepChange,
    StepFacts,
    StepState,
    StepWait,
)


def open_step(facts: RequestFacts, code: str, *roles: StepRole) -> StepFacts:
    """The step, at work and of one of `roles` (any when none is named). Raises: StepNotOpen."""
    step = facts.step(code)
    if step is None or step.state is not StepState.OPEN or (roles and step.role not in roles):
        raise StepNotOpen
    return step


def no_opinion_awaited(facts: RequestFacts, code: str) -> None:
    """Nothing. Raises: ConsultationPending when the step waits for a unit it has consulted."""
    if any(step.asked_by == code and step.state is StepState.OPEN for step in facts.steps):
        raise ConsultationPending


def ended(steps: Sequence[StepFacts], code: str) -> list[StepChange]:
    """The step of `code` done, and those opened that waited for it and for nothing else; in the steps' order."""
    done = {step.code for step in steps if step.state is StepState.DONE} | {code}
    changes = [StepChange(code, StepState.DONE)]
    changes += [StepChange(step.code, StepState.OPEN) for step in steps if _ready(step, done)]
    return changes


def _ready(step: StepFacts, done: Collection[str]) -> bool:
    return (
        step.state is StepState.WAITING
        and not step.consultation
        and bool(step.after)
        and all(before in done for before in step.after)
    )


def sent_back(facts: RequestFacts, code: str, to: str) -> list[StepChange]:
    """The open step waits again, and one that it followed on directly is open again. Raises: StepNotOpen."""
    step, earlier = open_step(facts, code), facts.step(to)
    if earlier is None or to not in step.after or earlier.state is not StepState.DONE:
        raise StepNotOpen
    beside = [
        other.code for other in facts.steps if to in other.after and other.state is StepState.OPEN and other is not step
    ]
    return [
        StepChange(code, StepState.WAITING),
        *(StepChange(one, StepState.WAITING) for one in beside),
        StepChange(to, StepState.OPEN),
    ]


def follows(steps: Sequence[StepFacts], code: str) -> list[StepFacts]:
    """Steps that cannot end before `code` has, nearest first."""
    found: list[StepFacts] = []
    waiting = [code]
    while waiting:
        at = waiting.pop(0)
        for step in steps:
            if at in step.after and step not in found:
                found.append(step)
                waiting.append(step.code)
    return found


def responsible(steps: Sequence[StepFacts], receiver: StepFacts) -> StepFacts:
    """The one step whose unit answers for the request now: the first that is open, else the one that received it."""
    return next((step for step in steps if step.state is StepState.OPEN and not step.consultation), receiver)


def waits_for(facts: RequestFacts, step: StepFacts) -> StepWait | None:
    """What the step waits for as the request stands; None of a step that nobody is at."""
    if step.state is not StepState.OPEN:
        return None
    if facts.state in HELD:
        return StepWait.APPLICANT
    submitted = facts.state is RequestState.PROCESSING and facts.drafted_by is not None
    return StepWait.SIGNATURE if submitted and step.role is StepRole.DECIDE else StepWait.NOBODY
