"""Accounts of officers and what they are members of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from app.audit import service as audit_service
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity import domain, repository
from app.identity.errors import AccountLocked, InvalidAccount, WrongPassword
from app.identity.repository import factors, members
from app.identity.terms import Actor, Membership, SignedIn, StaffAccountView, StaffToken, system_actor
from app.kit.clock import Clock
from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.text import Text

from .passwords import Passwords

_SAME = Text("Mật khẩu mới cần khác mật khẩu hiện tại.", "The new password must be another one.")


async def create_staff(
    work: Work,
    passwords: Passwords,
    tenant_id: TenantId,
    *,
    username: str,
    name: str,
    password: str | None,
    memberships: Sequence[Membership] = (),
) -> StaffId:
    """A new active account; without a password it cannot sign in yet. Raises: InvalidAccount, UsernameTaken."""
    known = domain.checked_username(username)
    called = domain.checked_name(name)
    digest = await passwords.hash(domain.checked_password(known, password)) if password is not None else None
    _operated(work, tenant_id, Action.ACCOUNT_CREATED, known)
    return await repository.add_staff(
        work, tenant_id, username=known, name=called, password_hash=digest, memberships=memberships
    )


def _operated(work: Work, tenant_id: TenantId, action: Action, username: str, **details: object) -> None:
    """Into the trail: what the installation's operator did, by a command."""
    audit_service.record(work, system_actor(tenant_id), action, subject=username, details=details)


async def set_password(work: Work, passwords: Passwords, tenant_id: TenantId, *, username: str, password: str) -> None:
    """A new password; all sessions end and wrong passwords are forgotten. Raises: AccountNotFound, InvalidAccount."""
    known = domain.known_username(username)
    digest = await passwords.hash(domain.checked_password(known or "", password))
    account = await repository.lock_staff(work, tenant_id, known)
    account.password_hash = digest
    await members.drop_link(work, tenant_id, account.id)
    _operated(work, tenant_id, Action.PASSWORD_SET, account.username)
    await repository.revoke_sessions(work, tenant_id, account.id)
    await repository.forgive(work, tenant_id, domain.attempts_key(username))


async def _tried(db: Database, clock: Clock, tenant_id: TenantId, username: str) -> Record:
    """The account with its hash; this is one try to know its password. Raises: AccountLocked."""
    now = clock.now()
    row = await repository.try_sign_in(
        db,
        tenant_id,
        username,
        name_hash=domain.attempts_key(username),
        locks=domain.locks(now),
        forget_before=now - domain.FORGET_ATTEMPTS_AFTER,
        now=now,
    )
    if row["failures"] is None:
        raise AccountLocked(domain.lock_seconds(row["locked_until"], now))
    return row


async def prove_password(db: Database, clock: Clock, passwords: Passwords, signed_in: SignedIn, password: str) -> None:
    """Whoever sits at the session knows the account's password: a session left open is not enough for what follows.

    An account without a password, which signs in at a provider, has none to prove. A wrong one counts as one at signing
    in does; a right one forgives those before. Raises: WrongPassword, AccountLocked, SignInBusy.
    """
    tenant_id, username = signed_in.actor.tenant_id, signed_in.username or ""
    row = await _tried(db, clock, tenant_id, username)
    if row["password_hash"] is not None and not await passwords.check(row["password_hash"], password):
        raise WrongPassword
    name_hash = domain.attempts_key(username)
    await in_work(db, clock, tenant_id, lambda work: repository.forgive(work, tenant_id, name_hash))


async def change_password(
    db: Database, clock: Clock, passwords: Passwords, signed_in: SignedIn, *, current: str, password: str
) -> None:
    """The officer's own password is another one; sessions elsewhere end, and links are worth nothing.

    A wrong present password counts as one at signing in does, so that a session left open does not help to guess it.
    No transaction is open while passwords are checked.
    Raises: WrongPassword, AccountLocked, InvalidAccount, SignInBusy.
    """
    actor, username = signed_in.actor, signed_in.username or ""
    assert isinstance(signed_in.token, StaffToken)
    wanted, name_hash, keep = (
        domain.checked_password(username, password),
        domain.attempts_key(username),
        signed_in.token,
    )
    row = await _tried(db, clock, actor.tenant_id, username)
    if not await passwords.check(row["password_hash"], current):
        raise WrongPassword
    if domain.same_password(current, wanted):
        raise InvalidAccount(errors=[{"pointer": "/password", "detail": _SAME}])
    digest = await passwords.hash(wanted)

    async def change(work: Work) -> None:
        account = await repository.lock_staff(work, actor.tenant_id, username)
        if account.password_hash != row["password_hash"]:  # set by somebody else meanwhile
            raise WrongPassword
        account.password_hash = digest
        account_id = StaffId(account.id)
        await factors.end_sessions(work, actor.tenant_id, account_id, but=keep.hash)
        await members.drop_link(work, actor.tenant_id, account_id)
        await repository.forgive(work, actor.tenant_id, name_hash)
        audit_service.record(work, actor, Action.PASSWORD_SET, subject=username, details={"by": "self"})

    await in_work(db, clock, actor.tenant_id, change)


