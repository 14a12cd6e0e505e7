"""Decisions about the time a case has. How it is counted is the deadlines room's; here it is said and recorded."""

from __future__ import annotations

from datetime import date, datetime

from app.cases.events import CaseFact, EventType
from app.cases.terms import CaseFacts, Changes, Verb
from app.deadlines.domain import Occasion, Reaction
from app.deadlines.terms import PauseCause, Target
from app.kit.clock import rfc3339
from app.kit.ids import UnitId
from app.kit.text import Text
from app.timeline.terms import Audience

from .transitions import next_state

BY_CALENDAR = Text("lịch làm việc thay đổi", "the working calendar has changed")
BY_PAUSE = Text("thời hạn đang tạm dừng", "the clock is paused")


def extend(facts: CaseFacts, *, changes: Changes, due_on: date, reason: str, letter: str) -> CaseFact:
    """More time; reporters read why, in a letter of this number too, everybody until when. The first deadline stays."""
    state = next_state(facts, Verb.EXTEND)
    return CaseFact(
        EventType.EXTENDED,
        Audience.PUBLIC,
        Changes(**{**changes, "state": state}),
        text=reason,
        text_audience=Audience.REPORTER,
        data={"due": _day(due_on), "letter": letter},
    )


def pause(facts: CaseFacts, *, changes: Changes, cause: PauseCause, comment: str) -> CaseFact:
    """The clock stands for a cause everybody reads."""
    state = next_state(facts, Verb.PAUSE)
    return CaseFact(
        EventType.PAUSED,
        Audience.PUBLIC,
        Changes(**{**changes, "state": state}),
        text=comment,
        text_audience=Audience.REPORTER,
        data=_cause(cause),
    )


def resume(facts: CaseFacts, *, changes: Changes, due_on: date, waits: PauseCause | None = None) -> CaseFact:
    """The clock runs again; when it `waits` for something else it goes on standing, and everybody reads for what."""
    state = next_state(facts, Verb.RESUME)
    if waits is not None:
        return CaseFact(EventType.PAUSED, Audience.PUBLIC, Changes(**{**changes, "state": state}), data=_cause(waits))
    return CaseFact(
        EventType.RESUMED, Audience.PUBLIC, Changes(**{**changes, "state": state}), data={"due": _day(due_on)}
    )


def move_due(changes: Changes, *, due_on: date, why: Text) -> CaseFact:
    """The due date counted anew. By a calendar everybody learns of it; while the clock stands it is no news."""
    audience = Audience.STAFF if why is BY_PAUSE else Audience.PUBLIC
    return CaseFact(EventType.DUE_MOVED, audience, changes, data={"due": _day(due_on), "why": why._asdict()})


def give_target(changes: Changes, *, due_on: date, target: Target) -> CaseFact:
    """Another target for a running case, which everybody reads with its source; its original deadline stays."""
    why = Text(f"áp dụng thời hạn mới ({target.source})", f"a new target applies ({target.source})")
    law = {"target": target.name, "legal_basis": target.legal_basis._asdict()}
    return CaseFact(
        EventType.DUE_MOVED, Audience.PUBLIC, changes, data={"due": _day(due_on), "why": why._asdict(), **law}
    )


def remind(occasion: Occasion, *, due_on: date) -> CaseFact:
    """The holder is told how a clock stands."""
    return CaseFact(EventType.REMINDED, Audience.STAFF, data=told_of(occasion, due_on))


def raise_above(
    occasion: Occasion, *, due_on: date, unit: UnitId, unit_code: str, unit_name: Text, at: datetime
) -> CaseFact:
    """A unit above is told that a clock has run out; the holder stays who it was, the priority what it was."""
    changes = Changes(escalated_at=at, supervisor_id=unit)
    if occasion.rule.reaction is Reaction.CENTRE:
        changes["centre_at"] = at
    data = {**told_of(occasion, due_on), "by": "deadline", "unit": unit_name._asdict(), "unit_code": unit_code}
    return CaseFact(EventType.ESCALATED, Audience.PUBLIC, changes, data=data)


def told_of(occasion: Occasion, due_on: date) -> dict[str, object]:
    """What a sentence about the occasion needs."""
    rule = occasion.rule
    return {
        "occasion": rule.code,
        "occasion_label": rule.label._asdict(),
        "clock": rule.clock.value,
        "clock_label": _lower(rule.clock.label),
        "due": _day(due_on),
        "due_at": rfc3339(occasion.due_at),
    }


def _cause(cause: PauseCause) -> dict[str, object]:
    return {"cause": cause.value, "cause_label": _lower(cause.label)}


def _day(day: date) -> dict[str, str]:
    return {"vi": f"{day:%d/%m/%Y}", "en": day.isoformat()}


def _lower(text: Text) -> dict[str, str]:
    return {"vi": text.vi.lower(), "en": text.en.lower()}
