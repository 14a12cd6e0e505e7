"""Statements on second factors and on an officer's own sessions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from app.db.engine import Database
from app.db.work import Work
from app.identity.models import PasswordLink, RecoveryCode, SignInAttempts, StaffFactor, StaffSession
from app.kit.ids import StaffId, TenantId

_USE_STEP = """
UPDATE staff_factors SET last_step = $3 WHERE tenant_id = $1 AND account_id = $2 AND last_step < $3
 AND confirmed_at IS NOT NULL RETURNING last_step
"""
_USE_CODE = "DELETE FROM recovery_codes WHERE tenant_id = $1 AND account_id = $2 AND code_hash = $3 RETURNING code_hash"


async def use_step(db: Database, tenant_id: TenantId, account_id: StaffId, step: int) -> bool:
    """Whether the step had not been used: of two at once, one has it. One statement."""
    return await db.lane.fetchval(_USE_STEP, tenant_id, account_id, step) is not None


async def use_recovery_code(db: Database, tenant_id: TenantId, account_id: StaffId, code_hash: bytes) -> bool:
    """Whether there was such a code; it is gone. One statement."""
    return await db.lane.fetchval(_USE_CODE, tenant_id, account_id, code_hash) is not None


async def lock_factor(work: Work, tenant_id: TenantId, account_id: StaffId) -> StaffFactor | None:
    """The account's factor, confirmed or not, locked; None without one."""
    where = select(StaffFactor).where(StaffFactor.tenant_id == tenant_id, StaffFactor.account_id == account_id)
    found: StaffFactor | None = await work.session.scalar(where.with_for_update())
    return found


def add_factor(work: Work, factor: StaffFactor) -> None:
    """Write a factor with the work."""
    work.session.add(factor)


async def remove_factor(work: Work, tenant_id: TenantId, account_id: StaffId) -> bool:
    """Whether there was one; it is gone, and its recovery codes. Two statements."""
    gone = delete(StaffFactor).where(StaffFactor.tenant_id == tenant_id, StaffFactor.account_id == account_id)
    found = await work.session.scalar(gone.returning(StaffFactor.account_id)) is not None
    await work.session.execute(
        delete(RecoveryCode).where(RecoveryCode.tenant_id == tenant_id, RecoveryCode.account_id == account_id)
    )
    return found


async def replace_recovery_codes(
    work: Work, tenant_id: TenantId, account_id: StaffId, hashes: Collection[bytes]
) -> None:
    """These are the account's codes from now on, and no others."""
    await work.session.execute(
        delete(RecoveryCode).where(RecoveryCode.tenant_id == tenant_id, RecoveryCode.account_id == account_id)
    )
    for code_hash in hashes:
        row = {"tenant_id": tenant_id, "account_id": account_id, "code_hash": code_hash, "created_at": work.now}
        work.put(RecoveryCode.__table__, row)  # type: ignore[arg-type]


async def count_recovery_codes(work: Work, tenant_id: TenantId, account_id: StaffId) -> int:
    """How many codes are left. One statement."""
    where = (RecoveryCode.tenant_id == tenant_id, RecoveryCode.account_id == account_id)
    return len((await work.session.scalars(select(RecoveryCode.code_hash).where(*where))).all())


async def find_factor(work: Work, tenant_id: TenantId, account_id: StaffId) -> StaffFactor | None:
    """The account's factor, confirmed or not; None without one. One statement."""
    found: StaffFactor | None = await work.session.scalar(
        select(StaffFactor).where(StaffFactor.tenant_id == tenant_id, StaffFactor.account_id == account_id)
    )
    return found


async def list_sessions(work: Work, tenant_id: TenantId, account_id: StaffId, now: datetime) -> Sequence[StaffSession]:
    """The account's sessions that are good at `now`, the newest first (index ix_staff_sessions_account)."""
    found = await work.session.scalars(
        select(StaffSession)
        .where(
            StaffSession.tenant_id == tenant_id,
            StaffSession.account_id == account_id,
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > now,
        )
        .order_by(StaffSession.created_at.desc(), StaffSession.token_hash)
    )
    return found.all()


async def end_sessions(
    work: Work, tenant_id: TenantId, account_id: StaffId, *, only: bytes | None = None, but: bytes | None = None
) -> int:
    """Number of the account's sessions that ended now: the one, or all but one. One statement."""
    where = [
        StaffSession.tenant_id == tenant_id,
        StaffSession.account_id == account_id,
        StaffSession.revoked_at.is_(None),
    ]
    if only is not None:
        where.append(StaffSession.token_hash == only)
    if but is not None:
        where.append(StaffSession.token_hash != but)
    ended = await work.session.scalars(
        update(StaffSession).where(*where).values(revoked_at=work.now).returning(StaffSession.token_hash)
    )
    return len(ended.all())


async def prune(work: Work, tenant_id: TenantId, *, attempts_before: datetime, sessions_before: datetime) -> None:
    """Delete counts of wrong passwords, ended sessions and unused links older than the instants."""
    await work.session.execute(
        delete(PasswordLink).where(PasswordLink.tenant_id == tenant_id, PasswordLink.expires_at < sessions_before)
    )
    await work.session.execute(
        delete(SignInAttempts).where(SignInAttempts.tenant_id == tenant_id, SignInAttempts.last_at < attempts_before)
    )
    await work.session.execute(
        delete(StaffSession).where(StaffSession.tenant_id == tenant_id, StaffSession.expires_at < sessions_before)
    )