async def reset_factor(work: Work, tenant_id: TenantId, *, username: str) -> bool:
    """Whether there was a second factor: it is gone, and all sessions end. Raises: AccountNotFound."""
    account = await repository.lock_staff(work, tenant_id, domain.known_username(username))
    had = await factors.remove_factor(work, tenant_id, StaffId(account.id))
    if had:
        _operated(work, tenant_id, Action.FACTOR_REMOVED, account.username)
        await repository.revoke_sessions(work, tenant_id, account.id)
    return had


async def set_active(work: Work, tenant_id: TenantId, *, username: str, active: bool) -> None:
    """Let the account sign in, or end all its sessions and let it no more. Raises: AccountNotFound."""
    account = await repository.lock_staff(work, tenant_id, domain.known_username(username))
    account.active = active
    _operated(work, tenant_id, Action.ACCOUNT_CHANGED, account.username, active=active)
    if not active:
        await members.drop_link(work, tenant_id, account.id)
        await repository.revoke_sessions(work, tenant_id, account.id)


async def grant(work: Work, tenant_id: TenantId, *, username: str, membership: Membership) -> None:
    """The account holds the role in the unit from now on; nothing changes if it does. Raises: AccountNotFound."""
    account = await repository.lock_staff(work, tenant_id, domain.known_username(username))
    held = await repository.list_staff(work, tenant_id, account.username)
    if membership not in held[0].memberships:
        await repository.add_membership(work, tenant_id, StaffId(account.id), membership)
        held_now = {"role": membership.role.value, "unit": str(membership.unit_id)}
        _operated(work, tenant_id, Action.MEMBERSHIP_BEGUN, account.username, **held_now)


async def end_membership(work: Work, tenant_id: TenantId, *, username: str, membership: Membership) -> None:
    """The account holds the role in the unit no more. Raises: AccountNotFound."""
    account = await repository.lock_staff(work, tenant_id, domain.known_username(username))
    await members.end_held(work, tenant_id, account.id, membership.unit_id, membership.role.value)
    ended = {"role": membership.role.value, "unit": str(membership.unit_id)}
    _operated(work, tenant_id, Action.MEMBERSHIP_ENDED, account.username, **ended)


async def list_staff(work: Work, tenant_id: TenantId) -> list[StaffAccountView]:
    """Accounts of the tenant by user name, inactive ones too."""
    return await repository.list_staff(work, tenant_id)


async def members_of(db: Database, tenant_id: TenantId, unit_id: UnitId, *, now: datetime) -> list[tuple[str, str]]:
    """User name and name of those who hold any role in the unit itself, by name. One statement."""
    rows = await repository.list_members(db, tenant_id, unit_id, now)
    return [(row["username"], row["name"]) for row in rows]


async def colleagues_of(db: Database, actor: Actor, *, now: datetime) -> list[tuple[StaffId, str, str]]:
    """Id, user name and name of those who hold any role in the actor's own units, by name. One statement."""
    return await members.list_colleagues(db, actor.tenant_id, actor.units(), now)


async def names_of(work: Work, tenant_id: TenantId, accounts: Collection[UUID]) -> dict[UUID, str]:
    """What people call the officers of these accounts. One statement, none for none."""
    return await members.list_names(work, tenant_id, accounts) if accounts else {}


async def find_staff(work: Work, tenant_id: TenantId, *, username: str) -> StaffAccountView | None:
    """The account of the name, None when there is none."""
    known = domain.known_username(username)
    found = await repository.list_staff(work, tenant_id, known) if known else []
    return found[0] if found else None
