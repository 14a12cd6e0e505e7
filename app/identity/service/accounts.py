"""Accounts of officers and what they are members of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.audit import service as audit_service
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import Work
from app.identity import domain, repository
from app.identity.repository import factors, members
from app.identity.terms import Membership, StaffAccountView, system_actor
from app.kit.ids import StaffId, TenantId, UnitId

from .passwords import Passwords


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
    _operated(work, tenant_id, Action.PASSWORD_SET, account.username)
    await repository.revoke_sessions(work, tenant_id, account.id)
    await repository.forgive(work, tenant_id, domain.attempts_key(username))


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


async def find_staff(work: Work, tenant_id: TenantId, *, username: str) -> StaffAccountView | None:
    """The account of the name, None when there is none."""
    known = domain.known_username(username)
    found = await repository.list_staff(work, tenant_id, known) if known else []
    return found[0] if found else None
