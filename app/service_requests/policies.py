"""Who may do what to a service request. Pure; invisible ones never get here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from app.identity import domain as identity_domain
from app.identity.policies import STAFF_ONLY, Allowed, Denied, Verdict
from app.identity.terms import Actor, ActorKind, Membership, Role
from app.kit.ids import UnitId
from app.kit.text import Text
from app.procedures.terms import StepRole

from .terms import APPLICANT_VERBS, BROUGHT_VERBS, RequestFacts, StepState, Verb


class Whose(Enum):
    """Whose unit a verb belongs to."""

    RECEIVER = "receiver"  # which took it in, and answers to the applicant for the whole
    AT_WORK = "at_work"  # any unit with an open step
    NAMED = "named"  # the unit of the step the verb names
    DECIDER = "decider"
    RETURNER = "returner"


@dataclass(frozen=True, slots=True)
class Permit:
    """Roles that may do a verb in the unit it belongs to, and in units above that."""

    whose: Whose
    own: frozenset[Role]
    above: frozenset[Role] = frozenset()


_O, _A, _D, _U = Role.OFFICER, Role.APPROVER, Role.DISPATCHER, Role.UNIT_ADMIN
_WORKERS, _SIGNERS = frozenset({_O, _A, _U}), frozenset({_A})

PERMITS: Mapping[Verb, Permit] = MappingProxyType(
    {
        Verb.ACCEPT: Permit(Whose.RECEIVER, _WORKERS),
        Verb.REFUSE: Permit(Whose.RECEIVER, _WORKERS),
        Verb.COMPLETE: Permit(Whose.NAMED, _WORKERS),
        Verb.SEND_BACK: Permit(Whose.NAMED, _WORKERS),
        Verb.ASSIGN: Permit(Whose.NAMED, _WORKERS, frozenset({_D, _U})),
        Verb.CONSULT: Permit(Whose.NAMED, _WORKERS),
        Verb.GIVE_OPINION: Permit(Whose.NAMED, _WORKERS),
        Verb.ASK_SUPPLEMENT: Permit(Whose.AT_WORK, _WORKERS),
        Verb.ASK_PAYMENT: Permit(Whose.AT_WORK, _WORKERS),
        # Not who may give money back: what leaves the till is looked at by a second pair of eyes.
        Verb.RECORD_PAYMENT: Permit(Whose.RECEIVER, frozenset({_O, _U})),
        Verb.TAKE_BACK_PAYMENT: Permit(Whose.AT_WORK, _WORKERS),
        # For an applicant who comes to the desk that took the papers in, or writes to it.
        **dict.fromkeys(BROUGHT_VERBS, Permit(Whose.RECEIVER, _WORKERS)),
        # Who is late could else stop his own clock: whoever answers for the unit decides about time.
        Verb.EXTEND: Permit(Whose.AT_WORK, _SIGNERS, _SIGNERS),
        Verb.STOP: Permit(Whose.AT_WORK, _SIGNERS, _SIGNERS),
        Verb.RESUME: Permit(Whose.AT_WORK, _SIGNERS, _SIGNERS),
        Verb.END: Permit(Whose.AT_WORK, _SIGNERS, _SIGNERS),
        Verb.AGREE_WITHDRAWAL: Permit(Whose.AT_WORK, _SIGNERS, _SIGNERS),
        Verb.DECLINE_WITHDRAWAL: Permit(Whose.AT_WORK, _SIGNERS, _SIGNERS),
        Verb.DECIDE: Permit(Whose.DECIDER, _WORKERS),
        Verb.REJECT_DECISION: Permit(Whose.DECIDER, _SIGNERS),
        Verb.SIGN: Permit(Whose.DECIDER, _SIGNERS),
        Verb.HAND_OVER: Permit(Whose.RETURNER, _WORKERS),
        Verb.NOTE: Permit(Whose.AT_WORK, _WORKERS | {_D}, _WORKERS | {_D}),
    }
)
_APPLICANTS_OWN = Text("Việc này dành cho người nộp hồ sơ.", "Only the applicant may do this.")


def _who_may(permit: Permit) -> Text:
    own = [role for role in Role if role in permit.own]
    above = [role for role in Role if role in permit.above]
    vi, en = ", ".join(role.label.vi for role in own), ", ".join(role.label.en for role in own)
    text = Text(f"Việc này dành cho {vi} của đơn vị phụ trách bước", f"This is for an {en} of the unit of the step")
    if above:
        text = Text(
            f"{text.vi}, hoặc {', '.join(role.label.vi for role in above)} của cấp trên",
            f"{text.en}, or an {', '.join(role.label.en for role in above)} of a unit above",
        )
    return Text(f"{text.vi}.", f"{text.en}.")


def units_of(whose: Whose, facts: RequestFacts, step: str | None) -> frozenset[UnitId]:
    """The units that a verb belongs to, as the request stands."""
    match whose:
        case Whose.RECEIVER:
            found = [facts.with_role(StepRole.RECEIVE)]
        case Whose.DECIDER:
            found = [facts.with_role(StepRole.DECIDE)]
        case Whose.RETURNER:
            found = [facts.with_role(StepRole.RETURN)]
        case Whose.NAMED:
            found = [facts.step(step)] if step is not None else []
        case Whose.AT_WORK:
            # Where it has ended, whoever had a part in it looks back.
            parts = facts.open_steps or tuple(one for one in facts.steps if one.state is StepState.DONE)
            found = [one for one in parts if not one.consultation]
    return frozenset(one.unit_id for one in found if one is not None)


def may(
    verb: Verb,
    actor: Actor,
    facts: RequestFacts,
    paths: Mapping[UnitId, tuple[UnitId, ...]],
    *,
    step: str | None = None,
) -> Verdict:
    """Whether the actor may do `verb`. `paths`: from the tenant's root unit down to each unit that has a part."""
    if actor.kind is ActorKind.SYSTEM:
        return Allowed()
    if actor.kind is not ActorKind.STAFF:
        return Allowed() if verb in APPLICANT_VERBS else Denied(STAFF_ONLY)
    permit = PERMITS.get(verb)
    if permit is None:
        return Denied(_APPLICANTS_OWN)
    return Allowed() if any(_enough(permit, actor, facts, paths, step)) else Denied(_who_may(permit))


