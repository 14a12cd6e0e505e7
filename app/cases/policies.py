"""Who may do what to a case: one permission per verb. Pure; invisible cases never get here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.identity import domain as identity_domain
from app.identity.policies import STAFF_ONLY, Allowed, Denied, Verdict
from app.identity.terms import Actor, ActorKind, Membership, Role
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
        # Who answers for the answer decides about its time: an officer who is late could else stop his own clock.
        Verb.EXTEND: _SIGN,
        Verb.PAUSE: _SIGN,
        Verb.RESUME: _SIGN,
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
        Verb.REDACT: _MOVE,
        Verb.DECIDE_PHOTOS: _MOVE,
        Verb.WITHDRAW: _MOVE,
        Verb.CLOSE: _MOVE,
    }
)
# Verbs of reporters; owning the report is checked where reports are.
REPORTER_VERBS = frozenset({Verb.REPLY, Verb.RATE, Verb.REOPEN, Verb.WITHDRAW})

_REPORTERS_OWN = Text("Việc này dành cho người gửi.", "Only the sender of the report may do this.")


def _who_may(permit: Permit) -> Text:
    """Which roles could do it instead, in the holding unit or above it."""
    own = [role for role in Role if role in permit.own]
    above = [role for role in Role if role in permit.above]
    vi = [f"{', '.join(role.label.vi for role in own)} của đơn vị đang giữ"] if own else []
    en = [f"{', '.join(role.label.en for role in own)} of the unit that holds it"] if own else []
    if above:
        vi.append(f"{', '.join(role.label.vi for role in above)} của cấp trên")
        en.append(f"{', '.join(role.label.en for role in above)} of a unit above")
    return Text(f"Việc này dành cho: {'; '.join(vi)}.", f"This is for: {'; '.join(en)}.")


def may(verb: Verb, actor: Actor, facts: CaseFacts, path: tuple[UnitId, ...]) -> Verdict:
    """Whether the actor may do `verb`. `path` leads from the tenant's root unit down to the responsible unit."""
    if actor.kind is ActorKind.SYSTEM:
        return Allowed()
    if actor.kind is not ActorKind.STAFF:
        return Allowed() if verb in REPORTER_VERBS else Denied(STAFF_ONLY)
    permit = PERMITS.get(verb)
    if permit is None:
        return Denied(_REPORTERS_OWN)
    return Allowed() if any(_enough(permit, actor, facts, path)) else Denied(_who_may(permit))


def _enough(permit: Permit, actor: Actor, facts: CaseFacts, path: tuple[UnitId, ...]) -> Iterator[Membership]:
    """The memberships each of which is enough for the verb."""
    for held in actor.memberships:
        if (held.unit_id == facts.unit_id and held.role in permit.own) or (
            held.unit_id in path and held.role in permit.above
        ):
            yield held


def in_capacity(verb: Verb, actor: Actor, facts: CaseFacts, path: tuple[UnitId, ...]) -> Actor:
    """The officer as whoever does the verb: for oneself where the own roles are enough, else for a colleague."""
    permit = PERMITS.get(verb)
    if actor.kind is not ActorKind.STAFF or permit is None:
        return actor
    return identity_domain.in_capacity(actor, _enough(permit, actor, facts, path))
