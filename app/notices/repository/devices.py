"""Statements on browsers that take push messages. They are a citizen's own, of no tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import Database
from app.db.work import Work
from app.identity.models import CitizenSession
from app.kit.ids import CitizenId, uuid7
from app.notices.models import PushSubscriptionRow


class Device(NamedTuple):
    """A browser; `sealed` holds where it is reached."""

    citizen_id: UUID
    id: UUID
    sealed: bytes


async def add_device(
    work: Work, citizen_id: CitizenId, endpoint_hash: bytes, sealed: bytes, session_id: UUID | None
) -> None:
    """The browser is told from now on, while the session lasts; one that was there has its new keys. One statement."""
    statement = insert(PushSubscriptionRow).values(
        citizen_id=citizen_id,
        id=uuid7(work.now),
        endpoint_hash=endpoint_hash,
        sealed=sealed,
        created_at=work.now,
        session_id=session_id,
    )
    now = {"sealed": sealed, "session_id": session_id}
    await work.session.execute(
        statement.on_conflict_do_update(index_elements=["citizen_id", "endpoint_hash"], set_=now)
    )


async def take_devices(work: Work, citizen_id: CitizenId) -> list[tuple[bytes, bytes]]:
    """Where the citizen's browsers are reached, which are forgotten with this. One statement."""
    gone = await work.session.execute(
        delete(PushSubscriptionRow)
        .where(PushSubscriptionRow.citizen_id == citizen_id)
        .returning(PushSubscriptionRow.endpoint_hash, PushSubscriptionRow.sealed)
    )
    return [(row.endpoint_hash, row.sealed) for row in gone]


async def remove_of_session(work: Work, citizen_id: CitizenId, session_id: UUID) -> None:
    """Browsers of the session are told no more, nor any of which nobody knows the session. One statement."""
    await work.session.execute(
        delete(PushSubscriptionRow).where(
            PushSubscriptionRow.citizen_id == citizen_id,
            or_(PushSubscriptionRow.session_id == session_id, PushSubscriptionRow.session_id.is_(None)),
        )
    )


def _signed_in(now: datetime) -> ColumnElement[bool]:
    """Whether the session as which the browser asked still lasts; of one without a session nothing else is known."""
    lasts = select(CitizenSession.id).where(
        CitizenSession.citizen_id == PushSubscriptionRow.citizen_id,
        CitizenSession.id == PushSubscriptionRow.session_id,
        CitizenSession.ended_at.is_(None),
        CitizenSession.expires_at > now,
    )
    return or_(PushSubscriptionRow.session_id.is_(None), lasts.exists())


async def remove_left(work: Work, citizen_id: CitizenId) -> None:
    """Browsers of the citizen that are signed in no more are forgotten. One statement."""
    await work.session.execute(
        delete(PushSubscriptionRow).where(PushSubscriptionRow.citizen_id == citizen_id, ~_signed_in(work.now))
    )


async def list_devices(work: Work, citizen_id: CitizenId) -> int:
    """How many browsers of the citizen are told. One statement."""
    where = select(func.count()).where(PushSubscriptionRow.citizen_id == citizen_id, _signed_in(work.now))
    return int(await work.session.scalar(where) or 0)


async def remove_device(work: Work, citizen_id: CitizenId, endpoint_hash: bytes) -> bool:
    """Whether the browser was told until now. One statement."""
    gone = await work.session.scalars(
        delete(PushSubscriptionRow)
        .where(PushSubscriptionRow.citizen_id == citizen_id, PushSubscriptionRow.endpoint_hash == endpoint_hash)
        .returning(PushSubscriptionRow.id)
    )
    return bool(gone.all())


async def devices_of(work: Work, citizens: Collection[UUID]) -> Mapping[UUID, list[Device]]:
    """Browsers of each of the citizens that are still signed in. One statement, none for nobody."""
    found: defaultdict[UUID, list[Device]] = defaultdict(list)
    if citizens:
        rows = await work.session.scalars(
            select(PushSubscriptionRow).where(PushSubscriptionRow.citizen_id.in_(citizens), _signed_in(work.now))
        )
        for row in rows:
            found[row.citizen_id].append(Device(row.citizen_id, row.id, row.sealed))
    return found


async def forget_device(db: Database, endpoint_hash: bytes) -> None:
    """The push service says that the browser is gone. One statement."""
    await db.lane.fetch("DELETE FROM citizen_push_subscriptions WHERE endpoint_hash = $1", endpoint_hash)
