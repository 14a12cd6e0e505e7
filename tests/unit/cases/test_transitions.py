"""The life cycle: every verb in every state does what the one table says, or says what is possible instead."""

from __future__ import annotations

import pytest

from app.cases.domain import TRANSITIONS, possible_verbs
from app.cases.errors import IllegalTransition
from app.cases.terms import OPEN_STATES, CaseState, PublicationState, Resolution, Verb
from app.kit.text import Lang
from tests.facts import AT, DECISIONS, OTHER_CASE, after, facts


def test_the_table_knows_every_verb_and_these_tests_decide_each() -> None:
    assert set(TRANSITIONS) == set(Verb) == set(DECISIONS)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in {Verb.UNMERGE, Verb.RESUME}])
def test_a_verb_leads_where_the_table_says_or_is_refused(verb: Verb, state: CaseState) -> None:
    case = facts(state=state)
    expected = TRANSITIONS[verb].get(state)
    if expected is not None:
        assert verb in possible_verbs(case)
        assert after(case, DECISIONS[verb](case)).state is expected
        return
    with pytest.raises(IllegalTransition) as refused:
        DECISIONS[verb](case)
    possible = refused.value.extensions["possible"]
    assert possible == [name.value for name in possible_verbs(case)]
    assert verb.value not in possible
    assert refused.value.extensions["state"] == state.value
    for lang in Lang:
        assert state.label(lang) in refused.value.detail(lang)
        assert verb.label(lang) in refused.value.detail(lang)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_a_clock_is_stopped_while_it_runs_and_started_while_it_stands(state: CaseState) -> None:
    running, standing = facts(state=state), facts(state=state, paused_at=AT)
    for case, able, unable in ((running, Verb.PAUSE, Verb.RESUME), (standing, Verb.RESUME, Verb.PAUSE)):
        assert after(case, DECISIONS[able](case)).state is state
        with pytest.raises(IllegalTransition):
            DECISIONS[unable](case)


@pytest.mark.parametrize("state", [CaseState.RESOLVED, CaseState.CLOSED])
@pytest.mark.parametrize("verb", Verb)
def test_a_merged_case_acts_no_more_but_for_its_history_and_the_way_back(verb: Verb, state: CaseState) -> None:
    merged = facts(state=state, resolution=Resolution.DUPLICATE, merged_into_id=OTHER_CASE)
    allowed = {Verb.UNMERGE, Verb.NOTE, Verb.WITHHOLD, Verb.REDACT, Verb.DECIDE_PHOTOS}
    assert set(possible_verbs(merged)) == allowed
    if verb in allowed:
        assert after(merged, DECISIONS[verb](merged)).version == merged.version + 1
    else:
        with pytest.raises(IllegalTransition):
            DECISIONS[verb](merged)


@pytest.mark.parametrize("state", CaseState)
def test_what_is_said_to_be_possible_is_possible(state: CaseState) -> None:
    for publication in PublicationState:
        case = facts(state=state, publication=publication)
        for verb in possible_verbs(case):
            if (verb, publication) != (Verb.WITHHOLD, PublicationState.WITHHELD):  # changes nothing, so it is refused
                DECISIONS[verb](case)


def test_what_its_sender_took_back_has_no_handling_to_judge_but_may_be_taken_up_after_all() -> None:
    taken_back = facts(state=CaseState.CLOSED, resolution=Resolution.WITHDRAWN)
    assert Verb.RATE not in possible_verbs(taken_back)
    assert Verb.REOPEN in possible_verbs(taken_back)
