"""Decisions of reporters."""

from __future__ import annotations

from datetime import datetime

from app.cases.errors import SharedCase
from app.cases.events import CaseFact, EventType
from app.cases.terms import CaseFacts, Changes, PublicationState, Resolution, Verb
from app.kit.ids import ReportId
from app.timeline.terms import Audience

from .transitions import next_state


def reply(facts: CaseFacts, *, text: str, report: ReportId, files: int = 0) -> CaseFact:
    """A reporter answers a question or adds something; only that reporter and the staff read it.

    `files`: how many come with it.
    """
    return CaseFact(
        EventType.REPORTER_REPLIED,
        Audience.REPORTER,
        Changes(state=next_state(facts, Verb.REPLY)),
        text=text,
        data={"by": "files", "files": files} if files else {},
        report_id=report,
    )


def rate(facts: CaseFacts, *, stars: int, comment: str | None, report: ReportId) -> CaseFact:
    """A reporter says how the handling was."""
    return CaseFact(
        EventType.RATED,
        Audience.REPORTER,
        Changes(state=next_state(facts, Verb.RATE)),
        text=comment,
        data={"stars": stars},
        report_id=report,
    )


def withdraw(facts: CaseFacts, *, comment: str | None, report: ReportId | None, at: datetime) -> CaseFact:
    """The reporter wants it no longer handled; a matter that others have reported too goes on."""
    state = next_state(facts, Verb.WITHDRAW)
    if report is not None and facts.report_count > 1:
        raise SharedCase
    return CaseFact(
        EventType.WITHDRAWN,
        Audience.PUBLIC,
        Changes(
            state=state,
            resolution=Resolution.WITHDRAWN,
            publication=PublicationState.WITHHELD,  # what is taken back is not left on show
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
