"""Facts about service requests, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.timeline.terms import Audience

from .terms import Changes, StepChange


class EventType(StrEnum):
    """Names of the facts; stable, they are the `type` of outbox messages and timeline entries."""

    SUBMITTED = "service_request.submitted"
    ACCEPTED = "service_request.accepted"
    REFUSED = "service_request.refused"
    STEP_COMPLETED = "service_request.step_completed"
    SENT_BACK = "service_request.sent_back"
    ASSIGNED = "service_request.assigned"
    CONSULTED = "service_request.consulted"
    OPINION_GIVEN = "service_request.opinion_given"
    SUPPLEMENT_ASKED = "service_request.supplement_asked"
    SUPPLIED = "service_request.supplied"
    PAYMENT_ASKED = "service_request.payment_asked"
    PAID = "service_request.paid"
    PAYMENT_TAKEN_BACK = "service_request.payment_taken_back"
    EXTENDED = "service_request.extended"
    STOPPED = "service_request.stopped"
    RESUMED = "service_request.resumed"
    ENDED = "service_request.ended"
    WITHDRAWAL_ASKED = "service_request.withdrawal_asked"
    WITHDRAWN = "service_request.withdrawn"
    WITHDRAWAL_DECLINED = "service_request.withdrawal_declined"
    DECISION_DRAFTED = "service_request.decision_drafted"
    DECISION_REJECTED = "service_request.decision_rejected"
    DECIDED = "service_request.decided"
    HANDED_OVER = "service_request.handed_over"
    COMPLAINED = "service_request.complained"
    RATED = "service_request.rated"
    NOTED = "service_request.noted"
    OVERDUE = "service_request.overdue"
    STEP_MOVED = "service_request.step_moved"
    STEP_REMINDED = "service_request.step_reminded"
    STEP_OVERDUE = "service_request.step_overdue"


@dataclass(frozen=True, slots=True)
class RequestFact:
    """One thing that has happened to a service request; what differs between facts is data (decision 0003).

    `audience` is never public: nobody but the applicant and the offices knows of it.
    """

    type: EventType
    audience: Audience = Audience.REPORTER
    changes: Changes = field(default_factory=Changes)
    steps: tuple[StepChange, ...] = ()
    text: str | None = None  # as a person wrote it; never sent to machines outside
    data: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)  # names and words of people: for the history only
