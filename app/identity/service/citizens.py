"""Sessions of citizens: a short access token, and a refresh token that is another one after each use."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.db.engine import Database
from app.db.work import ReadWork, Work, in_work
from app.identity import domain
from app.identity.errors import RefreshRefused, RefreshReused, UnknownDevice
from app.identity.repository import citizens as repository
from app.identity.terms import Actor, ActorKind, CitizenToken, DeviceView, NewSession, RefreshToken, SignedIn
from app.kit import signing
from app.kit.clock import Clock
from app.kit.ids import CitizenId, TenantId, uuid7

ACCESS_LIFETIME = timedelta(minutes=15)
PAGE_LIFETIME = timedelta(days=30)  # of a browser that keeps it where no script reaches: a cookie cannot be refreshed
SESSION_LIFETIME = timedelta(days=90)  # from its last use
KEEP_EXPIRED = timedelta(days=1)
FORGET_BATCH_ROWS = 1000
REFRESH_AGAIN = timedelta(seconds=60)  # in which an answer that was lost may be asked for again


def add_citizen(work: Work) -> CitizenId:
    """A new account, with nothing that proves who it is; written with the work."""
    citizen_id = CitizenId(uuid7(work.now))
    repository.put_citizen(work, citizen_id)
    return citizen_id


def open_session(
    work: Work,
    tenant_id: TenantId,
    citizen_id: CitizenId,
    *,
    user_agent: str,
    lifetime: timedelta = ACCESS_LIFETIME,
) -> NewSession:
    """A new session of the citizen with its tokens, which are shown once; written with the work."""
    session_id, browser = uuid7(work.now), domain.excerpt(user_agent)
    text = domain.new_refresh_token(citizen_id, session_id)
    repository.put_session(
        work,
        {
            "citizen_id": citizen_id,
            "id": session_id,
            "refresh_hash": signing.token_hash(text),
            "rotated_at": work.now,
            "created_at": work.now,
            "expires_at": work.now + SESSION_LIFETIME,
            "user_agent": browser,
        },
    )
    return _with_access(work, tenant_id, citizen_id, session_id, text, browser, lifetime)


def _with_access(
    work: Work,
    tenant_id: TenantId,
    citizen_id: CitizenId,
    session_id: UUID,
    refresh: str,
    user_agent: str,
    lifetime: timedelta = ACCESS_LIFETIME,
) -> NewSession:
    access = domain.new_citizen_token(citizen_id)
    token = domain.parse_token(access)
    assert isinstance(token, CitizenToken)
    expires_at = work.now + lifetime
    repository.put_token(work, token, session_id, user_agent=user_agent, expires_at=expires_at)
    signed_in = SignedIn(Actor(ActorKind.CITIZEN, tenant_id, citizen_id), token, None, expires_at)
    return NewSession(access, refresh, signed_in)


async def refresh(db: Database, clock: Clock, tenant_id: TenantId, given: RefreshToken | None) -> NewSession:
    """New tokens for the session; the refresh token that was given is worth nothing from now on.

    The one before the last is good once more within REFRESH_AGAIN of its use: the answer may have been lost on a weak
    network. Any other that was good once means that two hold it: the session ends, for both.
    Raises: RefreshRefused (unknown, ended, expired), RefreshReused.
    """
    if given is None:
        raise RefreshRefused

    async def turn(work: Work) -> NewSession | type[RefreshRefused]:
        row = await repository.lock_session(work, given.citizen_id, given.session_id)
        if row is None or row.ended_at is not None or row.expires_at <= work.now:
            return RefreshRefused
        again = row.previous_hash is not None and signing.same(given.hash, row.previous_hash)
        if not signing.same(given.hash, row.refresh_hash) and not (
            again and work.now - row.rotated_at <= REFRESH_AGAIN
        ):
            row.ended_at = work.now
            await repository.forget_tokens(work, given.citizen_id, given.session_id, expired_at=None)
            return RefreshReused
        text = domain.new_refresh_token(given.citizen_id, given.session_id)
        row.refresh_hash, row.previous_hash = signing.token_hash(text), given.hash
        row.rotated_at = row.rotated_at if again else work.now  # the token's first use, from which REFRESH_AGAIN counts
        row.expires_at = work.now + SESSION_LIFETIME
        await repository.forget_tokens(work, given.citizen_id, given.session_id, expired_at=work.now)
        return _with_access(work, tenant_id, given.citizen_id, given.session_id, text, row.user_agent)

    outcome = await in_work(db, clock, None, turn)
    if isinstance(outcome, NewSession):
        return outcome
    raise outcome


async def list_devices(work: ReadWork, citizen_id: CitizenId, token: CitizenToken | None = None) -> list[DeviceView]:
    """Where the citizen is signed in, the newest first; `current` is the one that asks. Two statements."""
    mine = await repository.find_session_of(work, token) if token is not None else None
    return [
        DeviceView(row.id, row.user_agent, row.created_at, row.rotated_at, current=row.id == mine)
        for row in await repository.list_sessions(work, citizen_id, work.now)
    ]


async def session_of(work: Work, token: CitizenToken) -> UUID | None:
    """Which signing in the access token is of; None for a device without a phone. One statement."""
    return await repository.find_session_of(work, token)


async def end_device(work: Work, citizen_id: CitizenId, session_id: UUID) -> None:
    """The device is signed in no more, at once. Raises: UnknownDevice."""
    row = await repository.lock_session(work, citizen_id, session_id)
    if row is None or row.ended_at is not None:
        raise UnknownDevice
    row.ended_at = work.now
    await repository.forget_tokens(work, citizen_id, session_id, expired_at=None)


async def end_all_devices(work: Work, citizen_id: CitizenId) -> None:
    """The citizen is signed in nowhere any more."""
    await repository.end_all(work, citizen_id)


async def forget_ended(db: Database, now: datetime) -> int:
    """Number of citizens' tokens and sessions that expired long ago and are gone now. Two statements."""
    return await repository.forget_ended(db, now - KEEP_EXPIRED, FORGET_BATCH_ROWS)


async def retire(work: Work, citizen_id: CitizenId) -> None:
    """The account of a device ends: what it had was given to its owner's own."""
    await repository.end_all(work, citizen_id)
    await repository.retire(work, citizen_id)
