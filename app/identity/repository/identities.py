"""Statements on officers' identities at the provider."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from app.db.engine import Database
from app.db.work import Work
from app.identity.models import StaffAccount, StaffIdentity, StaffSession
from app.kit.ids import TenantId


async def lock_identity(work: Work, tenant_id: TenantId, subject_key: bytes) -> StaffIdentity | None:
    """Whose account the person's is, or was until it ended, locked; None: nobody's."""
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
    """Whether somebody at the provider is the account's already, or was. One statement."""
    where = (StaffIdentity.tenant_id == tenant_id, StaffIdentity.account_id == account_id)
    return await work.session.scalar(select(StaffIdentity.subject_key).where(*where).limit(1)) is not None


async def add_identity(work: Work, identity: StaffIdentity) -> None:
    """Write it with the work."""
    work.session.add(identity)
    await work.session.flush()


async def list_identities(work: Work, tenant_id: TenantId, account_id: UUID) -> Sequence[StaffIdentity]:
    """The identities that open the account, oldest first. One statement."""
    where = (StaffIdentity.tenant_id == tenant_id, StaffIdentity.account_id == account_id)
    found = select(StaffIdentity).where(*where, StaffIdentity.ended_at.is_(None)).order_by(StaffIdentity.created_at)
    return (await work.session.scalars(found)).all()


async def end_identities(work: Work, tenant_id: TenantId, account_id: UUID) -> int:
    """Number of identities that open the account no more, nor do sessions that came of them. Two statements."""
    where = (StaffIdentity.tenant_id == tenant_id, StaffIdentity.account_id == account_id)
    ending = update(StaffIdentity).where(*where, StaffIdentity.ended_at.is_(None)).values(ended_at=work.now)
    ended = (await work.session.scalars(ending.returning(StaffIdentity.subject_key))).all()
    await work.session.execute(
        update(StaffSession)
        .where(
            StaffSession.tenant_id == tenant_id,
            StaffSession.account_id == account_id,
            StaffSession.assurance.is_not(None),
            StaffSession.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )
    return len(ended)


async def is_linked(db: Database, tenant_id: TenantId, account_id: UUID) -> bool:
    """Whether an identity opens the account now. One statement."""
    sql = "SELECT EXISTS (SELECT FROM staff_identities WHERE tenant_id = $1 AND account_id = $2 AND ended_at IS NULL)"
    return bool(await db.lane.fetchval(sql, tenant_id, account_id))
