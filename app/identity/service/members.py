"""Members as administrators handle them: accounts by invitation, memberships with their dates, links for passwords.

Who may do so is for the rooms above to say: they know which unit stands below which.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import ReadWork, Work, in_work, read_work
from app.identity import domain, repository
from app.identity.errors import AlreadyEntered, LastAdministrator, LinkRefused
from app.identity.models import PasswordLink, StaffAccount, StaffMembership
from app.identity.repository import factors, members
from app.identity.terms import (
    Actor,
    ActorKind,
    HeldMembership,
    LinkPurpose,
    Member,
    NewLink,
    OpenLink,
    Role,
    WantedMember,
    WantedMembership,
)
from app.kit.clock import Clock, rfc3339
from app.kit.ids import StaffId, TenantId, UnitId, uuid7
from app.kit.signing import token_hash

from .passwords import Passwords


async def list_accounts(
    work: ReadWork, tenant_id: TenantId, units: Collection[UnitId] | None, *, after: str, limit: int
) -> list[Member]:
    """Up to `limit` accounts by user name, after a name: of members of `units`, or all with None."""
    return await members.list_members(work, tenant_id, units, after=after, limit=limit)


async def are_apart(work: Work, tenant_id: TenantId, one: StaffId, other: StaffId, *, since: datetime) -> bool:
    """Whether two officers are two where two have to agree. One statement.

    They are not while one stands in for the other, now or at that instant, nor where one let the other in: whoever made
    a link could have come in by it.
    """
    return await members.are_apart(work, tenant_id, one, other, since=since)


async def list_staffed_units(work: ReadWork, tenant_id: TenantId) -> list[UnitId]:
    """Units that have an active member now, in no order. One statement."""
    return await members.list_staffed_units(work, tenant_id)


async def get_account(work: Work, tenant_id: TenantId, account_id: UUID) -> Member:
    """The account. Raises: AccountNotFound."""
    return await members.get_member(work, tenant_id, account_id)


async def add_account(work: Work, actor: Actor, wanted: WantedMember) -> StaffId:
    """A new account without a password, with its first membership.

    Raises: InvalidAccount, InvalidMembership, UsernameTaken, EmailTaken.
    """
    account = StaffAccount(
        tenant_id=actor.tenant_id,
        id=uuid7(work.now),
        username=domain.checked_username(wanted.username),
        name=domain.checked_name(wanted.name),
        email=domain.checked_email(wanted.email),
        password_hash=None,
        active=True,
        created_at=work.now,
    )
    await members.add_account(work, account)
    audit.record(work, actor, Action.ACCOUNT_CREATED, subject=account.username)
    await _begin(work, actor, account, wanted.membership, (), pointer="/membership")
    return StaffId(account.id)


async def begin_membership(work: Work, actor: Actor, account_id: UUID, wanted: WantedMembership) -> None:
    """The account holds the role in the unit for that time.

    Raises: AccountNotFound, InvalidMembership, MembershipHeld.
    """
    account = await members.lock_account(work, actor.tenant_id, account_id)
    held = (await members.get_member(work, actor.tenant_id, account_id)).memberships
    await _begin(work, actor, account, wanted, held)


async def _begin(
    work: Work,
    actor: Actor,
    account: StaffAccount,
    wanted: WantedMembership,
    held: Collection[HeldMembership],
    *,
    pointer: str = "",
) -> None:
    begins, ends = domain.checked_period(wanted, work.now, pointer=pointer)
    domain.check_apart(held, wanted, begins, ends)
    row = StaffMembership(
        tenant_id=actor.tenant_id,
        id=uuid7(work.now),
        account_id=account.id,
        unit_id=wanted.unit_id,
        role=wanted.role.value,
        valid_from=begins,
        valid_to=ends,
    )
    await members.add_membership(work, row)
    _note(work, actor, Action.MEMBERSHIP_BEGUN, account, row)


async def change_membership(
    work: Work, actor: Actor, account_id: UUID, membership_id: UUID, *, until: datetime | None
) -> None:
    """The membership is held until then; None: until somebody ends it. At once, in every process.

    Raises: AccountNotFound, UnknownMembership, InvalidMembership, LastAdministrator.
    """
    account = await members.lock_account(work, actor.tenant_id, account_id)
    row = await members.lock_membership(work, actor.tenant_id, account_id, membership_id)
    if until is not None:
        await keep_an_administrator(work, actor.tenant_id, membership=row)
    wanted = WantedMembership(UnitId(row.unit_id), Role(row.role), max(row.valid_from, work.now), until)
    _, row.valid_to = domain.checked_period(wanted, work.now)
    held = (await members.get_member(work, actor.tenant_id, account_id)).memberships
    domain.check_apart([one for one in held if one.id != row.id], wanted, row.valid_from, until)
    _note(work, actor, Action.MEMBERSHIP_CHANGED, account, row)


async def close_membership(work: Work, actor: Actor, account_id: UUID, membership_id: UUID) -> None:
    """The membership has ended; one that has not begun never does.

    Raises: AccountNotFound, UnknownMembership, LastAdministrator.
    """
    account = await members.lock_account(work, actor.tenant_id, account_id)
    row = await members.lock_membership(work, actor.tenant_id, account_id, membership_id)
    await keep_an_administrator(work, actor.tenant_id, membership=row)
    row.valid_to = max(row.valid_from, work.now)
    _note(work, actor, Action.MEMBERSHIP_ENDED, account, row)


async def keep_an_administrator(
    work: Work, tenant_id: TenantId, *, membership: StaffMembership | None = None, account: StaffAccount | None = None
) -> None:
    """Somebody administers the province and can come in, also without the membership, or all that the account has.

    Raises: LastAdministrator.
    """
    if membership is not None and membership.role != Role.TENANT_ADMIN.value:
        return
    known = await members.lock_administrations(work, tenant_id)
    gone = {one for one, held_by in known.items() if account is not None and held_by == account.id}
    gone |= {one for one in known if membership is not None and one == membership.id}
    left = {held_by for one, held_by in known.items() if one not in gone}
    if gone and not await members.can_come_in(work, tenant_id, left):
        raise LastAdministrator


def _note(work: Work, actor: Actor, action: Action, account: StaffAccount, row: StaffMembership) -> None:
    """Into the trail: which role, from when until when."""
    details = {
        "role": row.role,
        "from": rfc3339(row.valid_from),
        "until": rfc3339(row.valid_to) if row.valid_to is not None else None,
    }
    audit.record(work, actor, action, subject=account.username, unit_id=row.unit_id, details=details)


async def new_invitation(work: Work, actor: Actor, account_id: UUID) -> NewLink:
    """A link by which the invited person sets a password; one that was made before is worth nothing.

    Raises: AccountNotFound, AlreadyEntered.
    """
    account = await members.lock_account(work, actor.tenant_id, account_id)
    if account.password_hash is not None or not account.active:
        raise AlreadyEntered
    audit.record(work, actor, Action.ACCOUNT_INVITED, subject=account.username)
    return await _new_link(work, actor, account, LinkPurpose.INVITATION)


async def _new_link(work: Work, actor: Actor, account: StaffAccount, purpose: LinkPurpose) -> NewLink:
    link = NewLink(purpose, domain.new_link(actor.tenant_id), work.now + domain.LINK_LIFETIMES[purpose])
    row = PasswordLink(
        tenant_id=actor.tenant_id,
        account_id=account.id,
        link_hash=token_hash(link.token),
        purpose=purpose.value,
        created_at=work.now,
        created_by=actor.staff_id,
        expires_at=link.until,
    )
    await members.put_link(work, row)
    account.let_in_by = actor.staff_id
    return link


async def new_reset(work: Work, actor: Actor, account_id: UUID, *, factor: bool) -> NewLink:
    """A link by which the person sets another password: the old one is worth nothing, all sessions have ended.

    `factor`: the second factor is gone, too, as after the loss of a phone. Raises: AccountNotFound,
    LastAdministrator.
    """
    account = await members.lock_account(work, actor.tenant_id, account_id)
    await keep_an_administrator(work, actor.tenant_id, account=account)
    account.password_hash = None
    await repository.revoke_sessions(work, actor.tenant_id, account.id)
    await repository.forgive(work, actor.tenant_id, domain.attempts_key(account.username))
    audit.record(work, actor, Action.PASSWORD_RESET, subject=account.username)
    if factor and await factors.remove_factor(work, actor.tenant_id, StaffId(account.id)):
        audit.record(work, actor, Action.FACTOR_REMOVED, subject=account.username)
    return await _new_link(work, actor, account, LinkPurpose.RESET)


async def drop_link(work: Work, tenant_id: TenantId, account_id: UUID) -> None:
    """A link that reached nobody is worth nothing."""
    await members.drop_link(work, tenant_id, account_id)


async def open_link(
    db: Database, clock: Clock, text: str, *, host_tenant: TenantId | None = None
) -> tuple[TenantId, OpenLink]:
    """Whose link it is, and of which tenant; nothing is used. One statement. Raises: LinkRefused."""
    tenant_id, link_hash = _read(text, host_tenant)
    async with read_work(db, clock, tenant_id) as work:
        return tenant_id, await members.find_link(work, tenant_id, link_hash, work.now)


def _read(text: str, host_tenant: TenantId | None) -> tuple[TenantId, bytes]:
    found = domain.parse_link(text)
    if found is None or host_tenant not in {None, found[0]}:
        raise LinkRefused
    return found


async def use_link(
    db: Database, clock: Clock, passwords: Passwords, text: str, password: str, *, host_tenant: TenantId | None = None
) -> OpenLink:
    """The account has this password from now on: the link is used up, and sessions of before end. Nobody is signed in:
    a link is no second factor.

    No transaction is open while the password is hashed. Raises: LinkRefused, InvalidAccount, SignInBusy.
    """
    tenant_id, link = await open_link(db, clock, text, host_tenant=host_tenant)
    digest = await passwords.hash(domain.checked_password(link.username, password))

    async def enter(work: Work) -> None:
        account = await members.lock_account(work, tenant_id, link.account_id)  # first, as whoever makes links does
        await members.use_link(work, tenant_id, token_hash(text))
        account.password_hash = digest
        await repository.revoke_sessions(work, tenant_id, account.id)
        await repository.forgive(work, tenant_id, domain.attempts_key(account.username))
        themself = Actor(ActorKind.STAFF, tenant_id, account.id, account.name)
        details = {"by": link.purpose.value}
        audit.record(work, themself, Action.PASSWORD_SET, subject=account.username, details=details)

    await in_work(db, clock, tenant_id, enter)
    return link
