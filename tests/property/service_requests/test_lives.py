"""Whatever offices and applicants do in whatever order: no service request reaches a state that makes no sense.

Rows of the tables, not yet in any database, with the real calendars of the tenant; a step is one verb, accepted or
refused. Clocks are followed as the service does it, so that 5, 6 and 8 and nothing else stop them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.deadlines import service as deadlines_service
from app.deadlines.domain import work_calendar
from app.deadlines.seed import packaged_days, packaged_week
from app.deadlines.snapshot import Calendars
from app.identity.domain import Keyring
from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.problems import Problem
from app.kit.text import Text
from app.procedures.snapshot import Procedures
from app.procedures.terms import StepRole
from app.service_requests import domain
from app.service_requests.events import RequestFact
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.service import timing
from app.service_requests.terms import (
    HELD,
    Missing,
    Outcome,
    RequestBooks,
    RequestFacts,
    RequestState,
    StepState,
    Verb,
)
from tests.provinces import packaged_provinces

CALENDARS = Calendars(
    {
        TenantId(1): work_calendar(
            "Asia/Ho_Chi_Minh",
            [day.special for day in packaged_days(2021, 2027)],
            first=date(2021, 1, 1),
            last=date(2027, 12, 31),
            edits=[packaged_week(TenantId(1))],
        )
    }
)
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TENANT = TenantId(1)
STAFF = [StaffId(UUID(int=number)) for number in (21, 22)]
NAME = Text("Cơ quan", "The unit")
S = RequestState
words = st.sampled_from(["Xong.", "Chưa."])
staff = st.sampled_from(STAFF)
# A land procedure: received and verified in a commune, two districts' parts side by side, decided by the province.
STEPS = [
    ("receive", StepRole.RECEIVE, ()),
    ("verify", StepRole.VERIFY, ("receive",)),
    ("map", StepRole.VERIFY, ("verify",)),
    ("tax", StepRole.VERIFY, ("verify",)),
    ("decide", StepRole.DECIDE, ("map", "tax")),
    ("return", StepRole.RETURN, ("decide",)),
]
codes = st.sampled_from([code for code, _, _ in STEPS])


class Lives(RuleBasedStateMachine):
    """One service request and all verbs."""

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        provinces = packaged_provinces()
        self.books = RequestBooks(
            provinces.directory, provinces.catalogue, CALENDARS, Procedures([]), Keyring.of("k" * 32), ""
        )
        unit = provinces.directory.units(TENANT)[0]
        self.request = ServiceRequest(
            tenant_id=TENANT, id=UUID(int=1), code="H23.15.03-261123-0001", version=1, state=S.SUBMITTED.value,
            came_from=[], outcome=None, supplements=0, supplements_most=1, drafted_by=None, drafted_outcome=None,
            closed_at=None, overdue_at=None, complained_at=None, due_at=None, clock=None, unit_id=unit.id,
            receiver_id=unit.id, paused_at=None, accepted_at=None, decided_at=None,
        )  # fmt: skip
        self.steps = [
            RequestStep(
                tenant_id=TENANT, request_id=self.request.id, code=code, place=place, role=role.value, unit_id=unit.id,
                tier=unit.tier.value, state=(StepState.WAITING if after else StepState.OPEN).value, after=list(after),
                asked_by=None, assignee_id=None, working_days=3, opened_at=None if after else AT, clock=None,
            )
            for place, (code, role, after) in enumerate(STEPS)
        ]  # fmt: skip
        timing.start_opened(self.books, TENANT, self.steps, AT)
        self.asked = 0

    def facts(self) -> RequestFacts:
        return self.request.facts(self.steps)

    def do(self, verb: Verb, decide: Callable[[RequestFacts], RequestFact]) -> bool:
        """Whether it happened; then everything has become what the fact says."""
        self.now += timedelta(hours=5)
        facts = self.facts()
        try:
            fact = decide(facts)
        except Problem:
            return False
        assert verb in domain.possible_verbs(facts), f"{verb} happened although it was not possible"
        before = RequestState(self.request.state)
        self.request.apply(fact, self.now)
        by_code = {step.code: step for step in self.steps}
        for change in fact.steps:
            by_code[change.code].apply(change, self.now, None)
        timing.start_opened(self.books, TENANT, self.steps, self.now)
        timing.follow(self.books, self.request, self.steps, before=before, at=self.now)
        return True

    @rule()
    def accept(self) -> None:
        if self.do(Verb.ACCEPT, lambda facts: domain.accept(facts, unit=NAME, appointment=NAME, at=self.now)):
            started = timing.start(self.books, TENANT, UnitId(self.request.receiver_id), 20, self.now)
            timing.put_whole(self.books, self.request, started, self.now)

    @rule(reason=words)
    def refuse(self, reason: str) -> None:
        self.do(Verb.REFUSE, lambda facts: domain.refuse(facts, unit=NAME, reason=reason, at=self.now))

    @rule(step=codes, opinion=words)
    def complete_step(self, step: str, opinion: str) -> None:
        self.do(
            Verb.COMPLETE, lambda facts: domain.complete_step(facts, step=step, name=NAME, unit=NAME, opinion=opinion)
        )

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

        if self.do(Verb.CONSULT, decide):
            self.asked += 1
            first = self.steps[0]
            self.steps.append(
                RequestStep(
                    tenant_id=TENANT,
                    request_id=self.request.id,
                    code=f"opinion-{self.asked}",
                    place=len(self.steps),
                    role=None,
                    unit_id=first.unit_id,
                    tier=first.tier,
                    state="open",
                    after=[],
                    asked_by=step,
                    assignee_id=None,
                    working_days=3,
                    opened_at=self.now,
                    clock=None,
                )
            )
            timing.start_opened(self.books, TENANT, self.steps, self.now)

    @precondition(lambda self: self.asked > 0)
    @rule(number=st.integers(1, 3), opinion=words)
    def give_opinion(self, number: int, opinion: str) -> None:
        code = f"opinion-{number}"
        self.do(Verb.GIVE_OPINION, lambda facts: domain.give_opinion(facts, step=code, unit=NAME, opinion=opinion))

    @rule()
    def ask_supplement(self) -> None:
        missing = [Missing("id_card", "Mờ")]
        self.do(
            Verb.ASK_SUPPLEMENT,
            lambda facts: domain.ask_supplement(facts, unit=NAME, missing=missing, words=None, due=NAME),
        )

    @rule()
    def supply(self) -> None:
        self.do(Verb.SUPPLY, lambda facts: domain.supply(facts, words=None, files=1))

    @rule()
    def ask_payment(self) -> None:
        self.do(Verb.ASK_PAYMENT, lambda facts: domain.ask_payment(facts, unit=NAME, amount="1", reference=None))

    @rule()
    def record_payment(self) -> None:
        self.do(Verb.RECORD_PAYMENT, lambda facts: domain.record_payment(facts, amount="1", receipt=None))

    @rule(reason=words)
    def stop(self, reason: str) -> None:
        self.do(Verb.STOP, lambda facts: domain.stop(facts, unit=NAME, reason=reason))

    @rule()
    def resume(self) -> None:
        self.do(Verb.RESUME, lambda facts: domain.resume(facts, unit=NAME))

    @rule(reason=words)
    def end(self, reason: str) -> None:
        self.do(Verb.END, lambda facts: domain.end(facts, unit=NAME, reason=reason, at=self.now))

    @rule()
    def ask_withdrawal(self) -> None:
        self.do(Verb.ASK_WITHDRAWAL, lambda facts: domain.ask_withdrawal(facts, reason=None))

    @rule()
    def agree_withdrawal(self) -> None:
        self.do(Verb.AGREE_WITHDRAWAL, lambda facts: domain.agree_withdrawal(facts, unit=NAME, at=self.now))

    @rule(reason=words)
    def decline_withdrawal(self, reason: str) -> None:
        self.do(Verb.DECLINE_WITHDRAWAL, lambda facts: domain.decline_withdrawal(facts, unit=NAME, reason=reason))

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

    @rule()
    def hand_over(self) -> None:
        self.do(Verb.HAND_OVER, lambda facts: domain.hand_over(facts, unit=NAME, to=None, at=self.now))

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
    def it_goes_back_only_from_what_holds_it(self) -> None:
        holding = S(self.request.state) in HELD | {S.WITHDRAWAL_ASKED} and self.request.closed_at is None
        assert bool(self.request.came_from) is holding
        assert len(self.request.came_from) <= 3

    @invariant()
    def somebody_is_at_it_until_it_ends(self) -> None:
        facts = self.facts()
        working = [step for step in facts.open_steps if not step.consultation]
        assert bool(working) is (not facts.closed)
        receiver = facts.with_role(StepRole.RECEIVE)
        assert receiver is not None
        assert domain.responsible(facts.steps, receiver) is not None

    @invariant()
    def a_step_is_open_only_after_those_before_it(self) -> None:
        done = {step.code for step in self.steps if step.state == "done"}
        for step in self.steps:
            if step.state == "open":
                assert set(step.after) <= done

    @invariant()
    def the_clocks_stand_in_5_6_and_8_alone(self) -> None:
        facts = self.facts()
        if facts.closed:
            return
        stands = facts.state in HELD
        if self.request.clock is not None:
            assert (self.request.paused_at is not None) is stands
        for step in self.steps:
            if step.state == "open" and step.clock is not None:
                assert (deadlines_service.clock_from(step.clock).paused is not None) is stands

    @invariant()
    def more_is_asked_for_no_oftener_than_the_law_lets(self) -> None:
        assert self.request.supplements <= self.request.supplements_most

    @invariant()
    def what_is_decided_has_an_outcome_and_what_ended_is_over(self) -> None:
        facts = self.facts()
        if facts.state in {S.DONE, S.RETURNED}:
            assert facts.outcome in {Outcome.GRANTED, Outcome.DENIED}
        if facts.state in {S.NOT_ACCEPTED, S.RETURNED}:
            assert facts.closed
        if facts.closed:
            assert set(domain.possible_verbs(facts)) <= {Verb.RATE, Verb.NOTE}


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
