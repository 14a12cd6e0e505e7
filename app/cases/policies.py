"""Who may do what to a case: one permission per verb. Pure; invisible cases never get here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.identity.policies import Allowed, Denied, Verdict
from app.identity.terms import Actor, ActorKind, Role
from app.kit.ids import UnitId
from app.kit.text import Text

from .terms import CaseFacts, Verb


@dataclass(frozen=True, slots=True)
class Permit:
    """Roles that may do a verb: `own` when held in the responsible unit itself, `above` also in a unit above it."""

    own: frozenset[Role] = frozenset()
    above: frozenset[Role] = frozenset()


_O, _A, _D, _U, _T = Role.OFFICER, Role.APPROVER, Role.DISPATCHER, Role.UNIT_ADMIN, Role.TENANT_ADMIN
_WORK = Permit(own=frozenset({_O, _A, _U}))
_MOVE = Permit(own=frozenset({_O, _A, _U}), above=frozenset({_D, _U}))
_SIGN = Permit(own=frozenset({_A}), above=frozenset({_A}))

# Roles in units above see everything below them, but only those named `above` may act on it.
PERMITS: Mapping[Verb, Permit] = MappingProxyType(
    {
        Verb.TRIAGE: _MOVE,
        Verb.ASSIGN: _MOVE,
        Verb.ACCEPT: _WORK,
        Verb.RETURN: _MOVE,
        Verb.REFER: _MOVE,
        Verb.ESCALATE: _MOVE,
        Verb.ASK: _MOVE,
        Verb.DRAFT_ANSWER: _WORK,
        Verb.APPROVE: _SIGN,
        Verb.REJECT_DRAFT: _SIGN,
        Verb.RESOLVE: _SIGN,
        Verb.REOPEN: Permit(own=frozenset({_A, _U}), above=frozenset({_D, _A, _U})),
        Verb.MERGE: _MOVE,
        Verb.UNMERGE: _MOVE,
        Verb.NOTE: Permit(own=frozenset({_O, _A, _D, _U, _T}), above=frozenset({_O, _A, _D, _U, _T})),
        Verb.PUBLISH: _MOVE,
        Verb.WITHHOLD: _MOVE,
        Verb.WITHDRAW: _MOVE,
        Verb.CLOSE: _MOVE,
    }
)
# Verbs of reporters; owning the report is checked where reports are.
REPORTER_VERBS = frozenset({Verb.REPLY, Verb.RATE, Verb.REOPEN, Verb.WITHDRAW})

_NOT_YOURS = Text(
    "Vai trò của bạn không làm được việc này với vụ việc của đơn vị khác; hãy liên hệ đơn vị đang giữ.",
    "Your role cannot do this with a case that another unit holds; turn to the unit that holds it.",
)


def may(verb: Verb, actor: Actor, facts: CaseFacts, path: tuple[UnitId, ...]) -> Verdict:
    """Whether the actor may do `verb`. `path` leads from the tenant's root unit down to the responsible unit."""
    if actor.kind is ActorKind.SYSTEM:
        return Allowed()
    if actor.kind is not ActorKind.STAFF:
        return Allowed() if verb in REPORTER_VERBS else Denied(_NOT_YOURS)
    permit = PERMITS.get(verb)
    if permit is None:
        return Denied(_NOT_YOURS)
    if actor.units(*permit.own) & {facts.unit_id} if permit.own else False:
        return Allowed()
    if permit.above and actor.units(*permit.above) & set(path):
        return Allowed()
    return Denied(_NOT_YOURS)
