"""Whatever happens to a clock and whenever somebody looks, an occasion is told at most once and never forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given, settings, strategies as st

from app.deadlines import domain
from app.deadlines.domain import Outlook, Reaction, Running, Told, work_calendar
from app.deadlines.seed import packaged_occasions
from app.deadlines.terms import Clock, Pause, PauseCause, TargetKind, TimeUnit
from app.kit.ids import TenantId

CALENDAR = work_calendar("Asia/Ho_Chi_Minh", (), first=date(2025, 1, 1), last=date(2027, 12, 31))
RULES = packaged_occasions(TenantId(1))
START = datetime(2026, 3, 2, 2, tzinfo=UTC)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.integers(-72, 240)),
        st.tuples(st.just("pause"), st.integers(0, 48)),
        st.tuples(st.just("resume"), st.integers(0, 96)),
        st.tuples(st.just("extend"), st.integers(1, 10)),
    ),
    max_size=14,
)


class Memory:
    """What a sweep remembers."""

    def __init__(self) -> None:
        self.rows: list[Told] = []
        self.told: list[tuple[str, datetime]] = []

    def look(self, clock: Clock, now: datetime) -> Outlook:
        """A sweep at `now`."""
        if clock.paused is not None:
            return Outlook([], [], None)
        running = Running(TargetKind.RESOLUTION, clock, domain.due(clock, CALENDAR, now))
        occasions = domain.occasions(domain.moments(RULES, running, CALENDAR), running)
        found = domain.look(occasions, self.rows, now)
        for one in (*found.tell, *found.passed):
            kept = domain.told_of(one)
            assert kept not in self.rows, "told or passed over twice"
            assert one.at <= now, "told too early"
            self.rows.append(kept)
        self.told += [(one.rule.code, one.due_at) for one in found.tell]
        assert found.next_at is None or found.next_at > now
        return found


@settings(max_examples=150)
@given(
    amount=st.integers(1, 15),
    unit=st.sampled_from(TimeUnit),
    history=steps,
)
def test_whatever_happens_each_occasion_is_told_at_most_once_and_the_breach_always(
    amount: int, unit: TimeUnit, history: list[tuple[str, int]]
) -> None:
    clock = Clock(amount, unit, START)
    now, told = START, Memory()
    for what, number in history:
        if what == "look":
            now += timedelta(hours=number)  # a clock may be set back
            told.look(clock, now)
        elif what == "pause" and clock.paused is None:
            now = max([now, *(one.until for one in clock.pauses if one.until)]) + timedelta(hours=number)
            clock = domain.pause(clock, CALENDAR, PauseCause.FORCE_MAJEURE, now).clock
        elif what == "resume" and clock.paused is not None:
            now = max(now, clock.paused.since) + timedelta(hours=number)
            clock = domain.resume(clock, CALENDAR, now).clock
        elif what == "extend" and clock.paused is None:
            to = CALENDAR.local_day(max(domain.due(clock, CALENDAR, now), now)) + timedelta(days=number)
            while not CALENDAR.works(to):
                to += timedelta(days=1)
            clock = domain.extend(clock, CALENDAR, to=to, reason="", by=None, limit=None, at=now).clock
    if clock.paused is not None:
        clock = domain.resume(clock, CALENDAR, max(now, clock.paused.since)).clock
    due = domain.due(clock, CALENDAR, now)
    end = max(now, due) + timedelta(days=30)
    told.look(clock, end)
    assert told.look(clock, end) == Outlook([], [], None)
    assert told.told.count(("breach", due)) == 1
    assert len(set(told.told)) == len(told.told)
    running = Running(TargetKind.RESOLUTION, clock, due)
    held = domain.occasions(domain.moments(RULES, running, CALENDAR), running)
    known = {(one.code, one.due_at) for one in told.rows} | {
        (one.code, due) for one in told.rows if one.code == "half-time"
    }
    assert {(one.rule.code, due) for one in held} <= known


@given(amount=st.integers(1, 30))
def test_who_looks_whenever_he_is_told_to_is_told_everything_in_order(amount: int) -> None:
    """Every look leads to the next one, so that nothing lies between two of them."""
    clock, told = Clock(amount, TimeUnit.WORKING_DAY, START), Memory()
    at: datetime | None = START
    ladder: list[Reaction] = []
    while at is not None:
        found = told.look(clock, at)
        ladder += [one.rule.reaction for one in found.tell]
        at = found.next_at
    assert ladder == sorted(ladder, key=list(Reaction).index)
    assert ladder[-3:] == [Reaction.BREACH, Reaction.SUPERVISOR, Reaction.CENTRE]


def half_time(clock: Clock, now: datetime) -> datetime:
    """When the reminder at half the time is due."""
    running = Running(TargetKind.RESOLUTION, clock, domain.due(clock, CALENDAR, now))
    return next(at for rule, at in domain.moments(RULES, running, CALENDAR) if rule.code == "half-time")


@given(
    amount=st.integers(2, 40),
    unit=st.sampled_from(TimeUnit),
    begins=st.integers(0, 200),
    lasts=st.integers(0, 400),
)
def test_half_the_time_is_half_of_what_counts_whatever_pauses_there_were(
    amount: int, unit: TimeUnit, begins: int, lasts: int
) -> None:
    clock = Clock(amount, unit, START)
    plain = half_time(clock, START)
    since = START + timedelta(hours=begins)
    until = since + timedelta(hours=lasts)
    paused = replace(clock, pauses=(Pause(since, PauseCause.REPORTER, until),))
    found = half_time(paused, until)
    assert found >= plain
    if since > plain:
        assert found == plain, "what came later moves nothing"
    if found != plain:
        assert not since < found < until, "never while the clock stands"


def test_half_of_sixteen_hours_by_hand() -> None:
    """Monday 2 March 2026, 08:00; waiting for the sender from Monday 09:00 to Friday 09:00: half is Friday at 17:00."""
    zone = timezone(timedelta(hours=7))
    since, until = datetime(2026, 3, 2, 9, tzinfo=zone), datetime(2026, 3, 6, 9, tzinfo=zone)
    begun = datetime(2026, 3, 2, 8, tzinfo=zone).astimezone(UTC)
    pause = Pause(since.astimezone(UTC), PauseCause.REPORTER, until.astimezone(UTC))
    clock = Clock(16, TimeUnit.WORKING_HOUR, begun, pauses=(pause,))
    assert half_time(clock, pause.since + timedelta(days=5)) == datetime(2026, 3, 6, 17, tzinfo=zone)
