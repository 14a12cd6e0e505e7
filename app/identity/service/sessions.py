"""Signing in and out. No transaction is held while a password is checked: claim, check, settle."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from asyncpg import Record

from app.audit import service as audit_service
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import Work
from app.identity import domain, repository
from app.identity.domain import Keyring
from app.identity.errors import AccountLocked, KeyRefused, SecondFactorNeeded, SessionExpired, WrongCredentials
from app.identity.repository import clients as clients_repository
from app.identity.terms import (
    Actor,
    ActorKind,
    CitizenToken,
    ClientScope,
    ClientToken,
    FirstStep,
    Grant,
    NewToken,
    Role,
    SignedIn,
    StaffToken,
)
from app.kit.ids import CitizenId, StaffId, TenantId, uuid7
from app.oidc.terms import Assurance

from .passwords import Passwords

KEEP_ENDED_SESSIONS = timedelta(days=30)


async def sign_in(
    db: Database,
    passwords: Passwords,
    keys: Keyring,
    tenant_id: TenantId,
    *,
    username: str,
    password: str,
    user_agent: str,
    lifetime: timedelta,
    now: datetime,
    guarded: Collection[Role],
) -> NewToken:
    """A new session of an officer; four statements, one into the trail: nobody is in whom it does not know.

    Raises: WrongCredentials (unknown name, wrong password, no password, inactive: all alike), AccountLocked after
    repeated attempts on one name (known or not), SignInBusy; SecondFactorNeeded with a handle for the second step.
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
    if row["factor"] is not None:
        until = now + domain.FIRST_STEP_LIFETIME
        mark = domain.password_mark(stored)
        step = FirstStep(tenant_id, StaffId(row["id"]), row["username"], mark, until)
        raise SecondFactorNeeded(domain.first_step_sealed(keys.factors, step))
    new = await opened_session(
        db,
        tenant_id,
        row,
        name_hash=name_hash,
        user_agent=user_agent,
        lifetime=lifetime,
        now=now,
        by="password",
        guarded=guarded,
    )
    if passwords.is_outdated(stored):
        await repository.rehash(db, tenant_id, StaffId(row["id"]), old=stored, new=await passwords.hash(password))
    return new


async def opened_session(
    db: Database,
    tenant_id: TenantId,
    row: Record,
    *,
    name_hash: bytes,
    user_agent: str,
    lifetime: timedelta,
    now: datetime,
    by: str,
    guarded: Collection[Role],
    assurance: Assurance | None = None,
) -> NewToken:
    """A new session of the account in the row, which is as it was when it was read.

    Three statements, one into the trail; what is told of the session is what its every later request is told.
    `by`: what proved who it is. `guarded`: as for `authenticate`. Raises:
    WrongCredentials when account or password have changed meanwhile.
    """
    account_id, stored = StaffId(row["id"]), row["password_hash"]
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
        assurance=assurance,
    )
    if not opened:
        raise WrongCredentials
    actor = Actor(ActorKind.STAFF, tenant_id, account_id, row["name"], repository.memberships_of(row))
    details = {"session": token.hash[:6].hex(), "by": by}
    await audit_service.write(db, actor, Action.SIGNED_IN, now=now, details=details)
    return NewToken(text, await authenticate(db, tenant_id, token, now=now, guarded=guarded))


async def authenticate(
    db: Database,
    tenant_id: TenantId,
    token: StaffToken | CitizenToken | ClientToken,
    *,
    now: datetime,
    guarded: Collection[Role] = (),
) -> SignedIn:
    """Whoever holds the token, read afresh: revoking and changed memberships act at once. One statement.

    Once in a quarter of an hour a second one keeps `last_seen_at`. An officer's token, and a key of another
    system, is good in its own tenant only. `guarded`: roles that need a second step where the tenant has decided
    nothing; whoever lacks it acts by no role. Raises: SessionExpired, KeyRefused.
    """
    match token:
        case ClientToken():
            return await _client(db, tenant_id, token, now)
        case StaffToken():
            if token.tenant_id != tenant_id:
                raise SessionExpired
            row = await repository.find_staff_session(db, token, now)
            if row is None:
                raise SessionExpired
            actor, must_enrol = _officer(tenant_id, row, guarded)
            signed_in = SignedIn(actor, token, row["username"], row["expires_at"], must_enrol)
        case CitizenToken():
            row = await repository.find_citizen_token(db, token, now)
            if row is None:
                raise SessionExpired
            actor = Actor(ActorKind.CITIZEN, tenant_id, token.citizen_id)
            signed_in = SignedIn(actor, token, None, row["expires_at"])
    if now - row["last_seen_at"] >= domain.SEEN_STEP:
        await repository.mark_seen(db, token, now)
    return signed_in


