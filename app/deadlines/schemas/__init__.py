"""Wire shapes of deadlines: as they are explained, and as administrators edit what they follow from."""

from __future__ import annotations

from .edited import (
    CalendarEditIn,
    CalendarEditOut,
    CalendarListOut,
    SpecialDayIn,
    TargetIn,
    TargetListOut,
    TargetOut,
    WeekIn,
)
from .explained import DayOut, DeadlineOut, ExtensionOut, MilestoneOut, PauseOut
from .occasions import OccasionIn, OccasionListOut, OccasionOut
from .shown import CalendarInForceOut, DaysQuery

__all__ = [
    "CalendarEditIn",
    "CalendarEditOut",
    "CalendarInForceOut",
    "CalendarListOut",
    "DayOut",
    "DaysQuery",
    "DeadlineOut",
    "ExtensionOut",
    "MilestoneOut",
    "OccasionIn",
    "OccasionListOut",
    "OccasionOut",
    "PauseOut",
    "SpecialDayIn",
    "TargetIn",
    "TargetListOut",
    "TargetOut",
    "WeekIn",
]
