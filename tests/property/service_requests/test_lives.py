"""Whatever offices and applicants do in whatever order: no service request reaches a state that makes no sense.

Rows of the tables, not yet in any database: a real procedure with its real units, changed by the functions that the
verbs of the service end with. What they come to is foretold by something simpler that knows none of them: where the
request is, is a pile of what holds it on top of how far it is; when something is due, is a count of working days that
goes down by one at the end of each day on which nothing holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import Table

from app.deadlines import service as deadlines_service
from app.deadlines.domain import work_calendar
from app.deadlines.seed import packaged_days, packaged_week
from app.deadlines.snapshot import Calendars
from app.identity.domain import Keyring
from app.identity.terms import system_actor
from app.kit.ids import StaffId, TenantId
from app.kit.problems import Problem
from app.kit.text import Text
from app.service_requests import domain
from app.service_requests.events import RequestFact
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.service import filing, handling, steps, timing
from app.service_requests.terms import (
    Channel,
    Filing,
    Missing,
    Outcome,
    Person,
    RequestBooks,
    RequestFacts,
    RequestState,
    StepState,
    Verb,
)
from tests.applicants import HOA, LAND, SALE
from tests.provinces import packaged_provinces

TENANT, HERE = TenantId(1), ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = work_calendar(
    "Asia/Ho_Chi_Minh",
    [day.special for day in packaged_days(2021, 2027)],
    first=date(2021, 1, 1),
    last=date(2027, 12, 31),
    edits=[packaged_week(TENANT)],
)
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STAFF = [StaffId(UUID(int=number)) for number in (21, 22)]
NAME = Text("Cơ quan", "The unit")
S = RequestState
HOLDING = (S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED, S.STOPPED)
words = st.sampled_from(["Xong.", "Chưa."])
staff = st.sampled_from(STAFF)
CODES = ["receive", "verify_origin", "map_extract", "obligations", "decide", "return"]
codes = st.sampled_from(CODES)


class Ears:
    """Takes what is to be written, and keeps only how much."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.heard = 0

    def put(self, _table: Table, _row: Mapping[str, object]) -> None:
        self.heard += 1


@dataclass
class Count:
    """Working days that are left; a day has passed when it ends, and not when anything holds the request then."""

    left: int
    since: date  # days up to this one do not count
    ended: date | None = None  # the day on which none was left

    def pass_day(self, day: date) -> None:
        if day <= self.since:
            return
        self.left -= 1
        if self.left == 0:
            self.ended = day

    def due_on(self, today: date) -> date:
        """The day on which it is due, when nothing holds it any more."""
        if self.ended is not None:
            return self.ended
        day, left = max(today - timedelta(days=1), self.since), self.left
        while left:
            day += timedelta(days=1)
            left -= CALENDAR.works(day)
        return day


@dataclass
class Pile:
    """Where it is: how far it is, below what holds it; the latest on top."""

    far: RequestState = S.SUBMITTED
    held: list[RequestState] = field(default_factory=list)
    over: bool = False

    @property
    def top(self) -> RequestState:
        return self.held[-1] if self.held else self.far

    @property
    def stands(self) -> bool:
        return self.top in HOLDING and not self.over