def _officer(tenant_id: TenantId, row: Record, guarded: Collection[Role]) -> tuple[Actor, bool]:
    """The officer of a session, and whether a second step has to be set up first: till then no role counts."""
    held = repository.memberships_of(row)
    assurance = Assurance(row["assurance"]) if row["assurance"] is not None else None
    must_enrol = domain.must_enrol(
        {one.role for one in held},
        repository.rules_of(row),
        guarded,
        has_factor=row["confirmed_at"] is not None,
        assurance=assurance,
    )
    return Actor(ActorKind.STAFF, tenant_id, row["id"], row["name"], () if must_enrol else held), must_enrol


async def _client(db: Database, tenant_id: TenantId, token: ClientToken, now: datetime) -> SignedIn:
    row = await clients_repository.find_key(db, token, now) if token.tenant_id == tenant_id else None
    if row is None:
        raise KeyRefused
    scopes = frozenset(ClientScope(scope) for scope in row["scopes"])
    grant = Grant(scopes, row["unit_id"], row["area_code"], row["channel"], row["portal_unit_id"])
    return SignedIn(Actor(ActorKind.CLIENT, tenant_id, row["id"], grant=grant), token, row["name"], row["expires_at"])


async def officer_now(
    db: Database, tenant_id: TenantId, staff_id: StaffId, *, now: datetime, guarded: Collection[Role]
) -> Actor | None:
    """The officer with the roles held at `now`, as far as they count without signing in; None when let in no more.

    One statement. `guarded`: as for `authenticate`.
    """
    row = await repository.find_account(db, tenant_id, staff_id, now)
    if row is None:
        return None
    held = repository.memberships_of(row)
    roles, has_factor = {one.role for one in held}, row["confirmed_at"] is not None
    barred = domain.must_enrol(roles, repository.rules_of(row), guarded, has_factor=has_factor, assurance=None)
    return Actor(ActorKind.STAFF, tenant_id, row["id"], row["name"], () if barred else held)


async def live_officers(
    db: Database, tenant_id: TenantId, hashes: Collection[bytes], *, now: datetime, guarded: Collection[Role]
) -> dict[bytes, Actor]:
    """Of sessions, by the hashes of their tokens, those that are good, with their officers. One statement.

    `guarded`: as for `authenticate`.
    """
    return {
        row["token_hash"]: _officer(tenant_id, row, guarded)[0]
        for row in await repository.list_live_sessions(db, tenant_id, hashes, now)
    }


async def live_citizens(db: Database, tokens: Collection[CitizenToken], *, now: datetime) -> set[CitizenToken]:
    """Those of the tokens that are good. One statement."""
    rows = await repository.list_live_tokens(db, tokens, now)
    return {CitizenToken(CitizenId(row["citizen_id"]), row["token_hash"]) for row in rows}


async def sign_out(db: Database, signed_in: SignedIn, *, now: datetime) -> None:
    """The token is worth nothing from now on. Not for keys of other systems: their province ends them."""
    assert not isinstance(signed_in.token, ClientToken)
    await repository.revoke(db, signed_in.token, now)
    if signed_in.actor.kind is ActorKind.STAFF:
        ended = {"session": signed_in.token.hash[:6].hex()}
        await audit_service.write(db, signed_in.actor, Action.SIGNED_OUT, now=now, details=ended)


async def register_device(db: Database, tenant_id: TenantId, *, user_agent: str, now: datetime) -> NewToken:
    """A new citizen known by this one device; a one-time code will later join it to a phone. One statement."""
    citizen_id = CitizenId(uuid7(now))
    text = domain.new_citizen_token(citizen_id)
    token = domain.parse_token(text)
    assert isinstance(token, CitizenToken)
    await repository.add_citizen(db, token, user_agent=domain.excerpt(user_agent), now=now)
    return NewToken(text, SignedIn(Actor(ActorKind.CITIZEN, tenant_id, citizen_id), token, None, None))


async def prune(work: Work, tenant_id: TenantId) -> None:
    """Forget old attempts and long-ended sessions; run now and then by the worker."""
    await repository.prune(
        work,
        tenant_id,
        attempts_before=work.now - domain.FORGET_ATTEMPTS_AFTER,
        sessions_before=work.now - KEEP_ENDED_SESSIONS,
    )


def staff_token(signed_in: SignedIn) -> StaffToken:
    """The token of an officer's session."""
    assert isinstance(signed_in.token, StaffToken)
    return signed_in.token
