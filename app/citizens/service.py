"""Verbs of citizens: ask for a code, sign in with it, claim a report, look at one's devices."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.audit import service as audit
from app.audit.terms import Action
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
from app.limits.terms import Limited
from app.notices import service as notices
from app.reports import service as reports

from . import domain, repository
from .errors import CodeNotSent, TooManyCodes, WrongCode
from .senders import CodeSender
from .terms import Allowances, Asking

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
    """A code is on its way to the phone, known or not; two statements, and no transaction while it is sent.

    Whoever asks twice within RESEND_AFTER is sent one message. Raises: TooManyCodes, CodeNotSent.
    """
    now, counted_as = clock.now(), domain.counted_as(asking)
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
        raise TooManyCodes(wait_s)
    code, phone_key = domain.new_code(), domain.phone_key(keys.codes, asking.phone)
    digest, good_for = domain.code_hash(keys.codes, asking.phone, code), domain.CODE_LIFETIME
    sent_lately = now + good_for - domain.RESEND_AFTER
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
) -> NewSession:
    """A new session of whoever holds the phone; the account is made the first time.

    A device that had an account of its own keeps what it sent: its reports in all `tenants` are the phone's account's
    from now on, and the device's account ends. Raises: WrongCode.
    """
    phone_key = domain.phone_key(keys.codes, phone)
    kept = await repository.try_code(db, phone_key, clock.now(), domain.MOST_TRIES)
    digest = domain.code_hash(keys.codes, phone, code)
    if not signing.same(digest, kept or bytes(32)):
        raise WrongCode

    async def enter(work: Work) -> NewSession | None:
        if not await repository.use_code(work, phone_key, digest):
            return None
        citizen_id = await _account(work, keys, actor, phone_key, phone, tenants)
        new = identity.open_session(work, actor.tenant_id, citizen_id, user_agent=user_agent)
        audit.record(work, new.signed_in.actor, Action.SIGNED_IN, details={"by": "phone"})
        return new

    session = await in_work(db, clock, None, enter)
    if session is None:
        raise WrongCode
    return session


async def _account(
    work: Work, keys: Keyring, actor: Actor, phone_key: bytes, phone: str, tenants: Sequence[TenantId]
) -> CitizenId:
    """Whose account the phone proves; the device's own, or a new one, when nobody's so far."""
    device = actor.citizen_id
    if device is not None and await repository.has_phone(work, device):
        device = None  # somebody else's, who has lent the phone or changed the number
    known = await repository.account_of(work, phone_key)
    if known is None:
        wanted = device or identity.add_citizen(work)
        await work.settle()
        sealed = signing.seal(keys.codes, phone.encode(), phone_key)
        known = await repository.add_phone(work, phone_key, wanted, sealed)
    if device is not None and device != known:
        await reports.hand_over(work, device, known, tenants)
        await notices.hand_over(work, keys, device, known)
        await identity.retire(work, device)
    return known


async def with_phones(work: Work, citizens: Collection[CitizenId]) -> set[CitizenId]:
    """Those of the accounts that a phone proves; one statement, none when nobody is asked about."""
    return await repository.with_phones(work, citizens) if citizens else set()


async def erase(work: Work, citizen_id: CitizenId) -> None:
    """No phone proves the account any more. One statement."""
    await repository.remove_phones(work, citizen_id)


async def phone_of(work: Work, keys: Keyring, citizen_id: CitizenId) -> str | None:
    """The number that proves the account, for its owner's eyes; None for a device without one."""
    found = await repository.find_sealed(work, citizen_id)
    return signing.unseal(keys.codes, found.sealed, found.phone_key).decode() if found is not None else None


async def forget(db: Database, clock: Clock) -> int:
    """Number of codes that are worth nothing any more and were deleted now."""
    return await repository.forget(db, clock.now(), FORGET_BATCH_ROWS)
