"""The second factor of officers, and where an officer is signed in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from app.audit import service as audit
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import Work
from app.identity import domain, repository
from app.identity.domain import Keyring
from app.identity.errors import (
    AccountLocked,
    FactorThere,
    NoFactor,
    SecondFactorRefused,
    UnknownStaffSession,
    WrongFactorCode,
    WrongSecondFactor,
)
from app.identity.models import StaffFactor
from app.identity.repository import factors, identities
from app.identity.terms import Actor, FactorStanding, NewFactor, NewToken, Role, StaffSessionView, StaffToken
from app.kit import signing
from app.kit.ids import StaffId, TenantId

from .sessions import opened_session

ISSUER = "Liên Thông"


def _bound_to(tenant_id: TenantId, account_id: StaffId) -> bytes:
    return f"{tenant_id}:{account_id}".encode()


async def second_step(
    db: Database,
    keys: Keyring,
    *,
    handle: str,
    code: str,
    user_agent: str,
    lifetime: timedelta,
    now: datetime,
    guarded: Collection[Role],
) -> NewToken:
    """A new session of whoever gave the right password a moment ago, and now the right code, which is good once.

    A code is tried at the charge of the account's name, as passwords are.
    Raises: SecondFactorRefused, WrongSecondFactor, AccountLocked.
    """
    step = domain.first_step_opened(keys.factors, handle, now)
    name_hash = domain.attempts_key(step.username)
    row = await repository.try_sign_in(
        db,
        step.tenant_id,
        step.username,
        name_hash=name_hash,
        locks=domain.locks(now),
        forget_before=now - domain.FORGET_ATTEMPTS_AFTER,
        now=now,
    )
    if row["failures"] is None:
        raise AccountLocked(domain.lock_seconds(row["locked_until"], now))
    stored, sealed = row["password_hash"], row["factor"]
    assurance = domain.assurance_in(step.password_mark)
    same = stored is not None and domain.password_mark(stored) == step.password_mark
    if row["id"] != step.account_id or not (same or assurance is not None):
        raise SecondFactorRefused
    if assurance is not None and not await identities.is_linked(db, step.tenant_id, step.account_id):
        raise SecondFactorRefused  # it was unlinked meanwhile
    by = "password" if assurance is None else "provider"
    if sealed is not None:
        by = await _used(db, keys, step.tenant_id, step.account_id, sealed, row["factor_step"], code, now)
    return await opened_session(
        db,
        step.tenant_id,
        row,
        name_hash=name_hash,
        user_agent=user_agent,
        lifetime=lifetime,
        now=now,
        by=by,
        guarded=guarded,
        assurance=assurance,
    )


async def _used(
    db: Database,
    keys: Keyring,
    tenant_id: TenantId,
    account_id: StaffId,
    sealed: bytes,
    last_step: int,
    code: str,
    now: datetime,
) -> str:
    """By what the account was proven: an app's code or a recovery code, which is used up. Raises: WrongSecondFactor."""
    secret = signing.unseal(keys.factors, sealed, _bound_to(tenant_id, account_id))
    found = domain.step_of(secret, code.replace(" ", ""), now, after=last_step)
    if found is not None and await factors.use_step(db, tenant_id, account_id, found):
        return "app"
    digest = domain.recovery_hash(keys.factors, tenant_id, account_id, code)
    if await factors.use_recovery_code(db, tenant_id, account_id, digest):
        return "recovery_code"
    raise WrongSecondFactor


async def begin_factor(work: Work, keys: Keyring, actor: Actor, username: str) -> NewFactor:
    """A secret for the officer's app; it guards nothing until a code of it has come back. Raises: FactorThere."""
    account_id = actor.staff_id
    assert account_id is not None
    secret = domain.new_factor_secret()
    sealed = signing.seal(keys.factors, secret, _bound_to(actor.tenant_id, account_id))
    known = await factors.lock_factor(work, actor.tenant_id, account_id)
    if known is not None and known.confirmed_at is not None:
        raise FactorThere
    if known is not None:
        known.sealed = sealed
    else:
        factors.add_factor(
            work,
            StaffFactor(
                tenant_id=actor.tenant_id, account_id=account_id, sealed=sealed, last_step=0, created_at=work.now
            ),
        )
    return NewFactor(domain.spoken_secret(secret), domain.factor_uri(secret, username, ISSUER))


