"""Who may do what: every verb by every role, in the responsible unit, above it, and elsewhere."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.cases.policies import PERMITS, REPORTER_VERBS, may
from app.cases.terms import Verb
from app.identity.terms import Actor, ActorKind, Membership, Role, system_actor
from app.kit.ids import TenantId, UnitId
from app.kit.problems import Forbidden
from tests.facts import HERE, facts

TENANT = TenantId(1)
PROVINCE, DISTRICT = UnitId(UUID(int=101)), UnitId(UUID(int=102))
PATH = (PROVINCE, DISTRICT, HERE)
BESIDE, BELOW = UnitId(UUID(int=103)), UnitId(UUID(int=104))

O, A, D, U, T, I = (  # noqa: E741 - one letter per column of the matrix
    Role.OFFICER,
    Role.APPROVER,
    Role.DISPATCHER,
    Role.UNIT_ADMIN,
    Role.TENANT_ADMIN,
    Role.AUDITOR,
)
# What each role may do to a case: in the unit that holds it, and in a unit above. Written down apart from the code.
MATRIX: dict[Verb, tuple[set[Role], set[Role]]] = {
    Verb.TRIAGE: ({O, A, U, D}, {D, U}),
    Verb.ASSIGN: ({O, A, U, D}, {D, U}),
    Verb.ACCEPT: ({O, A, U}, set()),
    Verb.RETURN: ({O, A, U, D}, {D, U}),
    Verb.REFER: ({O, A, U, D}, {D, U}),
    Verb.ESCALATE: ({O, A, U, D}, {D, U}),
    Verb.EXTEND: ({A}, {A}),
    Verb.PAUSE: ({A}, {A}),
    Verb.RESUME: ({A}, {A}),
    Verb.ASK: ({O, A, U, D}, {D, U}),
    Verb.REPLY: (set(), set()),
    Verb.DRAFT_ANSWER: ({O, A, U}, set()),
    Verb.APPROVE: ({A}, {A}),
    Verb.REJECT_DRAFT: ({A}, {A}),
    Verb.RESOLVE: ({A}, {A}),
    Verb.RATE: (set(), set()),
    Verb.REOPEN: ({A, U, D}, {D, A, U}),
    Verb.MERGE: ({O, A, U, D}, {D, U}),
    Verb.UNMERGE: ({O, A, U, D}, {D, U}),
    Verb.NOTE: ({O, A, D, U, T}, {O, A, D, U, T}),
    Verb.PUBLISH: ({O, A, U, D}, {D, U}),
    Verb.WITHHOLD: ({O, A, U, D}, {D, U}),
    Verb.REDACT: ({O, A, U, D}, {D, U}),
    Verb.DECIDE_PHOTOS: ({O, A, U, D}, {D, U}),
    Verb.WITHDRAW: ({O, A, U, D}, {D, U}),
    Verb.CLOSE: ({O, A, U, D}, {D, U}),
}


def member(unit: UnitId, *roles: Role) -> Actor:
    return Actor(ActorKind.STAFF, TENANT, UUID(int=7), "Hoa", tuple(Membership(unit, role) for role in roles))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", Verb)
def test_a_role_may_do_what_the_matrix_says_where_it_says(verb: Verb, role: Role) -> None:
    own, above = MATRIX[verb]
    allowed = {
        unit: bool(may(verb, member(unit, role), facts(), PATH)) for unit in (HERE, DISTRICT, PROVINCE, BESIDE, BELOW)
    }
    assert allowed == {
        HERE: role in own,
        DISTRICT: role in above,
        PROVINCE: role in above,
        BESIDE: False,
        BELOW: False,
    }


def test_a_role_elsewhere_does_not_help_a_role_here() -> None:
    hoa = Actor(
        ActorKind.STAFF,
        TENANT,
        UUID(int=7),
        "Hoa",
        (Membership(HERE, Role.OFFICER), Membership(BESIDE, Role.APPROVER)),
    )
    assert not may(Verb.APPROVE, hoa, facts(), PATH)
    assert may(Verb.ACCEPT, hoa, facts(), PATH)


@pytest.mark.parametrize("verb", Verb)
def test_citizens_have_the_reporters_verbs_and_the_program_has_all(verb: Verb) -> None:
    for kind in (ActorKind.CITIZEN, ActorKind.ANONYMOUS):
        assert bool(may(verb, Actor(kind, TENANT), facts(), PATH)) is (verb in REPORTER_VERBS)
    assert may(verb, system_actor(TENANT), facts(), PATH)


def test_every_verb_is_somebodys() -> None:
    assert set(PERMITS) | REPORTER_VERBS == set(Verb)


def test_a_refusal_says_who_could_in_both_languages() -> None:
    with pytest.raises(Forbidden) as refused:
        may(Verb.APPROVE, member(HERE, Role.OFFICER), facts(), PATH).require()
    assert Role.APPROVER.label.vi in refused.value.detail.vi
    assert Role.APPROVER.label.en in refused.value.detail.en
