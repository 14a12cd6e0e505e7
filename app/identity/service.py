"""Verbs of identity: sign in and out, authenticate, accounts, tracking secrets, the vault of reporters' identities.

Signing in holds no transaction while a password is checked: claim (one statement), check in a thread, settle (one).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.kit import signing
from app.kit.ids import CitizenId, ReportId, StaffId, TenantId, UnitId, uuid7
from app.kit.text import nfc

from . import domain, repository
from .domain import Keyring, checked_identity, generate_password, matches, tracking_hash, tracking_secret
from .errors import AccountLocked, IdentityUnreadable, SessionExpired, SignInBusy, WrongCredentials
from .terms import (
    Actor,
    ActorKind,
    CitizenToken,
    KeyStanding,
    Membership,
    NewToken,
    ReporterIdentity,
    SignedIn,
    StaffAccountView,
    StaffToken,
)

__all__ = [
    "Keyring",
    "Passwords",
    "adopt_key",
    "authenticate",
    "checked_identity",
    "create_staff",
    "end_membership",
    "find_staff",
    "generate_password",
    "grant",
    "has_identities",
    "keep_identity",
    "key_standing",
    "list_staff",
    "live_citizens",
    "live_officers",
    "matches",
    "members_of",
    "open_identities",
    "open_identity",
    "prune",
    "register_device",
    "replace_key",
    "set_active",
    "set_password",
    "sign_in",
    "sign_out",
    "tracking_hash",
    "tracking_secret",
]

P = ParamSpec("P")
T = TypeVar("T")

# RFC 9106 allows less time for less memory; with 46 MiB two at once stay under 100 MiB and take about 0.1 s each.
ARGON2_MEMORY_KIB = 47_104
ARGON2_PASSES = 2
KEEP_ENDED_SESSIONS = timedelta(days=30)


class Passwords:
    """argon2id in threads, few at once, so that signing in never starves the rest of the process."""

    def __init__(self, hasher: PasswordHasher | None = None, *, at_once: int = 2, waiting: int = 32) -> None:
        """`waiting` people may queue; further ones are sent away."""
        self._hasher = hasher or PasswordHasher(time_cost=ARGON2_PASSES, memory_cost=ARGON2_MEMORY_KIB, parallelism=1)
        self._turns = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        # Checked for unknown names, so that they cost what known ones cost.
        self._decoy = self._hasher.hash(generate_password())

    async def hash(self, password: str) -> str:
        """The password's hash in PHC format. Raises: SignInBusy."""
        return await self._in_turn(self._hasher.hash, nfc(password))

    async def check(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one stored; costs the same when nothing is stored. Raises: SignInBusy."""
        return await self._in_turn(self._verify, stored or self._decoy, nfc(password)) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._room <= 0:
            raise SignInBusy
        self._room -= 1
        try:
            async with self._turns:
                return await asyncio.to_thread(call, *args, **kwargs)
        finally:
            self._room += 1


# Sessions


async def sign_in(
    db: Database,
    passwords: Passwords,
    tenant_id: TenantId,
    *,
    username: str,
    password: str,
    user_agent: str,
    lifetime: timedelta,
    now: datetime,
) -> NewToken:
    """A new session of an officer; two statements.

    Raises: WrongCredentials (unknown name, wrong password, no password, inactive: all alike), AccountLocked after
    repeated attempts on one name (known or not), SignInBusy.
    """
    name_hash = domain.attempts_key(username)
    row = await repository.try_sign_in(
        db,
        tenant_id,
        domain.known_username(username),
        name_hash=name_hash,
        locks=domain.locks(now),
        forget_before=now - domain.FORGET_ATTEMPTS_AFTER,
        now=now,
    )
    if row["failures"] is None:
        raise AccountLocked(domain.lock_seconds(row["locked_until"], now))
    stored: str | None = row["password_hash"]
    if not await passwords.check(stored, password) or stored is None:
        raise WrongCredentials
    account_id = StaffId(row["id"])
    text = domain.new_staff_token(tenant_id)
    token = domain.parse_token(text)
    assert isinstance(token, StaffToken)
    expires_at = now + lifetime
    opened = await repository.open_session(
        db,
        token,
        account_id,
        password_hash=stored,
        name_hash=name_hash,
        now=now,
        expires_at=expires_at,
        user_agent=domain.excerpt(user_agent),
    )
    if not opened:
        raise WrongCredentials
    if passwords.is_outdated(stored):
        await repository.rehash(db, tenant_id, account_id, old=stored, new=await passwords.hash(password))
    actor = Actor(ActorKind.STAFF, tenant_id, account_id, row["name"], repository.memberships_of(row))
    return NewToken(text, SignedIn(actor, token, row["username"], expires_at))


async def authenticate(
    db: Database, tenant_id: TenantId, token: StaffToken | CitizenToken, *, now: datetime
) -> SignedIn:
    """Whoever holds the token, read afresh: revoking and changed memberships act at once. One statement.

    Once in a quarter of an hour a second one keeps `last_seen_at`. An officer's token is good in its own tenant only.
    Raises: SessionExpired.
    """
    match token:
        case StaffToken():
            if token.tenant_id != tenant_id:
                raise SessionExpired
            row = await repository.find_staff_session(db, token, now)
            if row is None:
                raise SessionExpired
            actor = Actor(ActorKind.STAFF, tenant_id, row["id"], row["name"], repository.memberships_of(row))
            signed_in = SignedIn(actor, token, row["username"], row["expires_at"])
        case CitizenToken():
            row = await repository.find_citizen_token(db, token, now)
            if row is None:
                raise SessionExpired
            actor = Actor(ActorKind.CITIZEN, tenant_id, token.citizen_id)
            signed_in = SignedIn(actor, token, None, row["expires_at"])
    if now - row["last_seen_at"] >= domain.SEEN_STEP:
        await repository.mark_seen(db, token, now)
    return signed_in


async def live_officers(
    db: Database, tenant_id: TenantId, hashes: Collection[bytes], *, now: datetime
) -> dict[bytes, Actor]:
    """Of sessions, by the hashes of their tokens, those that are good, with their officers. One statement."""
    return {
        row["token_hash"]: Actor(ActorKind.STAFF, tenant_id, row["id"], row["name"], repository.memberships_of(row))
        for row in await repository.list_live_sessions(db, tenant_id, hashes, now)
    }


async def live_citizens(db: Database, tokens: Collection[CitizenToken], *, now: datetime) -> set[CitizenToken]:
    """Those of the tokens that are good. One statement."""
    rows = await repository.list_live_tokens(db, tokens, now)
    return {CitizenToken(CitizenId(row["citizen_id"]), row["token_hash"]) for row in rows}


async def sign_out(db: Database, signed_in: SignedIn, *, now: datetime) -> None:
    """The token is worth nothing from now on."""
    await repository.revoke(db, signed_in.token, now)


async def register_device(db: Database, tenant_id: TenantId, *, user_agent: str, now: datetime) -> NewToken:
    """A new citizen known by this one device; a one-time code will later join it to a phone. One statement."""
    citizen_id = CitizenId(uuid7(now))
    text = domain.new_citizen_token(citizen_id)
    token = domain.parse_token(text)
    assert isinstance(token, CitizenToken)
    await repository.add_citizen(db, token, user_agent=domain.excerpt(user_agent), now=now)
    return NewToken(text, SignedIn(Actor(ActorKind.CITIZEN, tenant_id, citizen_id), token, None, None))


# Accounts


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
    return await repository.add_staff(
        work, tenant_id, username=known, name=called, password_hash=digest, memberships=memberships
    )


async def set_password(work: Work, passwords: Passwords, tenant_id: TenantId, *, username: str, password: str) -> None:
    """A new password; all sessions end and wrong passwords are forgotten. Raises: AccountNotFound, InvalidAccount."""
    known = domain.known_username(username)
    digest = await passwords.hash(domain.checked_password(known or "", password))
    account = await repository.lock_staff(work, tenant_id, known)
    account.password_hash = digest
    await repository.revoke_sessions(work, tenant_id, account.id)
    await repository.forgive(work, tenant_id, domain.attempts_key(username))


async def set_active(work: Work, tenant_id: TenantId, *, username: str, active: bool) -> None:
    """Let the account sign in, or end all its sessions and let it no more. Raises: AccountNotFound."""
    account = await repository.lock_staff(work, tenant_id, domain.known_username(username))
    account.active = active
    if not active:
        await repository.revoke_sessions(work, tenant_id, account.id)


async def grant(work: Work, tenant_id: TenantId, *, username: str, membership: Membership) -> None:
    """The account holds the role in the unit from now on; nothing changes if it does. Raises: AccountNotFound."""
    account = await repository.lock_staff(work, tenant_id, domain.known_username(username))
    held = await repository.list_staff(work, tenant_id, account.username)
    if membership not in held[0].memberships:
        await repository.add_membership(work, tenant_id, StaffId(account.id), membership)


async def end_membership(work: Work, tenant_id: TenantId, *, username: str, membership: Membership) -> None:
    """The account holds the role in the unit no more. Raises: AccountNotFound."""
    account = await repository.lock_staff(work, tenant_id, domain.known_username(username))
    await repository.end_membership(work, tenant_id, StaffId(account.id), membership)


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


async def prune(work: Work, tenant_id: TenantId) -> None:
    """Forget old attempts and long-ended sessions; run now and then by the worker."""
    await repository.prune(
        work,
        tenant_id,
        attempts_before=work.now - domain.FORGET_ATTEMPTS_AFTER,
        sessions_before=work.now - KEEP_ENDED_SESSIONS,
    )


# The vault


def keep_identity(
    work: Recorder, keys: Keyring, tenant_id: TenantId, report_id: ReportId, identity: ReporterIdentity
) -> None:
    """Seal who handed in the report, with the report's own transaction; nothing is kept of an anonymous one."""
    if identity:
        repository.put_identity(work, domain.seal_identity(keys, tenant_id, report_id, identity, work.now))


async def open_identity(
    work: Work, keys: Keyring, actor: Actor, report_id: ReportId, *, purpose: str
) -> ReporterIdentity | None:
    """Who handed in the report of the actor's tenant, None when anonymous; the reading is written down with `purpose`.

    Whether the actor may is the caller's policy. Raises: IdentityUnreadable.
    """
    sealed = await repository.find_sealed(work, actor.tenant_id, report_id)
    if sealed is None:
        return None
    identity = domain.open_identity(keys, actor.tenant_id, report_id, sealed)
    repository.put_reading(work, actor, report_id, purpose)
    return identity


async def open_identities(
    work: Work, keys: Keyring, actor: Actor, report_ids: Collection[ReportId], *, purpose: str
) -> dict[ReportId, ReporterIdentity]:
    """The same of many reports, those of anonymous reporters left out; one statement, and a reading for each."""
    found: dict[ReportId, ReporterIdentity] = {}
    for report_id, sealed in await repository.find_all_sealed(work, actor.tenant_id, report_ids):
        found[report_id] = domain.open_identity(keys, actor.tenant_id, report_id, sealed)
        repository.put_reading(work, actor, report_id, purpose)
    return found


async def has_identities(db: Database) -> bool:
    """Whether anybody's identity is stored, in whatever tenant."""
    return await repository.newest_sealed(db) is not None


async def key_standing(db: Database, keys: Keyring | None) -> KeyStanding:
    """What the database says to the keys; to None, that it needs the OTHER ones or that it has none yet.

    A database that has no fingerprint yet is asked for an identity that it keeps: the right keys open it. Nobody's
    identity is shown.
    """
    kept = await repository.find_fingerprint(db)
    if kept is not None:
        return KeyStanding.KNOWN if keys and signing.same(kept, keys.fingerprint) else KeyStanding.OTHER
    sealed = await repository.newest_sealed(db)
    if sealed is None:
        return KeyStanding.UNCLAIMED
    try:
        opens = keys and domain.open_identity(keys, sealed["tenant_id"], sealed["id"], sealed["sealed"])
    except IdentityUnreadable:
        opens = None
    return KeyStanding.UNCLAIMED if opens else KeyStanding.OTHER


async def adopt_key(db: Database, keys: Keyring, now: datetime) -> KeyStanding:
    """What the database says to the keys once it has them; it takes them for its own when it has none yet.

    UNCLAIMED only of an older schema, which has no place for a fingerprint.
    """
    standing = await key_standing(db, keys)
    if standing is KeyStanding.UNCLAIMED and await repository.keeps_fingerprints(db):
        await repository.keep_fingerprint(db, keys.fingerprint, now)
        return await key_standing(db, keys)  # somebody else may have been first
    return standing


async def replace_key(db: Database, keys: Keyring, now: datetime) -> None:
    """The database takes the keys for its own, whatever it had: what others have sealed stays sealed for ever."""
    await repository.replace_fingerprint(db, keys.fingerprint, now)
