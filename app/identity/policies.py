"""What every permission answers: allowed, or denied with the reason a person can read. Knows no particular verb.

A room's own policies are functions `may_…(actor, facts) -> Verdict`; a verb calls `.require()`, a list of possible
actions asks for the truth value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.kit.ids import UnitId
from app.kit.problems import Forbidden
from app.kit.text import Text

from .domain import in_capacity
from .terms import Actor, ActorKind, ClientScope, Role


@dataclass(frozen=True, slots=True)
class Allowed:
    """The actor may."""

    def __bool__(self) -> Literal[True]:
        return True

    def require(self) -> None:
        """Nothing happens: the verb goes on."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The actor may not, and `reason` tells the person why and who could."""

    reason: Text

    def __bool__(self) -> Literal[False]:
        return False

    def require(self) -> None:
        """Stop the verb. Raises: Forbidden with the reason as its detail."""
        raise Forbidden(self.reason)


Verdict: TypeAlias = Allowed | Denied

STAFF_ONLY = Text(
    "Chức năng này dành cho cán bộ; vui lòng đăng nhập bằng tài khoản cán bộ.",
    "This is for officers; please sign in with a staff account.",
)


def allowed_if(condition: bool, otherwise: Text) -> Verdict:  # noqa: FBT001 - reads as the sentence it is
    """`Allowed` when `condition` holds, else `Denied` with the reason `otherwise`."""
    return Allowed() if condition else Denied(otherwise)


def all_of(*checks: Callable[[], Verdict]) -> Verdict:
    """The first refusal of `checks` in their order, `Allowed` when there is none; later checks are then not asked."""
    for check in checks:
        verdict = check()
        if not verdict:
            return verdict
    return Allowed()


def may_act_as(actor: Actor, *roles: Role) -> Verdict:
    """Whether `actor` is staff and holds one of `roles` in any unit; any membership counts when none is named."""
    if actor.kind is not ActorKind.STAFF:
        return Denied(STAFF_ONLY)
    return allowed_if(bool(actor.units(*roles)), role_needed(*roles))


def acting_as(actor: Actor, *roles: Role, path: Collection[UnitId] | None = None) -> Actor:
    """The officer as whoever acts by one of `roles`, held in a unit of `path` where one is given: for oneself, or for a
    colleague whose role it takes.
    """
    enough = (held for held in actor.memberships if held.role in roles and (path is None or held.unit_id in path))
    return in_capacity(actor, enough)


def role_needed(*roles: Role) -> Text:
    """The reason for refusing a member of staff who holds none of `roles`."""
    return Text(
        f"Việc này cần vai trò {' hoặc '.join(role.label.vi for role in roles) or 'trong một cơ quan'}; "
        "vui lòng liên hệ quản trị viên của cơ quan bạn.",
        f"This needs the role {' or '.join(role.label.en for role in roles) or 'of a member of a unit'}; "
        "please ask your unit's administrator.",
    )


def may_use(actor: Actor, scope: ClientScope) -> Verdict:
    """Whether `actor` is another system whose key has the scope."""
    return allowed_if(
        actor.grant is not None and scope in actor.grant.scopes,
        Text(
            f"Khoá API này không có quyền {scope.label.vi} ({scope.value}); vui lòng liên hệ quản trị viên của tỉnh.",
            f"This API key may not {scope.label.en} ({scope.value}); please ask the province's administrator.",
        ),
    )
