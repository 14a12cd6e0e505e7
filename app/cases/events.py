"""Facts about cases, in the past tense: what the timeline shows, what the outbox tells, what the row becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from app.kit.ids import ReportId
from app.timeline.terms import Audience

from .terms import Changes


class EventType(StrEnum):
    """Names of the facts; stable, they are the `type` of outbox messages and timeline entries."""

    OPENED = "case.opened"
    DIVERTED = "case.diverted"
    TRIAGED = "case.triaged"
    REROUTED = "case.rerouted"
    ASSIGNED = "case.assigned"
    ACCEPTED = "case.accepted"
    RETURNED = "case.returned"
    REFERRED = "case.referred"
    ESCALATED = "case.escalated"
    EXTENDED = "case.extended"
    PAUSED = "case.paused"
    RESUMED = "case.resumed"
    DUE_MOVED = "case.due_moved"
    REPORTER_ASKED = "case.reporter_asked"
    REPORTER_REPLIED = "case.reporter_replied"
    ANSWER_DRAFTED = "case.answer_drafted"
    DRAFT_REJECTED = "case.draft_rejected"
    RESOLVED = "case.resolved"
    RATED = "case.rated"
    REOPENED = "case.reopened"
    MERGED = "case.merged"
    REPORT_JOINED = "case.report_joined"
    UNMERGED = "case.unmerged"
    REPORT_LEFT = "case.report_left"
    NOTED = "case.noted"
    PUBLISHED = "case.published"
    WITHHELD = "case.withheld"
    REDACTED = "case.redacted"
    PHOTOS_DECIDED = "case.photos_decided"
    WITHDRAWN = "case.withdrawn"
    CLOSED = "case.closed"
    REMINDED = "case.reminded"
    OVERDUE = "case.overdue"
    SUPPORT_RAISED = "case.support_raised"


ENTERING: Final = frozenset(
    {
        EventType.OPENED,
        EventType.TRIAGED,
        EventType.REROUTED,
        EventType.REFERRED,
        EventType.RETURNED,
        EventType.REOPENED,
        EventType.UNMERGED,
    }
)
"""Facts after which a unit has a case that it did not have before."""
COMMENT = "case.comment"  # timeline only: the words that came with a fact, for fewer readers than the fact itself


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One thing that has happened to a case.

    One dataclass for all facts instead of one class each: what differs is data (docs/decisions/0003).
    """

    type: EventType
    audience: Audience
    changes: Changes = field(default_factory=Changes)
    text: str | None = None  # as a person wrote it; never sent to machines outside
    text_audience: Audience | None = None  # set when the words are for fewer readers than the fact itself
    data: dict[str, Any] = field(default_factory=dict)  # names and codes the sentence needs
    people: dict[str, str] = field(default_factory=dict)  # names of officers: for the history only, never sent on
    report_id: ReportId | None = None  # set when the entry concerns one reporter only
