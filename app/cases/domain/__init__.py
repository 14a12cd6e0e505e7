"""Decisions about cases: (facts, intent, instant) → fact, or a problem. One transition table; no I/O, no clock."""

from __future__ import annotations

from .following import rate, reply, withdraw
from .handling import accept, ask, assign, divert, note, raise_by_support, triage
from .moving import escalate, lose, merge, refer, return_case, unmerge
from .outcome import MAX_REPORTER_REOPENINGS, approve, close, draft_answer, overdue, reject_draft, reopen, resolve
from .publishing import decide_photos, publish, redact, withhold
from .timing import BY_CALENDAR, BY_PAUSE, extend, give_target, move_due, pause, raise_above, remind, resume, told_of
from .transitions import TRANSITIONS, S, next_state, possible_verbs

__all__ = [
    "BY_CALENDAR",
    "BY_PAUSE",
    "MAX_REPORTER_REOPENINGS",
    "TRANSITIONS",
    "S",
    "accept",
    "approve",
    "ask",
    "assign",
    "close",
    "decide_photos",
    "divert",
    "draft_answer",
    "escalate",
    "extend",
    "give_target",
    "lose",
    "merge",
    "move_due",
    "next_state",
    "note",
    "overdue",
    "pause",
    "possible_verbs",
    "publish",
    "raise_above",
    "raise_by_support",
    "rate",
    "redact",
    "refer",
    "reject_draft",
    "remind",
    "reopen",
    "reply",
    "resolve",
    "resume",
    "return_case",
    "told_of",
    "triage",
    "unmerge",
    "withdraw",
    "withhold",
]
