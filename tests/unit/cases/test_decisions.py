"""What the single decisions say: outcomes, the second person, hand-overs, merging, publication, diversion."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases import domain
from app.cases.errors import (
    AlreadyDone,
    CannotMerge,
    IllegalTransition,
    NeverPublished,
    NothingToApprove,
    NotMerged,
    SameUnit,
    SecondPersonNeeded,
    SharedCase,
    TooManyReopenings,
)
from app.cases.events import CaseFact, EventType
from app.cases.terms import (
    GIVEN_RESOLUTIONS,
    OPEN_STATES,
    CaseFacts,
    CaseState,
    Changes,
    PublicationState,
    ReferralReason,
    Resolution,
)
from app.catalogue.terms import Kind, Priority, PublicationPolicy
from app.kit.text import Text
from app.timeline.domain import KNOWN_TYPES
from app.timeline.terms import Audience
from tests.facts import AT, BINH, DECISIONS, HERE, HOA, OTHER_CASE, REPORT, THERE, UNIT, after, facts

LATER = AT + timedelta(days=7)
GUIDANCE = Text("Gửi đơn đến Thanh tra.", "Turn to the inspectorate.")


def reopened(case: CaseFacts, *, by_officer: bool = False) -> CaseFacts:
    report = None if by_officer else REPORT
    return after(
        case,
        domain.reopen(case, comment="Chưa xong.", report=report, due_at=LATER, working_days=3, clock={"amount": 3}),
    )


def moved(case: CaseFacts, **changes: object) -> CaseFacts:
    """The case sorted anew, which routed it to another unit."""
    all_changes = Changes(unit_id=THERE, **changes)  # type: ignore[typeddict-item]
    fact = domain.triage(case, changes=all_changes, category_name=GUIDANCE, moved={"unit": "B"}, comment=None)
    assert fact.type is EventType.REROUTED
    return after(case, fact)


def sorted_as(case: CaseFacts, policy: PublicationPolicy) -> CaseFacts:
    changes = Changes(publication_policy=policy)
    return after(case, domain.triage(case, changes=changes, category_name=GUIDANCE, moved=None, comment=None))


def test_every_event_has_a_sentence() -> None:
    assert {event.value for event in EventType} <= KNOWN_TYPES


def diverted(case: CaseFacts) -> CaseFact:
    """The case as a complaint, which another unit guides."""
    return domain.divert(
        case, kind=Kind.COMPLAINT, category="complaint", to=THERE, routing={}, guidance=GUIDANCE, at=AT
    )


# -- answers


def test_an_own_draft_cannot_be_skipped_by_answering_at_once() -> None:
    case = facts(state=CaseState.AWAITING_APPROVAL)
    with pytest.raises(SecondPersonNeeded):
        domain.resolve(case, answer="Xong.", resolution=Resolution.FIXED, by=HOA, unit_name=UNIT, at=AT)


@pytest.mark.parametrize("resolution", sorted(GIVEN_RESOLUTIONS))
def test_an_answer_gives_the_outcome_the_officer_chose(resolution: Resolution) -> None:
    case = facts(state=CaseState.IN_PROGRESS)
    fact = domain.resolve(case, answer="Xong.", resolution=resolution, by=BINH, unit_name=UNIT, at=AT)
    assert (fact.changes["resolution"], fact.changes["answer"], fact.text) == (resolution, "Xong.", "Xong.")
    assert fact.audience is Audience.PUBLIC
    assert fact.changes["resolved_at"] == AT


def test_an_approved_draft_becomes_the_answer_and_is_a_draft_no_more() -> None:
    fact = domain.approve(facts(state=CaseState.AWAITING_APPROVAL), by=BINH, unit_name=UNIT, at=AT)
    assert (fact.changes["answer"], fact.changes["resolution"]) == ("Đã thay bóng.", Resolution.FIXED)
    assert [fact.changes[name] for name in ("draft_answer", "draft_resolution", "drafted_by")] == [None] * 3


def test_whoever_drafted_an_answer_cannot_approve_it() -> None:
    with pytest.raises(SecondPersonNeeded):
        domain.approve(facts(state=CaseState.AWAITING_APPROVAL), by=HOA, unit_name=UNIT, at=AT)


def test_there_must_be_a_draft_to_approve() -> None:
    with pytest.raises(NothingToApprove):
        domain.approve(facts(state=CaseState.AWAITING_APPROVAL, draft_answer=None), by=BINH, unit_name=UNIT, at=AT)


def test_a_rejected_draft_stays_for_its_author_and_is_told_to_staff_only() -> None:
    case = facts(state=CaseState.AWAITING_APPROVAL)
    fact = domain.reject_draft(case, comment="Chưa rõ.")
    assert after(case, fact).draft_answer == case.draft_answer
    assert fact.audience is Audience.STAFF


def test_a_draft_is_for_staff_only() -> None:
    case = facts(state=CaseState.IN_PROGRESS)
    fact = domain.draft_answer(case, answer="Sẽ thay.", resolution=Resolution.SCHEDULED, by=HOA)
    assert fact.audience is Audience.STAFF


def test_the_first_response_is_kept() -> None:
    accepted = after(facts(), domain.accept(facts(), by=HOA, unit_name=UNIT, at=AT))
    assert accepted.first_response_at == accepted.accepted_at == AT
    answered = domain.resolve(
        accepted, answer="Xong.", resolution=Resolution.FIXED, by=BINH, unit_name=UNIT, at=AT + timedelta(hours=2)
    )
    assert after(accepted, answered).first_response_at == AT


# -- moving


@pytest.mark.parametrize("state", [CaseState.ASSIGNED, CaseState.IN_PROGRESS])
def test_a_hand_over_leaves_nobody_in_charge_and_no_draft(state: CaseState) -> None:
    case = facts(state=state, assignee_id=HOA, accepted_at=AT, draft_answer="Bản nháp", drafted_by=HOA)
    referred = domain.refer(case, to=THERE, names={}, reason=ReferralReason.NOT_COMPETENT, comment=None)
    raised = domain.escalate(case, to=THERE, names={}, comment=None, at=AT)
    for there in (after(case, referred), after(case, raised), moved(case)):
        assert there.unit_id == THERE
        assert there.state is CaseState.ASSIGNED
        assert [there.assignee_id, there.accepted_at, there.draft_answer, there.drafted_by] == [None] * 4
        assert (there.referred_by_unit_id, there.referral_count) == (HERE, 1)


def test_a_returned_case_was_sent_by_nobody_so_that_it_climbs_when_it_is_returned_again() -> None:
    case = facts(state=CaseState.IN_PROGRESS, referred_by_unit_id=THERE)
    fact = domain.return_case(case, to=THERE, names={}, reason=ReferralReason.OTHER, comment=None)
    assert after(case, fact).referred_by_unit_id is None


def test_a_case_goes_to_another_unit_only() -> None:
    for verb in (domain.refer, domain.return_case):
        with pytest.raises(SameUnit):
            verb(facts(), to=HERE, names={}, reason=ReferralReason.OTHER, comment=None)


def test_a_comment_of_a_referral_is_for_staff_while_the_move_is_public() -> None:
    fact = domain.refer(facts(), to=THERE, names={}, reason=ReferralReason.OTHER, comment="Anh Tư biết việc này.")
    assert (fact.audience, fact.text_audience) == (Audience.PUBLIC, Audience.STAFF)


def test_escalation_climbs_the_ladder_and_stops_at_its_top() -> None:
    case, seen = facts(priority=Priority.LOW), []
    for _ in range(4):
        case = after(case, domain.escalate(case, to=None, names={}, comment=None, at=AT))
        seen.append(case.priority)
    assert seen == [Priority.NORMAL, Priority.HIGH, Priority.URGENT, Priority.URGENT]


def test_the_same_officer_is_not_assigned_twice() -> None:
    case = facts(state=CaseState.IN_PROGRESS, assignee_id=HOA)
    with pytest.raises(AlreadyDone):
        domain.assign(case, officer=HOA, officer_name="Hoa", unit_name=UNIT)
    with pytest.raises(IllegalTransition):
        domain.assign(facts(state=CaseState.CLOSED, assignee_id=HOA), officer=HOA, officer_name="H", unit_name=UNIT)


# -- merging


def test_merging_ends_one_case_as_a_duplicate_and_gives_its_reports_to_the_other() -> None:
    one, other = facts(report_count=2), facts(id=OTHER_CASE, code="H23-261120-0099", report_count=3)
    gone, gained = domain.merge(one, other, at=AT)
    assert (after(one, gone).merged_into_id, gone.changes["resolution"]) == (OTHER_CASE, Resolution.DUPLICATE)
    assert after(other, gained).report_count == 5
    assert gained.audience is Audience.STAFF


@pytest.mark.parametrize(
    "into",
    [
        facts(),  # itself
        facts(id=OTHER_CASE, state=CaseState.RESOLVED),
        facts(id=OTHER_CASE, state=CaseState.CLOSED),
        facts(id=OTHER_CASE, state=CaseState.RESOLVED, merged_into_id=HERE),
        facts(id=OTHER_CASE, kind=Kind.QUESTION),
    ],
)
def test_a_case_is_merged_only_into_another_open_one_of_its_kind(into: CaseFacts) -> None:
    with pytest.raises(CannotMerge):
        domain.merge(facts(), into, at=AT)


def test_unmerging_gives_life_and_reports_back() -> None:
    one, other = facts(report_count=2), facts(id=OTHER_CASE, report_count=1)
    gone, gained = domain.merge(one, other, at=AT)
    merged, holder = after(one, gone), after(other, gained)
    back, lost = domain.unmerge(merged, holder)
    alive = after(merged, back)
    assert (alive.state, alive.resolution, alive.merged_into_id) == (CaseState.ASSIGNED, None, None)
    assert after(holder, lost).report_count == 1


def test_only_a_merged_case_can_be_parted_and_only_from_its_own() -> None:
    with pytest.raises(NotMerged):
        domain.unmerge(facts(), facts(id=OTHER_CASE))
    with pytest.raises(NotMerged):
        domain.unmerge(facts(state=CaseState.RESOLVED, merged_into_id=HERE), facts(id=OTHER_CASE))


# -- publication


@pytest.mark.parametrize("verb", ["accept", "ask", "resolve", "triage"])
@pytest.mark.parametrize("policy", PublicationPolicy)
def test_taking_a_case_in_hand_publishes_it_when_its_policy_is_automatic(verb: str, policy: PublicationPolicy) -> None:
    from_verb = {str(name): decide for name, decide in DECISIONS.items()}
    case = facts(publication_policy=policy)
    shown = after(case, from_verb[verb](case)).publication is PublicationState.PUBLISHED
    assert shown is (policy is PublicationPolicy.AUTOMATIC)


def test_what_an_officer_withheld_is_never_published_by_rule() -> None:
    case = facts(publication=PublicationState.WITHHELD)
    assert after(case, domain.accept(case, by=HOA, unit_name=UNIT, at=AT)).publication is PublicationState.WITHHELD


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (PublicationPolicy.NEVER, PublicationState.WITHHELD),
        (PublicationPolicy.CONFIRM, PublicationState.PENDING),
        (PublicationPolicy.AUTOMATIC, PublicationState.PUBLISHED),
    ],
)
def test_a_published_case_sorted_into_a_stricter_category_goes_out_of_sight(
    policy: PublicationPolicy, expected: PublicationState
) -> None:
    assert sorted_as(facts(publication=PublicationState.PUBLISHED), policy).publication is expected


def test_sorting_publishes_by_the_new_categorys_policy_not_by_the_old_ones() -> None:
    assert sorted_as(facts(), PublicationPolicy.NEVER).publication is PublicationState.PENDING
    confirmed = facts(publication_policy=PublicationPolicy.CONFIRM)
    assert sorted_as(confirmed, PublicationPolicy.AUTOMATIC).publication is PublicationState.PUBLISHED


def test_what_is_never_published_cannot_be_published_and_is_not_offered() -> None:
    for case in (facts(publication_policy=PublicationPolicy.NEVER), facts(kind=Kind.DENUNCIATION)):
        with pytest.raises(NeverPublished):
            domain.publish(case, public_text=None)
        assert "publish" not in domain.possible_verbs(case)


def test_publishing_twice_needs_new_words_and_withholding_twice_is_refused() -> None:
    shown = facts(publication=PublicationState.PUBLISHED)
    with pytest.raises(AlreadyDone):
        domain.publish(shown, public_text=None)
    assert domain.publish(shown, public_text="Đèn hỏng.").changes["public_text"] == "Đèn hỏng."
    with pytest.raises(AlreadyDone):
        domain.withhold(facts(publication=PublicationState.WITHHELD), comment="…")


# -- diversion


@pytest.mark.parametrize("state", CaseState)
def test_a_complaint_is_diverted_with_guidance_and_hidden(state: CaseState) -> None:
    case = facts(state=state, publication=PublicationState.PUBLISHED, draft_answer="Bản nháp", drafted_by=HOA)
    if state not in {CaseState.RECEIVED, CaseState.ASSIGNED, CaseState.IN_PROGRESS}:
        with pytest.raises(IllegalTransition):
            diverted(case)
        return
    fact = diverted(case)
    ended = after(case, fact)
    assert (ended.state, ended.resolution) == (CaseState.CLOSED, Resolution.DIVERTED)
    assert (ended.publication, ended.publication_policy) == (PublicationState.WITHHELD, PublicationPolicy.NEVER)
    assert (ended.draft_answer, ended.drafted_by) == (None, None)
    assert fact.audience is Audience.REPORTER
    assert fact.changes["answer"] == GUIDANCE.vi


def test_a_diverted_case_is_not_opened_again() -> None:
    diverted = facts(state=CaseState.CLOSED, resolution=Resolution.DIVERTED, kind=Kind.COMPLAINT)
    assert "reopen" not in domain.possible_verbs(diverted)
    with pytest.raises(IllegalTransition):
        reopened(diverted, by_officer=True)


# -- reporters


@pytest.mark.parametrize("state", [CaseState.RESOLVED, CaseState.CLOSED])
def test_reopening_takes_the_outcome_back_and_gives_a_fresh_deadline(state: CaseState) -> None:
    fact = domain.reopen(
        facts(state=state), comment="Chưa.", report=REPORT, due_at=LATER, working_days=3, clock={"amount": 3}
    )
    assert (fact.changes["resolution"], fact.changes["answer"], fact.changes["overdue_at"]) == (None, None, None)
    assert fact.changes["due_at"] == LATER
    assert "original_due_at" not in fact.changes
    assert (fact.audience, fact.text_audience, fact.report_id) == (Audience.PUBLIC, Audience.REPORTER, REPORT)


def test_a_reporter_reopens_three_times_and_an_officer_always() -> None:
    often = facts(state=CaseState.CLOSED, reopen_count=domain.MAX_REPORTER_REOPENINGS)
    with pytest.raises(TooManyReopenings):
        reopened(often)
    assert reopened(often, by_officer=True).reopen_count == domain.MAX_REPORTER_REOPENINGS + 1


def test_one_of_several_reporters_cannot_withdraw_what_is_the_others_too() -> None:
    with pytest.raises(SharedCase):
        domain.withdraw(facts(report_count=2), comment=None, report=REPORT, at=AT)
    ended = domain.withdraw(facts(report_count=2), comment="Theo đề nghị", report=None, at=AT)
    assert ended.changes["resolution"] is Resolution.WITHDRAWN


def test_words_of_a_reporter_reach_staff_and_nobody_else() -> None:
    for fact in (
        domain.reply(facts(), text="Nhà tôi số 5.", report=REPORT),
        domain.rate(facts(state=CaseState.CLOSED), stars=1, comment="Chậm.", report=REPORT),
    ):
        assert (fact.audience, fact.report_id) == (Audience.REPORTER, REPORT)
    withdrawn = domain.withdraw(facts(), comment="Tôi tên Lan.", report=REPORT, at=AT)
    assert withdrawn.text_audience is Audience.REPORTER


# -- the program


@pytest.mark.parametrize("state", CaseState)
def test_only_an_open_case_becomes_overdue(state: CaseState) -> None:
    if state in OPEN_STATES:
        assert domain.overdue(facts(state=state), at=AT).changes == {"overdue_at": AT}
    else:
        with pytest.raises(AlreadyDone):
            domain.overdue(facts(state=state), at=AT)
