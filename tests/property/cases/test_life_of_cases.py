"""Whatever officers and reporters do in whatever order: no case reaches a state that makes no sense.

Three cases live side by side; a step is one verb by somebody, accepted or refused. A refusal changes nothing by its
nature here (a decision is a value), so only accepted facts are applied.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.cases import domain
from app.cases.events import CaseFact, EventType
from app.cases.terms import (
    GIVEN_RESOLUTIONS,
    OPEN_STATES,
    CaseFacts,
    CaseState,
    Changes,
    Correction,
    PublicationState,
    ReferralReason,
    Resolution,
    Verb,
)
from app.catalogue.terms import Kind, PublicationPolicy
from app.deadlines.terms import PauseCause
from app.kit.ids import CaseId, ReportId, StaffId, UnitId
from app.kit.problems import Problem
from app.kit.text import Text
from app.timeline.terms import Audience
from tests.facts import AT, THERE, UNIT, after, facts

CASES = [CaseId(UUID(int=number)) for number in (1, 2, 3)]
UNITS = [UnitId(UUID(int=number)) for number in (11, 12, 13)]
STAFF = [StaffId(UUID(int=number)) for number in (21, 22)]
GUIDANCE = Text("Gửi đơn đến Thanh tra.", "Turn to the inspectorate.")

cases, units, staff = st.sampled_from(CASES), st.sampled_from(UNITS), st.sampled_from(STAFF)
reasons, outcomes = st.sampled_from(ReferralReason), st.sampled_from(sorted(GIVEN_RESOLUTIONS))
words = st.sampled_from(["Xong.", "Chưa."])
maybe_report = st.sampled_from([None, ReportId(UUID(int=31))])


class Lives(RuleBasedStateMachine):
    """Three cases and all verbs."""

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self.cases = {
            case_id: facts(id=case_id, code=f"H23-261120-000{case_id.int}", unit_id=UNITS[0]) for case_id in CASES
        }
        self.facts = 0

    def do(self, case_id: CaseId, verb: Verb, decide: Callable[[CaseFacts], CaseFact]) -> CaseFact | None:
        """The fact when the case allowed the verb; then the case has become what it says."""
        self.now += timedelta(minutes=1)
        before = self.cases[case_id]
        try:
            fact = decide(before)
        except Problem:
            return None
        assert verb in domain.possible_verbs(before), f"{verb} happened although it was not possible"
        self.apply(case_id, fact)
        self.check_step(verb, before, fact)
        return fact

    def apply(self, case_id: CaseId, fact: CaseFact) -> None:
        before = self.cases[case_id]
        self.cases[case_id] = after(before, fact)
        self.facts += 1
        assert self.cases[case_id].version == before.version + 1

    def check_step(self, verb: Verb, before: CaseFacts, fact: CaseFact) -> None:
        now = self.cases[before.id]
        assert "original_due_at" not in fact.changes
        if fact.type is EventType.DIVERTED:
            assert now.state is CaseState.CLOSED
        elif now.unit_id != before.unit_id:
            assert now.state in {CaseState.ASSIGNED, CaseState.RECEIVED}
            assert now.referral_count == before.referral_count + 1
            assert [now.draft_answer, now.drafted_by, now.assignee_id] == [None] * 3, "a draft survived a hand-over"
        else:
            assert now.state is domain.TRANSITIONS[verb][before.state]
        if before.merged_into_id is not None:
            still = {Verb.UNMERGE, Verb.NOTE, Verb.WITHHOLD, Verb.REDACT, Verb.DECIDE_PHOTOS}
            assert verb in still, "a merged case acted"
        if fact.text is not None and fact.report_id is not None:  # a reporter's own words
            assert (fact.text_audience or fact.audience) is Audience.REPORTER

    @rule(case=cases, policy=st.sampled_from(PublicationPolicy), to=st.none() | units, comment=st.none() | words)
    def triage(self, case: CaseId, policy: PublicationPolicy, to: UnitId | None, comment: str | None) -> None:
        elsewhere = to is not None and to != self.cases[case].unit_id
        changes = Changes(publication_policy=policy)
        moved: dict[str, Any] | None = None
        if elsewhere and to is not None:
            changes["unit_id"], moved = to, {"unit": "B"}
        self.do(
            case,
            Verb.TRIAGE,
            lambda seen: domain.triage(seen, changes=changes, category_name=UNIT, moved=moved, comment=comment),
        )

    @rule(case=cases, kind=st.sampled_from([Kind.COMPLAINT, Kind.DENUNCIATION]))
    def divert(self, case: CaseId, kind: Kind) -> None:
        self.do(
            case,
            Verb.TRIAGE,
            lambda seen: domain.divert(
                seen, kind=kind, category=kind.value, to=THERE, routing={}, guidance=GUIDANCE, at=self.now
            ),
        )

    @rule(case=cases, officer=staff)
    def assign(self, case: CaseId, officer: StaffId) -> None:
        self.do(
            case, Verb.ASSIGN, lambda seen: domain.assign(seen, officer=officer, officer_name="Hoa", unit_name=UNIT)
        )

    @rule(case=cases, officer=staff)
    def accept(self, case: CaseId, officer: StaffId) -> None:
        self.do(case, Verb.ACCEPT, lambda seen: domain.accept(seen, by=officer, unit_name=UNIT, at=self.now))

    @rule(case=cases, to=units, reason=reasons, comment=st.none() | words)
    def refer(self, case: CaseId, to: UnitId, reason: ReferralReason, comment: str | None) -> None:
        self.do(case, Verb.REFER, lambda seen: domain.refer(seen, to=to, names={}, reason=reason, comment=comment))

    @rule(case=cases, to=units, reason=reasons)
    def give_back(self, case: CaseId, to: UnitId, reason: ReferralReason) -> None:
        self.do(case, Verb.RETURN, lambda seen: domain.return_case(seen, to=to, names={}, reason=reason, comment=None))

    @rule(case=cases, to=st.none() | units)
    def escalate(self, case: CaseId, to: UnitId | None) -> None:
        up = to if to != self.cases[case].unit_id else None
        self.do(case, Verb.ESCALATE, lambda seen: domain.escalate(seen, to=up, names={}, comment=None, at=self.now))

    @rule(case=cases, reason=words)
    def extend(self, case: CaseId, reason: str) -> None:
        later = Changes(due_at=self.now + timedelta(days=5))
        day = later["due_at"].date()
        self.do(
            case, Verb.EXTEND, lambda seen: domain.extend(seen, changes=later, due_on=day, reason=reason, letter="01")
        )

    @rule(case=cases, comment=words)
    def pause(self, case: CaseId, comment: str) -> None:
        stood, cause = Changes(paused_at=self.now), PauseCause.FORCE_MAJEURE
        self.do(case, Verb.PAUSE, lambda seen: domain.pause(seen, changes=stood, cause=cause, comment=comment))

    @rule(case=cases)
    def resume(self, case: CaseId) -> None:
        going = Changes(paused_at=None)
        self.do(case, Verb.RESUME, lambda seen: domain.resume(seen, changes=going, due_on=self.now.date()))

    @rule(case=cases, officer=staff, question=words)
    def ask(self, case: CaseId, officer: StaffId, question: str) -> None:
        self.do(
            case,
            Verb.ASK,
            lambda seen: domain.ask(seen, question=question, unit_name=UNIT, by=officer, at=self.now),
        )

    @rule(case=cases, text=words)
    def reply(self, case: CaseId, text: str) -> None:
        self.do(case, Verb.REPLY, lambda seen: domain.reply(seen, text=text, report=ReportId(UUID(int=31))))

    @rule(case=cases, officer=staff, outcome=outcomes, answer=words)
    def draft(self, case: CaseId, officer: StaffId, outcome: Resolution, answer: str) -> None:
        self.do(
            case,
            Verb.DRAFT_ANSWER,
            lambda seen: domain.draft_answer(seen, answer=answer, resolution=outcome, by=officer),
        )

    @rule(case=cases, officer=staff)
    def approve(self, case: CaseId, officer: StaffId) -> None:
        author = self.cases[case].drafted_by
        fact = self.do(case, Verb.APPROVE, lambda seen: domain.approve(seen, by=officer, unit_name=UNIT, at=self.now))
        assert fact is None or author not in {None, officer}, "an author approved an own draft"

    @rule(case=cases)
    def reject(self, case: CaseId) -> None:
        self.do(case, Verb.REJECT_DRAFT, lambda seen: domain.reject_draft(seen, comment="Chưa rõ."))

    @rule(case=cases, outcome=outcomes, officer=staff)
    def resolve(self, case: CaseId, outcome: Resolution, officer: StaffId) -> None:
        author = self.cases[case].drafted_by
        fact = self.do(
            case,
            Verb.RESOLVE,
            lambda seen: domain.resolve(
                seen, answer="Xong.", resolution=outcome, by=officer, unit_name=UNIT, at=self.now
            ),
        )
        assert fact is None or author != officer, "an author went past the second person"

    @rule(case=cases, stars=st.integers(1, 5))
    def rate(self, case: CaseId, stars: int) -> None:
        self.do(
            case, Verb.RATE, lambda seen: domain.rate(seen, stars=stars, comment=None, report=ReportId(UUID(int=31)))
        )

    @rule(case=cases, report=maybe_report)
    def reopen(self, case: CaseId, report: ReportId | None) -> None:
        before = self.cases[case]
        fact = self.do(
            case,
            Verb.REOPEN,
            lambda seen: domain.reopen(
                seen, comment="Chưa.", report=report, due_at=self.now + timedelta(days=3), working_days=3, clock={}
            ),
        )
        may_always = report is None and before.merged_into_id is None and before.resolution is not Resolution.DIVERTED
        if may_always and before.state not in OPEN_STATES:
            assert fact is not None, "an officer could not reopen an ended case"

    @rule(case=cases, into=cases)
    def merge(self, case: CaseId, into: CaseId) -> None:
        gained: list[CaseFact] = []

        def decide(seen: CaseFacts) -> CaseFact:
            gone, grown = domain.merge(seen, self.cases[into], at=self.now)
            gained.append(grown)
            return gone

        if self.do(case, Verb.MERGE, decide) is not None:
            self.apply(into, gained[0])

    @rule(case=cases)
    def unmerge(self, case: CaseId) -> None:
        before, lost = self.cases[case], list[CaseFact]()
        holder = self.cases[before.merged_into_id or case]

        def decide(seen: CaseFacts) -> CaseFact:
            back, gone = domain.unmerge(seen, holder)
            lost.append(gone)
            return back

        if self.do(case, Verb.UNMERGE, decide) is None:
            return
        self.apply(holder.id, lost[0])
        while (above := self.cases[holder.id].merged_into_id) is not None:
            holder = self.cases[above]
            self.apply(holder.id, domain.lose(holder, before))

    @rule(case=cases, only_us=st.booleans())
    def note(self, case: CaseId, only_us: bool) -> None:
        assert self.do(case, Verb.NOTE, lambda seen: domain.note(seen, text="Đã gọi.", for_unit_only=only_us)), (
            "a note must always be possible"
        )

    @rule(case=cases, wording=st.none() | words)
    def publish(self, case: CaseId, wording: str | None) -> None:
        self.do(case, Verb.PUBLISH, lambda seen: domain.publish(seen, public_text=wording))

    @rule(case=cases)
    def withhold(self, case: CaseId) -> None:
        self.do(case, Verb.WITHHOLD, lambda seen: domain.withhold(seen, comment="Có tên người."))

    @rule(case=cases, phrases=st.lists(words, max_size=2).map(tuple))
    def redact(self, case: CaseId, phrases: tuple[str, ...]) -> None:
        self.do(case, Verb.REDACT, lambda seen: domain.redact(seen, Correction(mask=phrases, at=self.now.isoformat())))

    @rule(case=cases, count=st.integers(0, 3))
    def decide_photos(self, case: CaseId, count: int) -> None:
        self.do(
            case,
            Verb.DECIDE_PHOTOS,
            lambda seen: domain.decide_photos(seen, published=count, blurred=0, withheld=0),
        )

    @rule(case=cases, report=maybe_report)
    def withdraw(self, case: CaseId, report: ReportId | None) -> None:
        self.do(case, Verb.WITHDRAW, lambda seen: domain.withdraw(seen, comment=None, report=report, at=self.now))

    @rule(case=cases)
    def close(self, case: CaseId) -> None:
        self.do(case, Verb.CLOSE, lambda seen: domain.close(seen, at=self.now))

    @invariant()
    def an_outcome_goes_with_an_end(self) -> None:
        for case in self.cases.values():
            ended = case.state not in OPEN_STATES
            assert (case.resolution is not None) is ended
            assert (case.resolved_at is not None) is ended

    @invariant()
    def a_draft_waits_where_one_is_to_be_approved(self) -> None:
        for case in self.cases.values():
            if case.state is CaseState.AWAITING_APPROVAL:
                assert case.draft_answer is not None
                assert case.drafted_by is not None
            if case.state not in OPEN_STATES:
                assert case.draft_answer is None

    @invariant()
    def what_is_never_published_is_not_published(self) -> None:
        for case in self.cases.values():
            if case.publication_policy is PublicationPolicy.NEVER or case.kind.diverted:
                assert case.publication is not PublicationState.PUBLISHED

    @invariant()
    def every_report_is_counted_once_where_its_matter_lives(self) -> None:
        for case in self.cases.values():
            if case.merged_into_id is None:
                assert case.report_count == len(self.within(case.id))

    def within(self, root: CaseId) -> set[CaseId]:
        """The case with all that were merged into it, at any remove."""
        parts = {case.id for case in self.cases.values() if case.merged_into_id == root}
        return {root}.union(*(self.within(part) for part in parts))

    @invariant()
    def versions_count_the_facts(self) -> None:
        assert sum(case.version - 1 for case in self.cases.values()) == self.facts


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
