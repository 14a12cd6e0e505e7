"""Starts clocks, counts and explains them, and lets administrators say by which calendars and targets."""

from __future__ import annotations

from .administration import (
    PublishedTarget,
    Trial,
    list_calendars,
    list_targets,
    publish_edit,
    publish_target,
    try_edit,
    try_target,
)
from .clocks import (
    clock_from,
    clock_of,
    clock_values,
    days_left,
    explain_clock,
    extend_clock,
    give_target,
    in_days,
    milestones,
    older_clock,
    pause_clock,
    recount_clock,
    resume_clock,
    retarget_clock,
    review_clock,
    start_clock,
    start_statutory,
    target_of,
)
from .occasions import keep_occasion, list_occasions, outlook, publish_occasion
from .recounting import Turn, take_turn
from .showing import calendar_in_force

__all__ = [
    "PublishedTarget",
    "Trial",
    "Turn",
    "calendar_in_force",
    "clock_from",
    "clock_of",
    "clock_values",
    "days_left",
    "explain_clock",
    "extend_clock",
    "give_target",
    "in_days",
    "keep_occasion",
    "list_calendars",
    "list_occasions",
    "list_targets",
    "milestones",
    "older_clock",
    "outlook",
    "pause_clock",
    "publish_edit",
    "publish_occasion",
    "publish_target",
    "recount_clock",
    "resume_clock",
    "retarget_clock",
    "review_clock",
    "start_clock",
    "start_statutory",
    "take_turn",
    "target_of",
    "try_edit",
    "try_target",
]
