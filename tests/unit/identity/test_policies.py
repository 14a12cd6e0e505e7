"""A verdict is a truth value with a reason."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.identity.policies import STAFF_ONLY, Allowed, Denied, Verdict, all_of, allowed_if, may_act_as
from app.identity.terms import Actor, ActorKind, Membership, Role
from app.kit.ids import TenantId, UnitId
from app.kit.problems import Forbidden
from app.kit.text import Text

WHY = Text("Chưa được", "Not yet")
UNIT = UnitId(UUID(int=7))


def officer(*roles: Role) -> Actor:
    return Actor(
        kind=ActorKind.STAFF,
        tenant_id=TenantId(1),
        id=UUID(int=1),
        memberships=tuple(Membership(UNIT, role) for role in roles),
    )


def test_allowed_is_true_and_requires_nothing() -> None:
    assert Allowed()
    Allowed().require()


def test_denied_is_false_and_raises_forbidden_with_its_reason() -> None:
    denied = Denied(WHY)
    assert not denied
    with pytest.raises(Forbidden) as raised:
        denied.require()
    assert raised.value.detail == WHY


def test_allowed_if_follows_its_condition() -> None:
    assert allowed_if(1 < 2, WHY) == Allowed()
    assert allowed_if(2 < 1, WHY) == Denied(WHY)


def test_all_of_answers_the_first_refusal_and_asks_no_further() -> None:
    asked: list[str] = []

    def check(name: str, verdict: Verdict) -> Verdict:
        asked.append(name)
        return verdict

    verdict = all_of(
        lambda: check("a", Allowed()), lambda: check("b", Denied(WHY)), lambda: check("c", Denied(STAFF_ONLY))
    )
    assert verdict == Denied(WHY)
    assert asked == ["a", "b"]
    assert all_of() == Allowed()


def test_only_staff_with_the_role_may_act() -> None:
    assert may_act_as(officer(Role.OFFICER), Role.OFFICER, Role.APPROVER)
    assert may_act_as(officer(Role.AUDITOR))
    assert not may_act_as(officer(Role.OFFICER), Role.APPROVER)
    assert not may_act_as(officer())
    assert may_act_as(Actor(kind=ActorKind.CITIZEN, tenant_id=TenantId(1), id=UUID(int=2))) == Denied(STAFF_ONLY)


def test_the_refusal_names_the_missing_role_in_both_languages() -> None:
    denied = may_act_as(officer(Role.OFFICER), Role.APPROVER)
    assert isinstance(denied, Denied)
    assert "lãnh đạo duyệt" in denied.reason.vi
    assert "approver" in denied.reason.en


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_name_in_both_languages(role: Role) -> None:
    assert role.label.vi
    assert role.label.en
