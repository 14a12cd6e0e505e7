"""Statements on officers' identities at the provider."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.db.work import Work
from app.identity.models import StaffAccount, StaffIdentity
from app.kit.ids import TenantId


async def lock_identity(work: Work, tenant_id: TenantId, subject_key: bytes) -> StaffIdentity | None:
    """Whose account the person's is, locked; None: nobody's."""
    found: StaffIdentity | None = await work.session.scalar(
        select(StaffIdentity)
        .where(StaffIdentity.tenant_id == tenant_id, StaffIdentity.subject_key == subject_key)
        .with_for_update()
    )
    return found


async def lock_by_email(work: Work, tenant_id: TenantId, email: str) -> StaffAccount | None:
    """The active account with the address, locked; None without one."""
    found: StaffAccount | None = await work.session.scalar(
        select(StaffAccount)
        .where(StaffAccount.tenant_id == tenant_id, StaffAccount.email == email, StaffAccount.active)
        .with_for_update()
    )
    return found


async def has_identity(work: Work, tenant_id: TenantId, account_id: UUID) -> bool:
    """Whether somebody at the provider is the account's already. One statement."""
    where = (StaffIdentity.tenant_id == tenant_id, StaffIdentity.account_id == account_id)
    return await work.session.scalar(select(StaffIdentity.subject_key).where(*where).limit(1)) is not None


async def add_identity(work: Work, identity: StaffIdentity) -> None:
    """Write it with the work."""
    work.session.add(identity)
    await work.session.flush()