async def confirm_factor(work: Work, keys: Keyring, actor: Actor, code: str, *, token: StaffToken) -> list[str]:
    """Ten recovery codes, shown once: from now on signing in asks for a code; the officer's other sessions end.

    Raises: NoFactor, FactorThere, WrongFactorCode.
    """
    account_id = actor.staff_id
    assert account_id is not None
    factor = await factors.lock_factor(work, actor.tenant_id, account_id)
    if factor is None:
        raise NoFactor
    if factor.confirmed_at is not None:
        raise FactorThere
    secret = signing.unseal(keys.factors, factor.sealed, _bound_to(actor.tenant_id, account_id))
    step = domain.step_of(secret, code.replace(" ", ""), work.now, after=factor.last_step)
    if step is None:
        raise WrongFactorCode
    factor.confirmed_at, factor.last_step = work.now, step
    codes = domain.new_recovery_codes()
    hashes = [domain.recovery_hash(keys.factors, actor.tenant_id, account_id, one) for one in codes]
    await factors.replace_recovery_codes(work, actor.tenant_id, account_id, hashes)
    await factors.end_sessions(work, actor.tenant_id, account_id, but=token.hash)
    audit.record(work, actor, Action.FACTOR_SET)
    return codes


async def remove_factor(db: Database, work: Work, keys: Keyring, actor: Actor, username: str, code: str) -> None:
    """The officer signs in by password alone again.

    A code is tried at the charge of the account's name, so that a session left open does not help to guess it.
    Raises: NoFactor, WrongFactorCode, AccountLocked.
    """
    account_id = actor.staff_id
    assert account_id is not None
    factor = await factors.find_factor(work, actor.tenant_id, account_id)
    if factor is None or factor.confirmed_at is None:
        raise NoFactor
    name_hash = domain.attempts_key(username)
    row = await repository.try_sign_in(
        db,
        actor.tenant_id,
        username,
        name_hash=name_hash,
        locks=domain.locks(work.now),
        forget_before=work.now - domain.FORGET_ATTEMPTS_AFTER,
        now=work.now,
    )
    if row["failures"] is None:
        raise AccountLocked(domain.lock_seconds(row["locked_until"], work.now))
    try:
        await _used(db, keys, actor.tenant_id, account_id, factor.sealed, factor.last_step, code, work.now)
    except WrongSecondFactor:
        raise WrongFactorCode from None
    await factors.remove_factor(work, actor.tenant_id, account_id)
    await repository.forgive(work, actor.tenant_id, name_hash)
    audit.record(work, actor, Action.FACTOR_REMOVED)


async def factor_standing(work: Work, actor: Actor) -> FactorStanding:
    """Whether the officer has a second factor, since when, and how many recovery codes are left. Two statements."""
    account_id = actor.staff_id
    assert account_id is not None
    factor = await factors.find_factor(work, actor.tenant_id, account_id)
    left = await factors.count_recovery_codes(work, actor.tenant_id, account_id)
    return FactorStanding(factor.confirmed_at if factor is not None else None, left)


async def list_sessions(work: Work, actor: Actor, token: StaffToken) -> Sequence[StaffSessionView]:
    """Where the officer is signed in, the newest first; `current` is the one that asks. One statement."""
    account_id = actor.staff_id
    assert account_id is not None
    return [
        StaffSessionView(
            row.token_hash.hex(), row.user_agent, row.created_at, row.last_seen_at, current=row.token_hash == token.hash
        )
        for row in await factors.list_sessions(work, actor.tenant_id, account_id, work.now)
    ]


async def end_session(work: Work, actor: Actor, session: str) -> None:
    """The officer is signed in there no more, at once. Raises: UnknownStaffSession."""
    account_id = actor.staff_id
    assert account_id is not None
    try:
        digest = bytes.fromhex(session)
    except ValueError:
        raise UnknownStaffSession from None
    if not await factors.end_sessions(work, actor.tenant_id, account_id, only=digest):
        raise UnknownStaffSession
    audit.record(work, actor, Action.SIGNED_OUT, details={"session": digest[:6].hex(), "from": "elsewhere"})


async def end_other_sessions(work: Work, actor: Actor, token: StaffToken) -> int:
    """Number of the officer's other sessions that ended now."""
    account_id = actor.staff_id
    assert account_id is not None
    ended = await factors.end_sessions(work, actor.tenant_id, account_id, but=token.hash)
    audit.record(work, actor, Action.SIGNED_OUT, details={"sessions": ended, "from": "elsewhere"})
    return ended