class Lives(RuleBasedStateMachine):
    """One service request and all verbs."""

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        provinces = packaged_provinces()
        self.books = RequestBooks(
            provinces.directory,
            provinces.catalogue,
            Calendars({TENANT: CALENDAR}),
            provinces.procedures,
            Keyring.of("k" * 32),
            "",
        )
        given = Filing(LAND, SALE, Person(**HOA), "10507", channel=Channel.DIRECT)
        checked = filing.check(self.books, TENANT, given, AT.astimezone(HERE).date())
        receiver = checked.parts[0].unit.id
        self.request = ServiceRequest(
            tenant_id=TENANT, id=UUID(int=1), code="H23.15.03-261123-0001", version=1, state=S.SUBMITTED.value,
            came_from=[], outcome=None, supplements=0, supplements_most=1, drafted_by=None, drafted_outcome=None,
            closed_at=None, overdue_at=None, complained_at=None, due_at=None, lawful_due_at=None, original_due_at=None,
            clock=None, unit_id=receiver, receiver_id=receiver, paused_at=None, accepted_at=None, decided_at=None,
            procedure_code=LAND, procedure_version=checked.procedure.version, working_days=20, submitted_at=AT,
            updated_at=AT, edition_id=checked.object_chain.edition, object_area="10507", applicant_area="10507",
        )  # fmt: skip
        rows = filing.step_rows(self.books, self.request, checked, AT)
        assert [row["code"] for row in rows] == CODES
        held = [RequestStep(**row) for row in rows]
        self.held = steps.Held(self.request, held, checked.procedure, system_actor(TENANT))
        self.pile = Pile()
        self.whole: Count | None = None
        self.lawful: Count | None = None
        self.first: date | None = None
        self.parts = {"receive": Count(held[0].working_days, self.today)}

    @property
    def today(self) -> date:
        return self.now.astimezone(HERE).date()

    def facts(self) -> RequestFacts:
        return self.held.facts()

    @rule(hours=st.sampled_from([3, 20, 72]))
    def time_passes(self, hours: int) -> None:
        """Days end; those that are worked, and on which nothing holds it, count."""
        before, self.now = self.today, self.now + timedelta(hours=hours)
        for number in range((self.today - before).days):
            day = before + timedelta(days=number)
            if self.pile.stands or not CALENDAR.works(day):
                continue
            decided = self.request.decided_at is not None
            for count in () if decided else filter(None, (self.whole, self.lawful)):
                count.pass_day(day)
            for count in self.parts.values():
                count.pass_day(day)

    def do(
        self, verb: Verb, decide: Callable[[RequestFacts], RequestFact], row: Callable[[], dict[str, Any]] | None = None
    ) -> bool:
        """Whether it happened; then everything has become what the fact says."""
        self.time_passes(hours=3)
        facts = self.facts()
        try:
            fact = decide(facts)
        except Problem:
            return False
        assert verb in domain.possible_verbs(facts), f"{verb} happened although it was not possible"
        open_before = {step.code for step in self.held.steps if step.state == StepState.OPEN}
        asked = row() if row else None
        ears = Ears(self.now)
        steps.settle(ears, self.held, fact, self.books)
        assert ears.heard >= 2, "told to the history and to the outbox"
        if asked is not None:  # as the bundle writes it, after the rest
            self.held.steps.append(RequestStep(**asked))
        for step in self.held.steps:
            if step.state != StepState.OPEN:
                self.parts.pop(step.code, None)
            elif step.code not in open_before:
                self.parts[step.code] = Count(step.working_days, self.today)
        return True

    @rule()
    def accept(self) -> None:
        appointment = timing.appointment(self.books, self.request, self.now + timedelta(hours=3))
        if self.do(Verb.ACCEPT, lambda facts: domain.accept(facts, unit=NAME, appointment=NAME, at=self.now)):
            timing.appoint(self.books, self.request, appointment, self.now)
            self.pile.far = S.ACCEPTED
            self.whole, self.lawful = Count(20, self.today), Count(20, self.today)
            self.first = self.whole.due_on(self.today)

    @rule(reason=words)
    def refuse(self, reason: str) -> None:
        if self.do(Verb.REFUSE, lambda facts: domain.refuse(facts, unit=NAME, reason=reason, at=self.now)):
            self.pile = Pile(S.NOT_ACCEPTED, over=True)

    @rule(step=codes, opinion=words)
    def complete_step(self, step: str, opinion: str) -> None:
        if self.do(
            Verb.COMPLETE, lambda facts: domain.complete_step(facts, step=step, name=NAME, unit=NAME, opinion=opinion)
        ):
            self.pile.far = S.PROCESSING

    @rule(step=codes, to=codes, reason=words)
    def send_back(self, step: str, to: str, reason: str) -> None:
        self.do(
            Verb.SEND_BACK,
            lambda facts: domain.send_back(facts, step=step, to=to, name=NAME, unit=NAME, reason=reason),
        )

    @rule(step=codes, question=words)
    def consult(self, step: str, question: str) -> None:
        def decide(facts: RequestFacts) -> RequestFact:
            return domain.consult(facts, step=step, unit=NAME, asked=NAME, question=question)

        asked = self.books.directory.units(TENANT)[0]
        self.do(
            Verb.CONSULT,
            decide,
            lambda: handling.opinion_row(self.books, self.held, asked, step, question, 3, self.now),
        )

    @precondition(lambda self: any(step.asked_by for step in self.held.steps))
    @rule(number=st.integers(1, 3), opinion=words)
    def give_opinion(self, number: int, opinion: str) -> None:
        code = f"opinion-{number}"
        self.do(Verb.GIVE_OPINION, lambda facts: domain.give_opinion(facts, step=code, unit=NAME, opinion=opinion))

    @rule()
    def ask_supplement(self) -> None:
        missing = [Missing("contract", "Mờ")]
        if self.do(
            Verb.ASK_SUPPLEMENT,
            lambda facts: domain.ask_supplement(facts, unit=NAME, missing=missing, words=None, due=NAME),
        ):
            self.pile.held.append(S.SUPPLEMENT_REQUESTED)

    @rule(files=st.integers(0, 1), answers=st.sampled_from([(), ("certificate_number",)]))
    def supply(self, files: int, answers: tuple[str, ...]) -> None:
        self.lets_go(
            Verb.SUPPLY,
            S.SUPPLEMENT_REQUESTED,
            lambda facts: domain.supply(facts, words=None, files=files, answers=answers),
            anything=bool(files or answers),
        )

    def lets_go(
        self, verb: Verb, of: RequestState, decide: Callable[[RequestFacts], RequestFact], *, anything: bool = True
    ) -> None:
        """What holds it can be ended whenever it is on top, and at no other time; it goes back to what was below."""
        can = self.pile.top is of and not self.pile.over and anything
        assert self.do(verb, decide) is can, f"{verb} while {self.pile}"
        if can:
            self.pile.held.pop()

    @rule()
    def ask_payment(self) -> None:
        if self.do(Verb.ASK_PAYMENT, lambda facts: domain.ask_payment(facts, unit=NAME, amount="1", reference=None)):
            self.pile.held.append(S.PAYMENT_REQUESTED)

    @rule()
    def record_payment(self) -> None:
        self.lets_go(
            Verb.RECORD_PAYMENT,
            S.PAYMENT_REQUESTED,
            lambda facts: domain.record_payment(facts, amount="1", receipt=None),
        )

    @rule(days=st.integers(-3, 40), reason=words)
    def extend(self, days: int, reason: str) -> None:
        """A later date: when there is an appointment, nothing holds it and it is undecided, and at no other time."""
        self.time_passes(hours=3)
        to = self.today + timedelta(days=days)
        while not CALENDAR.works(to):
            to += timedelta(days=1)
        whole, facts = self.whole, self.facts()
        may = self.pile.top in {S.ACCEPTED, S.PROCESSING} and not self.pile.over
        assert (Verb.EXTEND in domain.possible_verbs(facts)) is may
        if not may or whole is None:
            return
        try:
            fact = domain.extend(facts, unit=NAME, due=NAME, reason=reason)
            timing.give_time(self.books, self.request, self.held.steps, to=to, reason=reason, by=STAFF[0], at=self.now)
        except Problem:
            assert to <= max(whole.due_on(self.today), self.today)
            return
        assert to > max(whole.due_on(self.today), self.today - timedelta(days=1))
        steps.settle(Ears(self.now), self.held, fact, self.books)
        self.whole = self.lasting(whole, to)
        for code, count in self.parts.items():
            if count.due_on(self.today) < to:
                self.parts[code] = self.lasting(count, to)

    def lasting(self, count: Count, to: date) -> Count:
        """A count that ends with the end of `to`, when nothing holds it until then."""
        since = max(count.since, self.today - timedelta(days=1))
        days = [since + timedelta(days=number) for number in range(1, (to - since).days + 1)]
        return Count(sum(map(CALENDAR.works, days)), since)

    @rule(reason=words)
    def stop(self, reason: str) -> None:
        if self.do(Verb.STOP, lambda facts: domain.stop(facts, unit=NAME, reason=reason)):
            self.pile.held.append(S.STOPPED)

    @rule()
    def resume(self) -> None:
        self.lets_go(Verb.RESUME, S.STOPPED, lambda facts: domain.resume(facts, unit=NAME))

    @rule(reason=words)
    def end(self, reason: str) -> None:
        if self.do(Verb.END, lambda facts: domain.end(facts, unit=NAME, reason=reason, at=self.now)):
            self.pile = Pile(S.STOPPED, over=True)

    @rule()
    def ask_withdrawal(self) -> None:
        if self.do(Verb.ASK_WITHDRAWAL, lambda facts: domain.ask_withdrawal(facts, reason=None)):
            self.pile.held.append(S.WITHDRAWAL_ASKED)

    @rule()
    def agree_withdrawal(self) -> None:
        if self.do(Verb.AGREE_WITHDRAWAL, lambda facts: domain.agree_withdrawal(facts, unit=NAME, at=self.now)):
            self.pile = Pile(S.STOPPED, over=True)

    @rule(reason=words)
    def decline_withdrawal(self, reason: str) -> None:
        self.lets_go(
            Verb.DECLINE_WITHDRAWAL,
            S.WITHDRAWAL_ASKED,
            lambda facts: domain.decline_withdrawal(facts, unit=NAME, reason=reason),
        )

    @rule(by=staff, outcome=st.sampled_from([Outcome.GRANTED, Outcome.DENIED]))
    def decide(self, by: StaffId, outcome: Outcome) -> None:
        self.do(
            Verb.DECIDE,
            lambda facts: domain.decide(facts, step="decide", outcome=outcome, words=None, by=by, unit=NAME),
        )

    @rule(reason=words)
    def reject_decision(self, reason: str) -> None:
        self.do(Verb.REJECT_DECISION, lambda facts: domain.reject_decision(facts, reason=reason, unit=NAME))

    @rule(by=staff)
    def sign_decision(self, by: StaffId) -> None:
        drafted = self.request.drafted_by
        if self.do(Verb.SIGN, lambda facts: domain.sign_decision(facts, by=by, unit=NAME, at=self.now)):
            assert drafted is not None
            assert drafted != by, "one person decided alone"
            self.pile.far = S.DONE

    @rule()
    def hand_over(self) -> None:
        if self.do(Verb.HAND_OVER, lambda facts: domain.hand_over(facts, unit=NAME, to=None, at=self.now)):
            self.pile = Pile(S.RETURNED, over=True)

    @rule()
    def grow_late(self) -> None:
        """The worker finds that the appointment has passed."""
        if self.request.due_at and self.request.closed_at is None and self.request.paused_at is None:
            self.request.overdue_at = self.now

    @rule()
    def complain(self) -> None:
        self.do(Verb.COMPLAIN, lambda facts: domain.complain(facts, words=None, above=NAME, at=self.now))

    @rule(stars=st.integers(1, 5))
    def rate(self, stars: int) -> None:
        self.do(Verb.RATE, lambda facts: domain.rate(facts, stars=stars, words=None, at=self.now))

    @invariant()
    def it_is_where_the_pile_says(self) -> None:
        assert S(self.request.state) is self.pile.top
        below = [self.pile.far, *self.pile.held[:-1]] if self.pile.held else []
        assert [S(one) for one in self.request.came_from] == below
        assert (self.request.closed_at is not None) is self.pile.over
        assert len(below) <= 3

    @invariant()
    def it_is_due_when_the_days_have_been_counted_down(self) -> None:
        request, whole, lawful = self.request, self.whole, self.lawful
        if whole is None or lawful is None or self.pile.over or self.pile.stands or request.decided_at is not None:
            return
        assert request.due_at is not None
        assert request.lawful_due_at is not None
        assert request.original_due_at is not None
        assert request.due_at.astimezone(HERE).date() == whole.due_on(self.today)
        assert request.lawful_due_at.astimezone(HERE).date() == lawful.due_on(self.today), "no extension moves it"
        assert request.original_due_at.astimezone(HERE).date() == self.first, "nothing moves it"

    @invariant()
    def steps_are_due_when_their_days_have_been_counted_down(self) -> None:
        is_open = {step.code: step for step in self.held.steps if step.state == StepState.OPEN}
        assert set(self.parts) == set(is_open)
        for code, count in self.parts.items():
            due_at = is_open[code].due_at
            assert due_at is not None
            if not self.pile.stands:
                assert due_at.astimezone(HERE).date() == count.due_on(self.today), code

    @invariant()
    def somebody_is_at_it_until_it_ends(self) -> None:
        facts = self.facts()
        working = [step for step in facts.open_steps if not step.consultation]
        assert bool(working) is (not facts.closed)
        assert self.request.unit_id in {step.unit_id for step in working} or facts.closed

    @invariant()
    def a_step_is_open_only_after_those_before_it(self) -> None:
        done = {step.code for step in self.held.steps if step.state == StepState.DONE}
        for step in self.held.steps:
            if step.state == StepState.OPEN:
                assert set(step.after) <= done

    @invariant()
    def the_clocks_stand_in_5_6_and_8_alone(self) -> None:
        if self.pile.over:
            return
        if self.request.clock is not None:
            assert (self.request.paused_at is not None) is self.pile.stands
        for step in self.held.steps:
            if step.state == StepState.OPEN and step.clock is not None:
                assert (deadlines_service.clock_from(step.clock).paused is not None) is self.pile.stands
                assert (step.waits_for == "applicant") is self.pile.stands

    @invariant()
    def more_is_asked_for_no_oftener_than_the_law_lets(self) -> None:
        assert self.request.supplements <= self.request.supplements_most

    @invariant()
    def what_is_decided_has_an_outcome_and_what_ended_is_over(self) -> None:
        facts = self.facts()
        if facts.state in {S.DONE, S.RETURNED}:
            assert facts.outcome in {Outcome.GRANTED, Outcome.DENIED}
        if facts.closed:
            assert set(domain.possible_verbs(facts)) <= {Verb.RATE, Verb.NOTE}


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
