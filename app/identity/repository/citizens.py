"""Statements on the sessions of citizens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from app.db.engine import Database
from app.db.work import HotWork, Work
from app.identity.models import Citizen, CitizenSession, CitizenTokenRow
from app.identity.terms import CitizenToken
from app.kit.ids import CitizenId


def put_citizen(work: Work, citizen_id: CitizenId) -> None:
    """Add an account to what the work writes."""
    work.put(Citizen.__table__, {"citizen_id": citizen_id, "created_at": work.now})  # type: ignore[arg-type]


def put_session(work: Work, row: Mapping[str, object]) -> None:
    """Add a session to what the work writes."""
    work.put(CitizenSession.__table__, row)  # type: ignore[arg-type]


def put_token(work: Work, token: CitizenToken, session_id: UUID, *, user_agent: str, expires_at: datetime) -> None:
    """Add an access token of a session to what the work writes."""
    row = {
        "citizen_id": token.citizen_id,
        "token_hash": token.hash,
        "created_at": work.now,
        "expires_at": expires_at,
        "last_seen_at": work.now,
        "user_agent": user_agent,
        "session_id": session_id,
    }
    work.put(CitizenTokenRow.__table__, row)  # type: ignore[arg-type]


async def lock_session(work: Work, citizen_id: CitizenId, session_id: UUID) -> CitizenSession | None:
    """The session, locked until the transaction ends; None when there is none."""
    found: CitizenSession | None = await work.session.scalar(
        select(CitizenSession)
        .where(CitizenSession.citizen_id == citizen_id, CitizenSession.id == session_id)
        .with_for_update()
    )
    return found


async def forget_tokens(work: Work, citizen_id: CitizenId, session_id: UUID, *, expired_at: datetime | None) -> None:
    """Delete the session's access tokens, or those that have expired by an instant."""
    where = [CitizenTokenRow.citizen_id == citizen_id, CitizenTokenRow.session_id == session_id]
    if expired_at is not None:
        where.append(CitizenTokenRow.expires_at < expired_at)
    await work.session.execute(delete(CitizenTokenRow).where(*where))


async def list_sessions(work: Work, citizen_id: CitizenId, now: datetime) -> Sequence[CitizenSession]:
    """Sessions that are good at `now`, the newest first."""
    found = await work.session.scalars(
        select(CitizenSession)
        .where(
            CitizenSession.citizen_id == citizen_id,
            CitizenSession.ended_at.is_(None),
            CitizenSession.expires_at > now,
        )
        .order_by(CitizenSession.id.desc())
    )
    return found.all()


async def find_session_of(work: Work, token: CitizenToken) -> UUID | None:
    """Which session the access token is of; None for a device without a phone."""
    found: UUID | None = await work.session.scalar(
        select(CitizenTokenRow.session_id).where(
            CitizenTokenRow.citizen_id == token.citizen_id, CitizenTokenRow.token_hash == token.hash
        )
    )
    return found


async def end_all(work: Work, citizen_id: CitizenId) -> None:
    """End every session of the citizen, and every token. Two statements."""
    await work.session.execute(
        update(CitizenSession)
        .where(CitizenSession.citizen_id == citizen_id, CitizenSession.ended_at.is_(None))
        .values(ended_at=work.now)
    )
    await work.session.execute(
        update(CitizenTokenRow)
        .where(CitizenTokenRow.citizen_id == citizen_id, CitizenTokenRow.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )


async def retire(work: Work, citizen_id: CitizenId) -> None:
    """The account is no more: what it had is another one's, and where it was signed in is forgotten."""
    await work.session.execute(delete(CitizenTokenRow).where(CitizenTokenRow.citizen_id == citizen_id))
    await work.session.execute(delete(CitizenSession).where(CitizenSession.citizen_id == citizen_id))
    await work.session.execute(update(Citizen).where(Citizen.citizen_id == citizen_id).values(active=False))


_FORGET = (
    """
    WITH gone AS (
        DELETE FROM citizen_tokens WHERE (citizen_id, token_hash) IN (
            SELECT citizen_id, token_hash FROM citizen_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
        ) RETURNING 1
    ) SELECT count(*) FROM gone
    """,
    """
    WITH gone AS (
        DELETE FROM citizen_sessions WHERE (citizen_id, id) IN (
            SELECT citizen_id, id FROM citizen_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
        ) RETURNING 1
    ) SELECT count(*) FROM gone
    """,
)


async def forget_ended(db: Database, before: datetime, limit: int) -> int:
    """Number of tokens and sessions that expired before the instant and are gone now, up to `limit` of each."""
    return sum([int(await db.lane.fetchval(statement, before, limit)) for statement in _FORGET])


async def add_citizen(db: Database, token: CitizenToken, *, user_agent: str, now: datetime) -> None:
    """Write a new citizen with a first token, in one statement."""
    work = HotWork(now)
    work.put(Citizen.__table__, {"citizen_id": token.citizen_id, "created_at": now})  # type: ignore[arg-type]
    row = {
        "citizen_id": token.citizen_id,
        "token_hash": token.hash,
        "created_at": now,
        "last_seen_at": now,
        "user_agent": user_agent,
    }
    work.put(CitizenTokenRow.__table__, row)  # type: ignore[arg-type]
    await work.commit_to(db)
