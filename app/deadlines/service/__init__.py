"""Starts clocks, counts and explains them, and lets administrators say by which calendars and targets."""

from __future__ import annotations

from .administration import list_calendars, list_targets, publish_edit, publish_target, try_edit
from .clocks import (
    clock_from,
    clock_of,
    clock_values,
    explain_clock,
    explanation,
    extend_clock,
    in_days,
    milestones,
    pause_clock,
    recount_clock,
    resume_clock,
    retarget_clock,
    start_clock,
    target_of,
    working_days_left,
)
from .occasions import keep_occasion, list_occasions, outlook, publish_occasion
from .recounting import Turn, take_recount

__all__ = [
    "Turn",
    "clock_from",
    "clock_of",
    "clock_values",
    "explain_clock",
    "explanation",
    "extend_clock",
    "in_days",
    "keep_occasion",
    "list_calendars",
    "list_occasions",
    "list_targets",
    "milestones",
    "outlook",
    "pause_clock",
    "publish_edit",
    "publish_occasion",
    "publish_target",
    "recount_clock",
    "resume_clock",
    "retarget_clock",
    "start_clock",
    "take_recount",
    "target_of",
    "try_edit",
    "working_days_left",
]