def _enough(
    permit: Permit,
    actor: Actor,
    facts: RequestFacts,
    paths: Mapping[UnitId, tuple[UnitId, ...]],
    step: str | None,
) -> Iterator[Membership]:
    """The memberships each of which is enough for the verb."""
    units = units_of(permit.whose, facts, step)
    above = {unit for one in units for unit in paths[one]}
    for held in actor.memberships:
        if (held.unit_id in units and held.role in permit.own) or (held.unit_id in above and held.role in permit.above):
            yield held


def in_capacity(
    verb: Verb,
    actor: Actor,
    facts: RequestFacts,
    paths: Mapping[UnitId, tuple[UnitId, ...]],
    *,
    step: str | None = None,
) -> Actor:
    """The officer as whoever does the verb: for oneself where the own roles are enough, else for a colleague."""
    permit = PERMITS.get(verb)
    if actor.kind is not ActorKind.STAFF or permit is None:
        return actor
    return identity_domain.in_capacity(actor, _enough(permit, actor, facts, paths, step))


_AT_A_DESK = Text(
    "Việc này dành cho cán bộ tiếp nhận hồ sơ của một cơ quan.", "This is for officers who take service requests in."
)


def may_take_in(actor: Actor) -> Verdict:
    """Whether the actor may file for somebody at a desk: any officer at work."""
    return Allowed() if actor.units(*_WORKERS) else Denied(_AT_A_DESK)
