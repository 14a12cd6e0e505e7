"""Occasions of a running clock: when somebody is to be reminded, when it is breached, whom that is told. Pure.

An occasion is told once for one run of a clock: a share of the time once and for all, what is counted from the due
date once for each due date. What a worker that slept, or a clock set forward, has passed over is told by its latest
occasion alone, except for the breach, which is a fact and always told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.deadlines.terms import Clock, TargetKind, TimeUnit
from app.kit.ids import TenantId
from app.kit.text import Text

from .calendar import WorkCalendar
from .clocks import HOUR_S, due, ended
from .counting import due_after

_JUST = timedelta(microseconds=1)  # a due date includes its last instant


class Measure(StrEnum):
    """From where the moment of an occasion is counted."""

    SHARE = "share"  # per cent of the whole time, rounded down to working days; then the next opening
    BEFORE = "before"  # working days before the day it is due: the opening of that day
    AFTER = "after"  # working days after the due date: the end of that day; 0 is the due date itself


class Reaction(StrEnum):
    """What is done on an occasion."""

    REMIND = "remind"  # the unit that holds the case is told
    BREACH = "breach"  # the case is overdue
    SUPERVISOR = "supervisor"  # the unit above the holder is told, and sees the case in a queue of its own
    CENTRE = "centre"  # so is the province's operations centre (IOC)

    @property
    def label(self) -> Text:
        """What people call it."""
        return _REACTION_LABELS[self]


_REACTION_LABELS = {
    Reaction.REMIND: Text("Nhắc đơn vị đang giữ", "Remind the holder"),
    Reaction.BREACH: Text("Quá hạn", "Overdue"),
    Reaction.SUPERVISOR: Text("Báo cơ quan cấp trên", "Tell the unit above"),
    Reaction.CENTRE: Text("Báo trung tâm điều hành (IOC)", "Tell the operations centre (IOC)"),
}
_URGENCY = tuple(Measure)
_LADDER = (Reaction.SUPERVISOR, Reaction.CENTRE)


@dataclass(frozen=True, slots=True)
class OccasionRule:
    """When a clock of a kind is an occasion, and for what; one version. In force as a target is."""

    tenant_id: TenantId
    code: str
    version: int
    clock: TargetKind
    measure: Measure
    amount: int
    reaction: Reaction
    label: Text
    legal_basis: Text
    source: str
    valid_from: date
    valid_to: date | None = None
    note: str = ""
    created_at: datetime | None = None


class Running(NamedTuple):
    """A clock that runs, and when it is due."""

    kind: TargetKind
    clock: Clock
    due_at: datetime


class Occasion(NamedTuple):
    """A moment of a running clock."""

    rule: OccasionRule
    started_at: datetime
    due_at: datetime
    at: datetime


class Told(NamedTuple):
    """What was told, or passed over, of one run of a clock."""

    clock: TargetKind
    started_at: datetime
    code: str
    due_at: datetime


class Outlook(NamedTuple):
    """What is to be told now, in order; what is passed over by it; when there is something next (None: never)."""

    tell: list[Occasion]
    passed: list[Occasion]
    next_at: datetime | None


def moments(
    rules: Iterable[OccasionRule], running: Running, calendar: WorkCalendar
) -> list[tuple[OccasionRule, datetime]]:
    """When each rule of its kind holds for a running clock, ascending; of one moment the most pressing last.

    Left out are rules for which its time is too short. Raises: CalendarExhausted.
    """
    found = [(rule, _moment(rule, running, calendar)) for rule in rules if rule.clock is running.kind]
    held = [(rule, at) for rule, at in found if at is not None]
    return sorted(held, key=lambda one: (one[1], _URGENCY.index(one[0].measure)))


def occasions(held: Iterable[tuple[OccasionRule, datetime]], running: Running) -> list[Occasion]:
    """The moments as occasions of this clock, but for those before it has started."""
    started_at = running.clock.started_at
    return [Occasion(rule, started_at, running.due_at, at) for rule, at in held if at > started_at]


def _moment(rule: OccasionRule, running: Running, calendar: WorkCalendar) -> datetime | None:
    """When the rule holds for the clock; None when its time is too short for it."""
    match rule.measure:
        case Measure.SHARE:
            return _at_share(rule.amount, running.clock, calendar)
        case Measure.BEFORE:
            number = calendar.worked_until(calendar.local_day(running.due_at)) - rule.amount
            return _opening(number, calendar) if number > 1 else None
        case Measure.AFTER if rule.amount == 0:
            return running.due_at + _JUST
        case Measure.AFTER:
            number = calendar.worked_until(calendar.local_day(running.due_at)) + rule.amount
            return calendar.end_of(number) + _JUST


def _at_share(percent: int, clock: Clock, calendar: WorkCalendar) -> datetime | None:
    whole = clock.amount * (HOUR_S if clock.unit is TimeUnit.WORKING_HOUR else 1)
    whole += sum(extension.added for extension in clock.extensions)
    part = whole * percent // 100
    if part < 1:
        return None
    if clock.unit is TimeUnit.WORKING_HOUR:
        return due_after(clock.started_at, part, calendar, ended(clock.pauses, clock.started_at))
    end = due(replace(clock, amount=part, extensions=()), calendar, clock.started_at)
    return calendar.after_s(end, 1) - timedelta(seconds=1)


def _opening(number: int, calendar: WorkCalendar) -> datetime:
    """When the working day of that number opens."""
    return calendar.after_s(calendar.end_of(number - 1), 1) - timedelta(seconds=1)


def look(all_of_it: Sequence[Occasion], told: Collection[Told], now: datetime) -> Outlook:
    """What there is to tell `now` of the occasions of one running clock, given what was `told` of this run before."""
    shares = {one.code for one in told}
    known = set(told)
    waiting = [one for one in all_of_it if not _is_told(one, known, shares)]
    held = [one for one in waiting if one.at <= now]
    next_at = min((one.at for one in waiting if one.at > now), default=None)
    tell = _worth_telling(held)
    return Outlook(tell, [one for one in held if one not in tell], next_at)


def _is_told(one: Occasion, told: set[Told], codes: set[str]) -> bool:
    """Whether it was told: a share of the time once for the run, anything else once for the due date."""
    if one.rule.measure is Measure.SHARE:
        return one.rule.code in codes
    return told_of(one) in told


def told_of(one: Occasion) -> Told:
    """What is remembered of an occasion."""
    return Told(one.rule.clock, one.started_at, one.rule.code, one.due_at)


def _worth_telling(held: Sequence[Occasion]) -> list[Occasion]:
    """Of the occasions that hold at once, in order: every breach, the highest escalation, else the last reminder."""
    breaches = [one for one in held if one.rule.reaction is Reaction.BREACH]
    raised = [one for one in held if one.rule.reaction in _LADDER]
    reminders = [one for one in held if one.rule.reaction is Reaction.REMIND]
    if raised:
        highest = max(raised, key=lambda one: (_LADDER.index(one.rule.reaction), one.at))
        return [*breaches, highest]
    return breaches or reminders[-1:]


def rules_in_force(versions: Iterable[OccasionRule], on: date) -> tuple[OccasionRule, ...]:
    """Of each code the version in force on the day, by code: the one that begins last, of two the later version."""
    newest: dict[str, OccasionRule] = {}
    for rule in sorted(versions, key=lambda one: (one.valid_from, one.version)):
        if rule.valid_from <= on:
            newest[rule.code] = rule
    return tuple(newest[code] for code in sorted(newest) if (end := newest[code].valid_to) is None or on <= end)
