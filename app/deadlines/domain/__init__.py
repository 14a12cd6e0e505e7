"""Working time: calendars, counting, clocks, targets. Pure: immutable values in, values out."""

from __future__ import annotations

from .calendar import STANDARD_WEEK, WorkCalendar, work_calendar
from .clocks import HOUR_S, HOURS_OF_A_DAY, due, ended, extend, pause, recount, resume, retarget, reviewed, started
from .counting import (
    COUNTING_BASIS,
    RULE,
    RULE_OF_HOURS,
    due_after,
    due_at,
    end_of_day,
    explain,
    explained,
    opening_hours_between,
)
from .edits import check_edit, check_rule, check_target
from .occasions import (
    Measure,
    Occasion,
    OccasionRule,
    Outlook,
    Reaction,
    Running,
    Told,
    look,
    moments,
    occasions,
    rules_in_force,
    told_of,
)
from .showing import CalendarInForce, DayInForce, WeekInForce, show
from .targets import choose, in_force

__all__ = [
    "COUNTING_BASIS",
    "HOURS_OF_A_DAY",
    "HOUR_S",
    "RULE",
    "RULE_OF_HOURS",
    "STANDARD_WEEK",
    "CalendarInForce",
    "DayInForce",
    "Measure",
    "Occasion",
    "OccasionRule",
    "Outlook",
    "Reaction",
    "Running",
    "Told",
    "WeekInForce",
    "WorkCalendar",
    "check_edit",
    "check_rule",
    "check_target",
    "choose",
    "due",
    "due_after",
    "due_at",
    "end_of_day",
    "ended",
    "explain",
    "explained",
    "extend",
    "in_force",
    "look",
    "moments",
    "occasions",
    "opening_hours_between",
    "pause",
    "recount",
    "resume",
    "retarget",
    "reviewed",
    "rules_in_force",
    "show",
    "started",
    "told_of",
    "work_calendar",
]
