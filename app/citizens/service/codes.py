"""Signing in with a code to one's phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.audit import service as audit
from app.audit.terms import Action
from app.citizens import domain, repository
from app.citizens.errors import CodeNotSent, TooManyCodes, WrongCode
from app.citizens.senders import CodeSender
from app.citizens.terms import Allowances, Asking
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.terms import Actor, NewSession
from app.kit import signing
from app.kit.clock import Clock
from app.kit.ids import CitizenId, TenantId
from app.kit.text import Lang
from app.limits import service as limits
from app.limits.terms import Limited, Per

from .accounts import entered

FORGET_BATCH_ROWS = 1000


async def send_code(
    db: Database,
    clock: Clock,
    keys: Keyring,
    sender: CodeSender,
    asking: Asking,
    tenant_id: TenantId,
    *,
    lang: Lang,
    allowances: Allowances,
) -> None:
    """A code is on its way to the phone, known or not; three statements, and no transaction while it is sent.

    Whoever asks twice within RESEND_AFTER is sent one message, and charged for one. Raises: TooManyCodes, CodeNotSent.
    """
    now = clock.now()
    counted_as = domain.counted_as(asking, domain.known_device(keys.codes, asking.phone, asking.proof, now))
    phone_key, good_for = domain.phone_key(keys.codes, asking.phone), domain.CODE_LIFETIME
    sent_lately = now + good_for - domain.RESEND_AFTER
    if await repository.has_code(db, phone_key, expires_after=sent_lately):
        return
    judged = await limits.count(
        db,
        keys.limits,
        tenant_id,
        Limited.CODES,
        counted_as,
        now=now,
        rates=domain.rates(allowances),
        everywhere=True,  # each costs a message: also who comes by a proxy that does not tell
    )
    wait_s = limits.wait_s(judged, now)
    if wait_s is not None:
        raise TooManyCodes(wait_s, by=judged.refused.per if judged.refused is not None else Per.TENANT)
    code = domain.new_code()
    digest = domain.code_hash(keys.codes, asking.phone, code)
    if not await repository.put_code(db, phone_key, digest, now + good_for, unless_expires_after=sent_lately):
        return
    if not await sender.send(asking.phone, domain.worded(code, lang)):
        await repository.withdraw_code(db, phone_key, digest)
        raise CodeNotSent


async def sign_in(
    db: Database,
    clock: Clock,
    keys: Keyring,
    actor: Actor,
    *,
    phone: str,
    code: str,
    user_agent: str,
    tenants: Sequence[TenantId],
    lifetime: timedelta = identity.ACCESS_LIFETIME,
    proof: str | None = None,
) -> NewSession:
    """A new session of whoever holds the phone; the account is made the first time.

    `proof`: what the device was given when it signed in with the phone before. Strangers who guess make a code worth
    nothing for strangers: a known device has tries that they cannot use up.

    A device that had an account of its own keeps what it sent: its reports in all `tenants` are the phone's account's
    from now on, and the device's account ends. Raises: WrongCode.
    """
    phone_key = domain.phone_key(keys.codes, phone)
    now = clock.now()
    is_known = domain.known_device(keys.codes, phone, proof, now) is not None
    most = domain.MOST_KNOWN_TRIES if is_known else domain.MOST_TRIES
    kept = await repository.try_code(db, phone_key, now, most)
    digest = domain.code_hash(keys.codes, phone, code)
    if not signing.same(digest, kept or bytes(32)):
        raise WrongCode

    async def enter(work: Work) -> NewSession | None:
        if not await repository.use_code(work, phone_key, digest):
            return None
        sealed = signing.seal(keys.codes, phone.encode(), phone_key)

        async def add(wanted: CitizenId) -> CitizenId:
            return await repository.add_phone(work, phone_key, wanted, sealed)

        known = await repository.account_of(work, phone_key)
        citizen_id = await entered(work, keys, actor, known, add, phone_key, tenants)
        new = identity.open_session(work, actor.tenant_id, citizen_id, user_agent=user_agent, lifetime=lifetime)
        audit.record(work, new.signed_in.actor, Action.SIGNED_IN, details={"by": "phone"})
        return new

    session = await in_work(db, clock, None, enter)
    if session is None:
        raise WrongCode
    return session


async def forget(db: Database, clock: Clock) -> int:
    """Number of codes, sessions and tokens that are worth nothing any more and were deleted now."""
    now = clock.now()
    return await repository.forget(db, now, FORGET_BATCH_ROWS) + await identity.forget_ended(db, now)
