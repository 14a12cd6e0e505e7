"""Clocks paused, resumed, extended and counted anew, checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.deadlines import domain, service
from app.deadlines.domain import work_calendar
from app.deadlines.errors import ClockPaused, ClockRuns, ExtensionOnDayOff, ExtensionTooLong, ExtensionTooShort
from app.deadlines.seed import packaged_days, packaged_targets, packaged_week
from app.deadlines.snapshot import Calendars, Targets
from app.deadlines.terms import TENANT_CALENDAR, CalendarCode, Clock, PauseCause, Target, TimeUnit, Timing, Verdict
from app.kit.clock import zone
from app.kit.ids import TenantId

HOME = zone("Asia/Ho_Chi_Minh")
TENANT = TenantId(1)
CALENDAR = work_calendar(
    "Asia/Ho_Chi_Minh",
    [day.special for day in packaged_days(2021, 2027)],
    first=date(2021, 1, 1),
    last=date(2027, 12, 31),
    edits=[packaged_week(TENANT)],
)
CALENDARS = Calendars({TENANT: CALENDAR}, targets=Targets(packaged_targets(TENANT)))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOME)


def three_days(unit: TimeUnit = TimeUnit.WORKING_DAY) -> Clock:
    """Received on Monday 9 November 2026 at 9:00: due at the end of Thursday the 12th, or at 13:30 … in hours."""
    return Clock(3, unit, local("2026-11-09T09:00"), target="urban@1")


def paused(since: str, until: str | None, clock: Clock | None = None) -> Timing:
    stood = domain.pause(clock or three_days(), CALENDAR, PauseCause.REPORTER, local(since))
    return domain.resume(stood.clock, CALENDAR, local(until)) if until else stood


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [
        ("2026-11-10T10:00", "2026-11-10T16:00", "2026-11-12"),  # back the same day: nothing lost
        ("2026-11-10T10:00", "2026-11-11T08:00", "2026-11-13"),  # the end of Tuesday fell into it
        ("2026-11-10T10:00", "2026-11-16T08:00", "2026-11-18"),  # Tuesday to Friday lost: two days were left
        ("2026-11-13T00:00", "2026-11-20T08:00", "2026-11-12"),  # it was over before
        ("2026-11-09T10:00", "2026-11-10T08:00", "2026-11-12"),  # the day of receipt is not counted anyway
        ("2026-11-14T10:00", "2026-11-15T10:00", "2026-11-12"),  # a weekend
    ],
)
def test_days_whose_end_falls_into_a_pause_are_not_counted(since: str, until: str, due: str) -> None:
    assert paused(since, until).due_at == local(f"{due}T23:59:59")


def test_a_clock_that_stands_is_due_as_if_it_went_on_now() -> None:
    stood = paused("2026-11-10T10:00", None)
    assert stood.due_at == local("2026-11-12T23:59:59")
    assert domain.due(stood.clock, CALENDAR, local("2026-11-16T08:00")) == local("2026-11-18T23:59:59")


def test_hours_of_a_pause_are_not_counted() -> None:
    hours = three_days(TimeUnit.WORKING_HOUR)
    assert domain.due(hours, CALENDAR, hours.started_at) == local("2026-11-09T14:00")
    assert paused("2026-11-09T10:00", "2026-11-09T14:00", hours).due_at == local("2026-11-09T16:00")
    assert paused("2026-11-09T12:00", "2026-11-09T13:00", hours).due_at == local("2026-11-09T14:00")


def test_a_clock_stands_once_and_runs_once() -> None:
    stood = paused("2026-11-10T10:00", None).clock
    with pytest.raises(ClockPaused):
        domain.pause(stood, CALENDAR, PauseCause.PAYMENT, local("2026-11-10T11:00"))
    with pytest.raises(ClockRuns):
        domain.resume(three_days(), CALENDAR, local("2026-11-10T11:00"))


def test_paused_days_are_explained_and_so_are_those_to_come() -> None:
    stood = paused("2026-11-10T10:00", None).clock
    now = local("2026-11-12T08:00")
    due = domain.due(stood, CALENDAR, now)
    days = service.explain_clock(CALENDARS, TENANT, stood, due_at=due, now=now).days
    assert [(one.day.day, one.verdict.value) for one in days if one.verdict is not Verdict.SKIPPED] == [
        (10, "paused"),
        (11, "paused"),
        (12, "counted"),
        (13, "counted"),
        (16, "counted"),
    ]
    assert days[1].reason.vi == "Tạm dừng: chờ người gửi trả lời"


def test_hours_are_explained_in_minutes() -> None:
    clock = Clock(8, TimeUnit.WORKING_HOUR, local("2026-11-20T10:00"))
    due = domain.due(clock, CALENDAR, clock.started_at)
    explained = service.explain_clock(CALENDARS, TENANT, clock, due_at=due, now=due)
    assert [(one.day.day, one.minutes) for one in explained.days] == [(20, 330), (21, 0), (22, 0), (23, 150)]
    assert explained.rule.en.startswith("Only opening hours")


def extended(to: str, clock: Clock | None = None, limit: int | None = None, at: str = "2026-11-10T10:00") -> Timing:
    return domain.extend(
        clock or three_days(),
        CALENDAR,
        to=date.fromisoformat(to),
        reason="Cần khảo sát",
        by=None,
        limit=limit,
        at=local(at),
    )


def test_an_extension_is_due_at_the_end_of_its_day_and_a_day_off_is_refused_with_those_around_it() -> None:
    assert extended("2026-11-17").due_at == local("2026-11-17T23:59:59")
    for day, at, before, after in (
        ("2026-11-21", "2026-11-10T10:00", "2026-11-20", "2026-11-23"),
        ("2026-11-14", "2026-11-13T10:00", None, "2026-11-16"),
    ):
        with pytest.raises(ExtensionOnDayOff) as refused:
            extended(day, at=at)
        assert (refused.value.extensions["before"], refused.value.extensions["after"]) == (before, after)
    assert extended("2026-11-17", three_days(TimeUnit.WORKING_HOUR)).due_at == local("2026-11-17T17:30")


def test_an_extension_moves_on_with_a_later_pause() -> None:
    longer = extended("2026-11-17").clock
    assert paused("2026-11-16T10:00", "2026-11-18T08:00", longer).due_at == local("2026-11-19T23:59:59")


def test_an_extension_lengthens_and_stays_within_its_limit() -> None:
    with pytest.raises(ExtensionTooShort):
        extended("2026-11-12")
    with pytest.raises(ExtensionTooShort):
        extended("2026-11-13", at="2026-11-16T10:00")
    assert extended("2026-11-17", limit=6).due_at == local("2026-11-17T23:59:59")
    with pytest.raises(ExtensionTooLong) as refused:
        extended("2026-11-18", limit=6)
    assert refused.value.extensions["limit"] == 6
    twice = extended("2026-11-17", limit=7).clock
    assert extended("2026-11-18", twice, limit=7).due_at == local("2026-11-18T23:59:59")
    with pytest.raises(ExtensionTooLong):
        extended("2026-11-19", twice, limit=7)


@pytest.mark.parametrize("unit", TimeUnit)
def test_an_extension_after_a_pause_that_began_too_late_still_ends_on_its_day(unit: TimeUnit) -> None:
    # Due on the 5th, overdue, asked on the 9th, answered on the 12th, given time on the 13th.
    clock = Clock(3 if unit is TimeUnit.WORKING_DAY else 24, unit, local("2026-11-02T07:00"))
    stands = paused("2026-11-09T10:00", None, clock).clock
    going = paused("2026-11-09T10:00", "2026-11-12T10:00", clock).clock
    assert domain.due(going, CALENDAR, local("2026-11-13T10:00")) < local("2026-11-06T00:00")
    for each in (going, stands):
        longer = extended("2026-11-20", each, at="2026-11-13T10:00")
        assert CALENDAR.local_day(longer.due_at) == date(2026, 11, 20)


def sorted_anew(clock: Clock, *targets: Target, category: str = "trees") -> Timing | None:
    at = local("2026-11-10T11:00")
    calendars = replace(CALENDARS, targets=Targets([*packaged_targets(TENANT), *targets]))
    asked = {"working_days": 9, "lineage": (category,), "tier": None, "priority": None}
    return service.retarget_clock(calendars, TENANT, clock, at=at, **asked)  # type: ignore[arg-type]


def a_target(amount: int, unit: TimeUnit) -> Target:
    (urban,) = (one for one in packaged_targets(TENANT) if one.code == "urban")
    return replace(urban, code="trees", amount=amount, unit=unit, categories=("trees",))


def test_sorting_to_a_target_in_hours_keeps_the_days_given() -> None:
    given = extended("2026-11-17").clock  # three days more
    timing = sorted_anew(given, a_target(24, TimeUnit.WORKING_HOUR))
    assert timing is not None
    assert [one.added for one in timing.clock.extensions] == [3 * 8 * 3600]
    assert timing.due_at == local("2026-11-17T09:00")  # six times eight hours after Monday at 9:00
    back = sorted_anew(timing.clock)
    assert back is not None
    assert (back.clock.extensions, back.due_at) == (given.extensions, local("2026-11-17T23:59:59"))


def test_sorting_to_a_target_as_long_changes_the_law_and_not_the_date() -> None:
    before = domain.started(three_days(), CALENDAR)
    timing = sorted_anew(before.clock, a_target(3, TimeUnit.WORKING_DAY))
    assert timing is not None
    assert (timing.clock.target, timing.due_at) == ("trees@1", before.due_at)
    assert sorted_anew(before.clock) is None


def test_an_older_case_runs_on_the_clock_that_leads_to_its_due_date() -> None:
    opened, due = local("2026-11-09T09:00"), local("2026-11-12T23:59:59")
    clock = service.clock_of(CALENDARS, TENANT, stored=None, opened_at=opened, due_at=due)
    assert (clock.amount, domain.due(clock, CALENDAR, opened)) == (3, due)


def test_the_target_holds_and_else_the_categorys_own_time() -> None:
    at = local("2026-11-09T09:00")
    by_target = service.start_clock(
        CALENDARS, TENANT, working_days=9, at=at, lineage=("lighting.street_lamp", "lighting")
    )
    assert (by_target.working_days, by_target.clock.target) == (3, "urban@1")
    assert "960" in by_target.legal_basis.vi
    by_category = service.start_clock(CALENDARS, TENANT, working_days=9, at=at, lineage=("unheard",))
    assert (by_category.working_days, by_category.clock.target) == (9, None)


def test_whatever_comes_on_one_day_is_due_on_one_day_and_keeps_its_own_start() -> None:
    asked = {"working_days": 9, "lineage": ("lighting",)}
    first, second, next_day = (
        service.start_clock(CALENDARS, TENANT, at=local(at), **asked)  # type: ignore[arg-type]
        for at in ("2026-11-09T09:00", "2026-11-09T23:59", "2026-11-10T00:00")
    )
    assert first.due_at == second.due_at < next_day.due_at
    assert [one.clock.started_at for one in (first, second)] == [local("2026-11-09T09:00"), local("2026-11-09T23:59")]
    assert (first.legal_basis, first.clock.target) == (second.legal_basis, second.clock.target)


def test_days_are_left_by_the_calendar_of_whoever_has_to_answer() -> None:
    opened, due = local("2026-11-19T09:00"), local("2026-11-23T23:59:59")  # over a weekend
    code, usual = CalendarCode("power"), packaged_week(TENANT)
    six_days = replace(usual, code=code, week=(usual.week[0],) * 6 + ((),))
    power = work_calendar("Asia/Ho_Chi_Minh", [], first=CALENDAR.first, last=CALENDAR.last, edits=[six_days], code=code)
    several = replace(CALENDARS, own={(TENANT, code): power})
    clocks = [Clock(3, TimeUnit.WORKING_DAY, opened, calendar) for calendar in (code, TENANT_CALENDAR)]
    left = [service.days_left(several, TENANT, clock, due_at=due, now=opened) for clock in clocks]
    assert left == [3, 2]


def test_an_appointment_is_kept_until_the_office_closes_on_its_day() -> None:
    def closes(at: str) -> datetime:
        return service.office_closes(CALENDARS, TENANT, three_days(), local(at))

    hours = CALENDAR.hours(date(2026, 11, 12))
    assert closes("2026-11-12T23:59:59") == local("2026-11-12T00:00") + timedelta(minutes=hours[-1].closes)
    assert closes("2026-11-12T23:59:59") < local("2026-11-12T18:00")
    assert closes("2026-11-12T09:30") == local("2026-11-12T09:30"), "what is due earlier on the day stays"
    assert closes("2026-11-14T23:59:59") == local("2026-11-14T23:59:59"), "on a Saturday nobody is there to close"
    assert closes("2040-01-02T23:59:59") == local("2040-01-02T23:59:59"), "beyond the calendar"
