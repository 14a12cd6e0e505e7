"""Every statement on codes and phones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import CitizenId
from app.oidc.terms import Assurance

from .models import IdentityAccount, PhoneAccount, PhoneCode

# A code that was made a moment ago stays: whoever taps twice gets one message.
_PUT = """
    INSERT INTO phone_codes AS c (phone_key, code_hash, expires_at, tries) VALUES ($1, $2, $3, 0)
    ON CONFLICT (phone_key) DO UPDATE SET code_hash = $2, expires_at = $3, tries = 0 WHERE c.expires_at <= $4
    RETURNING true
"""
_TRY = """
    UPDATE phone_codes SET tries = tries + 1 WHERE phone_key = $1 AND expires_at > $2 AND tries < $3
    RETURNING code_hash
"""
_FORGET = """
    WITH gone AS (
        DELETE FROM phone_codes WHERE phone_key IN (
            SELECT phone_key FROM phone_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
"""


async def put_code(
    db: Database, phone_key: bytes, code_hash: bytes, expires_at: datetime, *, unless_expires_after: datetime
) -> bool:
    """Whether the code is the phone's now: not when it has one that is good for longer than that. One statement."""
    return await db.lane.fetchval(_PUT, phone_key, code_hash, expires_at, unless_expires_after) is True


async def has_code(db: Database, phone_key: bytes, *, expires_after: datetime) -> bool:
    """Whether the phone has a code that is good for longer than that. One statement."""
    sql = "SELECT EXISTS (SELECT FROM phone_codes WHERE phone_key = $1 AND expires_at > $2)"
    return bool(await db.lane.fetchval(sql, phone_key, expires_after))


async def withdraw_code(db: Database, phone_key: bytes, code_hash: bytes) -> None:
    """The code is good no more: nobody was sent it. One statement."""
    await db.lane.fetch("DELETE FROM phone_codes WHERE phone_key = $1 AND code_hash = $2", phone_key, code_hash)


async def try_code(db: Database, phone_key: bytes, now: datetime, tries: int) -> bytes | None:
    """The hash of the phone's code, one try of which is used up; None when it has none. One statement."""
    found: bytes | None = await db.lane.fetchval(_TRY, phone_key, now, tries)
    return found


async def use_code(work: Work, phone_key: bytes, code_hash: bytes) -> bool:
    """Whether the code was still there; it is used up now: of two at once, one has it."""
    gone = delete(PhoneCode).where(PhoneCode.phone_key == phone_key, PhoneCode.code_hash == code_hash)
    return await work.session.scalar(gone.returning(PhoneCode.phone_key)) is not None


async def account_of(work: Work, phone_key: bytes) -> CitizenId | None:
    """Whose account the phone proves, None when nobody's yet."""
    found: UUID | None = await work.session.scalar(
        select(PhoneAccount.citizen_id).where(PhoneAccount.phone_key == phone_key)
    )
    return CitizenId(found) if found else None


async def is_proven(work: Work, citizen_id: CitizenId) -> bool:
    """Whether a phone or an identity proves the account."""
    phones = select(PhoneAccount.citizen_id).where(PhoneAccount.citizen_id == citizen_id)
    identities = select(IdentityAccount.citizen_id).where(IdentityAccount.citizen_id == citizen_id)
    return await work.session.scalar(select(or_(phones.exists(), identities.exists()))) is True


async def find_sealed(work: Work, citizen_id: CitizenId) -> PhoneAccount | None:
    """The citizen's phone, sealed for its key; None when there is none."""
    where = select(PhoneAccount).where(PhoneAccount.citizen_id == citizen_id).limit(1)
    found: PhoneAccount | None = await work.session.scalar(where)
    return found


async def with_phones(work: Work, citizens: Collection[CitizenId]) -> set[CitizenId]:
    """Those of the accounts that a phone proves."""
    rows = await work.session.scalars(select(PhoneAccount.citizen_id).where(PhoneAccount.citizen_id.in_(citizens)))
    return {CitizenId(one) for one in rows}


async def remove_proofs(work: Work, citizen_id: CitizenId) -> list[bytes]:
    """Nothing proves the account any more; the keys of what did. Two statements."""
    phones = delete(PhoneAccount).where(PhoneAccount.citizen_id == citizen_id).returning(PhoneAccount.phone_key)
    subjects = delete(IdentityAccount).where(IdentityAccount.citizen_id == citizen_id)
    gone = [*await work.session.scalars(phones)]
    return [*gone, *await work.session.scalars(subjects.returning(IdentityAccount.subject_key))]


async def see_identity(work: Work, subject_key: bytes, assurance: Assurance) -> CitizenId | None:
    """Whose account the identity proves, None when nobody's yet; how well it is known is from today."""
    seen = update(IdentityAccount).where(IdentityAccount.subject_key == subject_key)
    values = seen.values(assurance=assurance, verified_at=work.now)
    found: UUID | None = await work.session.scalar(values.returning(IdentityAccount.citizen_id))
    return CitizenId(found) if found else None


async def add_identity(
    work: Work, subject_key: bytes, citizen_id: CitizenId, issuer: str, assurance: Assurance
) -> CitizenId:
    """Whose account the identity proves from now on: the citizen's, unless another was faster."""
    values = {
        "subject_key": subject_key,
        "citizen_id": citizen_id,
        "issuer": issuer,
        "assurance": assurance,
        "verified_at": work.now,
    }
    added = insert(IdentityAccount).values(values).on_conflict_do_nothing().returning(IdentityAccount.citizen_id)
    if await work.session.scalar(added) is not None:
        return citizen_id
    found = await see_identity(work, subject_key, assurance)
    assert found is not None
    return found


async def list_identities(work: Work, citizen_id: CitizenId) -> Sequence[IdentityAccount]:
    """The identities that prove the account, the one used last first."""
    where = select(IdentityAccount).where(IdentityAccount.citizen_id == citizen_id)
    return (await work.session.scalars(where.order_by(IdentityAccount.verified_at.desc()))).all()


async def add_phone(work: Work, phone_key: bytes, citizen_id: CitizenId, sealed: bytes) -> CitizenId:
    """Whose account the phone proves from now on: the citizen's, unless another was faster."""
    values = {"phone_key": phone_key, "citizen_id": citizen_id, "sealed": sealed, "verified_at": work.now}
    added = insert(PhoneAccount).values(values).on_conflict_do_nothing().returning(PhoneAccount.citizen_id)
    if await work.session.scalar(added) is not None:
        return citizen_id
    found = await account_of(work, phone_key)
    assert found is not None
    return found


async def forget(db: Database, now: datetime, limit: int) -> int:
    """Number of codes that are worth nothing any more and were deleted now. One statement."""
    return int(await db.lane.fetchval(_FORGET, now, limit))
