"""Verbs on members: list them, let somebody in, give a role for a time, end it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.db.engine import Database
from app.db.work import ReadWork, Work, in_work
from app.directory.snapshot import Directory
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.errors import AccountNotFound, InvalidAccount, InvalidDeputy, UnknownDeputy, UnknownMembership
from app.identity.terms import (
    Actor,
    Deputy,
    HeldMembership,
    Member,
    NewLink,
    Role,
    WantedDeputy,
    WantedMember,
    WantedMembership,
)
from app.kit.clock import Clock
from app.kit.text import Text
from app.limits import service as limits
from app.limits.terms import Asking, Limited

from . import domain, policies
from .errors import LinkNotSent
from .senders import LinkPost
from .terms import HandOver, Invited, Reach, Seen

_NOT_THEIRS = Text(
    "Người này không giữ vai trò nào ở cơ quan này, trong phạm vi của bạn.",
    "They hold no role in this unit, within your reach.",
)


@dataclass(frozen=True, slots=True)
class Inviting:
    """What making a link for somebody needs. `base`: the address of this installation, where links lead."""

    db: Database
    clock: Clock
    keys: Keyring
    post: LinkPost
    directory: Directory
    base: str


def reach_of(actor: Actor, directory: Directory) -> Reach:
    """The units an administrator administers: those where he is one, with all below them. Raises: Forbidden."""
    policies.may_administer(actor).require()
    if actor.units(Role.TENANT_ADMIN):
        return Reach(None)
    return Reach(directory.subtree(actor.tenant_id, actor.units(Role.UNIT_ADMIN)))


def _seen(reach: Reach, member: Member) -> Seen:
    """The member with the memberships within the reach alone. Raises: AccountNotFound when there is none in it."""
    within = tuple(held for held in member.memberships if reach.holds(held.unit_id))
    if not within and reach.units is not None:
        raise AccountNotFound
    return Seen(replace(member, memberships=within), may_reset=bool(policies.may_reset(reach, member)))


async def list_members(
    work: ReadWork, actor: Actor, directory: Directory, *, unit: str | None, after: str, limit: int
) -> list[Seen]:
    """Up to `limit` members by user name, after a name: of the unit of that code with all below it, or all in reach.

    Raises: Forbidden, UnknownUnit.
    """
    reach = reach_of(actor, directory)
    units = reach.units
    if unit is not None:
        asked = directory.subtree(actor.tenant_id, [directory.unit_by_code(actor.tenant_id, unit).id])
        units = asked if units is None else asked & units
    found = await identity.list_accounts(work, actor.tenant_id, units, after=after, limit=limit)
    return [_seen(reach, member) for member in found]


async def get_member(work: Work, actor: Actor, directory: Directory, account_id: UUID) -> Seen:
    """The member. Raises: Forbidden; AccountNotFound, also for one out of reach."""
    reach = reach_of(actor, directory)
    return _seen(reach, await identity.get_account(work, actor.tenant_id, account_id))


async def give(work: Work, actor: Actor, directory: Directory, account_id: UUID, wanted: WantedMembership) -> Seen:
    """The member with one more role for a time.

    Whoever is known by id may be given a role by an administrator who reaches the unit.
    Raises: Forbidden, AccountNotFound, InvalidMembership, MembershipHeld.
    """
    reach = reach_of(actor, directory)
    _seen(reach, await identity.get_account(work, actor.tenant_id, account_id))
    policies.may_give(reach, wanted.role, wanted.unit_id).require()
    policies.may_give_to(actor, account_id).require()
    await identity.begin_membership(work, actor, account_id, wanted)
    return _seen(reach, await identity.get_account(work, actor.tenant_id, account_id))


async def change(
    work: Work, actor: Actor, directory: Directory, account_id: UUID, membership_id: UUID, *, until: datetime | None
) -> Seen:
    """The member, who holds the role until then; None: until somebody ends it.

    Raises: Forbidden, AccountNotFound, UnknownMembership, InvalidMembership, MembershipHeld.
    """
    reach, _ = await _held(work, actor, directory, account_id, membership_id)
    policies.may_give_to(actor, account_id).require()
    await identity.change_membership(work, actor, account_id, membership_id, until=until)
    return _seen(reach, await identity.get_account(work, actor.tenant_id, account_id))


async def end(work: Work, actor: Actor, directory: Directory, account_id: UUID, membership_id: UUID) -> None:
    """The member holds the role no more, at once. Raises: Forbidden, AccountNotFound, UnknownMembership."""
    await _held(work, actor, directory, account_id, membership_id)
    await identity.close_membership(work, actor, account_id, membership_id)


async def _held(
    work: Work, actor: Actor, directory: Directory, account_id: UUID, membership_id: UUID
) -> tuple[Reach, HeldMembership]:
    """A membership that the administrator may change."""
    reach = reach_of(actor, directory)
    member = _seen(reach, await identity.get_account(work, actor.tenant_id, account_id)).member
    found = next((held for held in member.memberships if held.id == membership_id), None)
    if found is None:
        raise UnknownMembership
    policies.may_give(reach, found.role, found.unit_id).require()
    return reach, found


async def list_deputies(work: Work, actor: Actor, directory: Directory, account_id: UUID) -> list[Deputy]:
    """Who stands in for the member, and for whom the member does, in units within the reach, now or later.

    Raises: Forbidden, AccountNotFound.
    """
    reach = reach_of(actor, directory)
    member = _seen(reach, await identity.get_account(work, actor.tenant_id, account_id)).member
    found = await identity.list_deputies_of(work, actor.tenant_id, member.id)
    return [one for one in found if reach.holds(one.unit_id)]


async def name_deputy(work: Work, actor: Actor, directory: Directory, account_id: UUID, wanted: WantedDeputy) -> Deputy:
    """Somebody of the unit has the member's roles there for that time, as if the member had named them.

    Only by who could give each of these roles, and never to whoever names. Raises: Forbidden, AccountNotFound,
    InvalidDeputy with a pointer, DeputyThere.
    """
    reach = reach_of(actor, directory)
    member = _seen(reach, await identity.get_account(work, actor.tenant_id, account_id)).member
    if not any(held.unit_id == wanted.unit_id for held in member.memberships):
        raise InvalidDeputy(errors=[{"pointer": "/unit", "detail": _NOT_THEIRS}])
    policies.may_lend(reach, member, wanted.unit_id).require()
    named = await identity.name_deputy_of(work, actor, member.id, wanted)
    policies.may_give_to(actor, named.deputy.id).require()
    return named


async def end_deputy(work: Work, actor: Actor, directory: Directory, account_id: UUID, deputy_id: UUID) -> None:
    """Nobody stands in for the member any more, at once. Raises: Forbidden, AccountNotFound, UnknownDeputy."""
    reach = reach_of(actor, directory)
    member = _seen(reach, await identity.get_account(work, actor.tenant_id, account_id)).member
    known = await identity.list_deputies_of(work, actor.tenant_id, member.id)
    found = next((one for one in known if one.id == deputy_id and reach.holds(one.unit_id)), None)
    if found is None:
        raise UnknownDeputy
    policies.may_lend(reach, member, found.unit_id).require()
    await identity.end_deputy_of(work, actor, member.id, deputy_id)


async def unlink(work: Work, actor: Actor, directory: Directory, account_id: UUID) -> None:
    """No identity opens the member's account any more, and sessions that came of one have ended.

    Raises: Forbidden, AccountNotFound, NoLinkedIdentity, LastAdministrator.
    """
    reach = reach_of(actor, directory)
    member = await identity.get_account(work, actor.tenant_id, account_id)
    _seen(reach, member)
    policies.may_unlink(actor, reach, member).require()
    await identity.unlink_identity(work, actor, member.id)


async def invite(inviting: Inviting, actor: Actor, wanted: WantedMember, by: HandOver) -> Invited:
    """A new member, who sets the own password by a link. Nothing is known to whoever invites but the link, if at all.

    Raises: Forbidden, LimitReached, InvalidAccount, InvalidMembership, UsernameTaken, EmailTaken, LinkNotSent.
    """
    reach = reach_of(actor, inviting.directory)
    policies.may_give(reach, wanted.membership.role, wanted.membership.unit_id).require()
    _can_be_mailed(wanted.email, by)

    async def verb(work: Work) -> tuple[Member, NewLink]:
        account_id = await identity.add_account(work, actor, wanted)
        link = await identity.new_invitation(work, actor, account_id)
        return await identity.get_account(work, actor.tenant_id, account_id), link

    return await _handed(inviting, actor, reach, by, verb)


async def renew_invitation(inviting: Inviting, actor: Actor, account_id: UUID, by: HandOver) -> Invited:
    """A new link for somebody who has not come in yet; the one before is worth nothing.

    Raises: Forbidden, LimitReached, AccountNotFound, AlreadyEntered, InvalidAccount, LinkNotSent.
    """
    reach = reach_of(actor, inviting.directory)

    async def verb(work: Work) -> tuple[Member, NewLink]:
        member = await _resettable(work, actor, reach, account_id, by)
        return member, await identity.new_invitation(work, actor, account_id)

    return await _handed(inviting, actor, reach, by, verb)


async def reset(inviting: Inviting, actor: Actor, account_id: UUID, by: HandOver, *, factor: bool) -> Invited:
    """A link by which a member sets another password; the old one is worth nothing, and all sessions have ended.

    `factor`: the second factor is gone, too. Raises: as `renew_invitation`, without AlreadyEntered.
    """
    reach = reach_of(actor, inviting.directory)
    if factor:
        policies.may_take_factor(reach).require()

    async def verb(work: Work) -> tuple[Member, NewLink]:
        await _resettable(work, actor, reach, account_id, by)
        link = await identity.new_reset(work, actor, account_id, factor=factor)
        return await identity.get_account(work, actor.tenant_id, account_id), link

    return await _handed(inviting, actor, reach, by, verb)


async def _resettable(work: Work, actor: Actor, reach: Reach, account_id: UUID, by: HandOver) -> Member:
    """The member, for whom the administrator may make a link. Raises: AccountNotFound, Forbidden, InvalidAccount."""
    member = await identity.get_account(work, actor.tenant_id, account_id)
    _seen(reach, member)
    policies.may_reset(reach, member).require()
    _can_be_mailed(member.email, by)
    return member


def _can_be_mailed(email: str | None, by: HandOver) -> None:
    if by is HandOver.MAIL and not (email or "").strip():
        detail = Text("Cần địa chỉ thư điện tử để gửi thư.", "An e-mail address is needed to send mail.")
        raise InvalidAccount(errors=[{"pointer": "/email", "detail": detail}])


async def _handed(
    inviting: Inviting,
    actor: Actor,
    reach: Reach,
    by: HandOver,
    verb: Callable[[Work], Awaitable[tuple[Member, NewLink]]],
) -> Invited:
    """The link on its way, or in the hands of whoever made it. No transaction is open while it is mailed."""
    now = inviting.clock.now()
    asking = Asking("", (str(actor.id),))
    judged = await limits.count(
        inviting.db, inviting.keys.limits, actor.tenant_id, Limited.INVITATIONS, asking, now=now
    )
    limits.require(judged, now)
    member, link = await in_work(inviting.db, inviting.clock, actor.tenant_id, verb)
    where, seen = domain.address(inviting.base, link), _seen(reach, member)
    if by is HandOver.HAND:
        return Invited(seen, link, where)
    tenant = inviting.directory.tenant(actor.tenant_id)
    subject, text = domain.letter(member, link, where, tenant.name, tenant.time_zone)
    if not await inviting.post.send(member.email or "", subject, text):
        await in_work(
            inviting.db,
            inviting.clock,
            actor.tenant_id,
            lambda work: identity.drop_link(work, actor.tenant_id, member.id),
        )
        raise LinkNotSent
    return Invited(seen, link, None)
