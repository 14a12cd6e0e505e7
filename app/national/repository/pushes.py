"""Statements on pushes. The link is locked before any of them is claimed or settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import RequestId, TenantId, UnitId
from app.national.domain import PAUSES, REST
from app.national.models import LinkRow, PushRow
from app.national.terms import Claim, Push

_COLUMNS = "request_id, version, code, type, state_code, due_at, occurred_at, unit_id"
_GIVEN = """
    FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::int[], $8::timestamptz[], $9::timestamptz[],
        $10::uuid[]) AS t (request_id, version, code, type, state_code, due_at, occurred_at, unit_id)
"""
_ADD = f"""
    INSERT INTO national_pushes (tenant_id, {_COLUMNS}, state, created_at, next_at)
    SELECT $1, {_COLUMNS}, 'waiting', $2, $2 {_GIVEN}
    ON CONFLICT (tenant_id, request_id, version) DO NOTHING RETURNING 1
"""
# Doubtful: what the portal has by now is what is being asked, and whether this updates or begins it hangs on that.
_REVIVE = f"""
    INSERT INTO national_pushes AS p (tenant_id, {_COLUMNS}, state, created_at, next_at, doubtful)
    SELECT $1, {_COLUMNS}, 'waiting', $2, $2, true {_GIVEN}
    ON CONFLICT (tenant_id, request_id, version) DO UPDATE
    SET state = 'waiting', next_at = $2, created_at = $2, attempts = 0, first_failed_at = NULL, settled_at = NULL,
        doubtful = true
    WHERE p.locked_until IS NULL OR p.locked_until <= $2 RETURNING 1
"""  # noqa: S608 - parts of ours
_REVIVE_DEAD = """
    UPDATE national_pushes
    SET state = 'waiting', next_at = $2, created_at = $2, attempts = 0, first_failed_at = NULL, settled_at = NULL
    WHERE tenant_id = $1 AND state = 'dead' RETURNING 1
"""
_FIRST_OF_ITS_REQUEST = """
    p.version = (
        SELECT e.version FROM national_pushes e
        WHERE e.tenant_id = p.tenant_id AND e.request_id = p.request_id AND e.state = 'waiting'
        ORDER BY e.version LIMIT 1
    )
"""
_ATTEMPTABLE = f"""
    p.state = 'waiting' AND p.next_at <= $2 AND (p.locked_until IS NULL OR p.locked_until <= $2)
    AND {_FIRST_OF_ITS_REQUEST}
"""
_DUE = f"""
    SELECT t.tenant_id FROM unnest($1::int[]) AS t (tenant_id)
    LEFT JOIN national_links l ON l.tenant_id = t.tenant_id
    WHERE (l.retry_at IS NULL OR l.retry_at <= $2) AND EXISTS (
        SELECT FROM national_pushes p WHERE p.tenant_id = t.tenant_id AND {_ATTEMPTABLE}
    )
"""  # noqa: S608 - conditions of ours
_IN_FLIGHT = "SELECT count(*) AS found FROM national_pushes WHERE tenant_id = $1 AND locked_until > $2"
_CLAIM = f"""
    WITH due AS MATERIALIZED (
        SELECT p.request_id, p.version, p.doubtful FROM national_pushes p
        WHERE p.tenant_id = $1 AND {_ATTEMPTABLE}
        ORDER BY p.next_at, p.request_id LIMIT $4 FOR UPDATE
    )
    UPDATE national_pushes p SET locked_until = $3, doubtful = true
    FROM due WHERE p.tenant_id = $1 AND p.request_id = due.request_id AND p.version = due.version
    RETURNING p.request_id, p.version, p.code, p.type, p.state_code, p.due_at, p.occurred_at, p.unit_id,
        due.doubtful AS doubtful
"""  # noqa: S608 - conditions of ours
# What was written by a clock that has been set back since, and would wait until then again.
_PUSHES_TO_COME = """
    UPDATE national_pushes SET next_at = least(next_at, $2),
        locked_until = CASE WHEN locked_until > $4 THEN NULL ELSE locked_until END
    WHERE tenant_id = $1 AND state = 'waiting' AND (next_at > $3 OR locked_until > $4)
"""
_REST_TO_COME = "UPDATE national_links SET retry_at = NULL WHERE tenant_id = $1 AND retry_at > $2"
_EARLIER = """
    SELECT true AS found FROM national_pushes
    WHERE tenant_id = $1 AND request_id = $2 AND version < $3 AND state = 'delivered' LIMIT 1
"""
_CURRENT = """
    SELECT id, code, version, state, due_at, updated_at, unit_id FROM service_requests
    WHERE tenant_id = $1 AND code = ANY($2::text[])
"""
_FORGET = """
    DELETE FROM national_pushes p WHERE p.tenant_id = $1 AND (p.request_id, p.version) IN (
        SELECT d.request_id, d.version FROM national_pushes d
        WHERE d.tenant_id = $1 AND d.state = 'delivered' AND d.settled_at < $2 AND EXISTS (
            SELECT FROM national_pushes n WHERE n.tenant_id = d.tenant_id AND n.request_id = d.request_id
            AND n.version > d.version AND n.state = 'delivered'
        ) ORDER BY d.settled_at LIMIT $3
    ) RETURNING 1
"""


class Current(NamedTuple):
    """A service request as it stands."""

    request_id: RequestId
    code: str
    version: int
    state: str
    due_at: datetime | None
    updated_at: datetime
    unit_id: UnitId


async def add(work: Work, tenant_id: TenantId, pushes: Sequence[Push]) -> int:
    """Number of pushes that wait from now on; those that are there stay as they are. One statement."""
    return len(await work.fetch(_ADD, *_values(work, tenant_id, pushes)))


async def revive(work: Work, tenant_id: TenantId, pushes: Sequence[Push]) -> int:
    """The same, and those that are there wait once more, unless somebody is at them. One statement."""
    return len(await work.fetch(_REVIVE, *_values(work, tenant_id, pushes)))


async def revive_dead(work: Work, tenant_id: TenantId) -> int:
    """Number of dead pushes that wait once more. One statement."""
    return len(await work.fetch(_REVIVE_DEAD, tenant_id, work.now))


def _values(work: Work, tenant_id: TenantId, pushes: Sequence[Push]) -> tuple[object, ...]:
    return (
        tenant_id,
        work.now,
        [push.request_id for push in pushes],
        [push.version for push in pushes],
        [push.code for push in pushes],
        [push.type for push in pushes],
        [push.state_code for push in pushes],
        [push.due_at for push in pushes],
        [push.occurred_at for push in pushes],
        [push.unit_id for push in pushes],
    )


async def list_due_tenants(db: Database, tenants: Sequence[TenantId], now: datetime) -> list[TenantId]:
    """Those of the tenants that have something to push now, and whose line does not rest. One statement."""
    return [TenantId(row["tenant_id"]) for row in await db.lane.fetch(_DUE, list(tenants), now)]


async def forget_times_to_come(db: Database, tenant_id: TenantId, now: datetime, *, lease: timedelta) -> None:
    """What waits for longer than anything is made to wait is due now, and a line that rests for longer rests no more.

    An attempt under way keeps its lease, unless that goes beyond any. Two statements.
    """
    await db.lane.fetch(_PUSHES_TO_COME, tenant_id, now, now + PAUSES.longest, now + lease)
    await db.lane.fetch(_REST_TO_COME, tenant_id, now + REST.waits.longest)


async def lock_link(work: Work, tenant_id: TenantId) -> LinkRow:
    """The tenant's line, locked. Makes the row the first time. One statement, three the first time."""
    wanted = select(LinkRow).where(LinkRow.tenant_id == tenant_id).with_for_update()
    found = await work.session.scalar(wanted)
    if found is None:
        await work.session.execute(insert(LinkRow).values(tenant_id=tenant_id).on_conflict_do_nothing())
        found = await work.session.scalar(wanted)
    assert found is not None
    return found


async def claim(work: Work, tenant_id: TenantId, locked_until: datetime, most: int) -> list[Claim]:
    """Pushes that are ours until `locked_until`, the first of its service request each, so that no more than `most` are

    under way over all processes. The link must be locked by an earlier statement. Two statements.
    """
    under_way = (await work.fetch(_IN_FLIGHT, tenant_id, work.now))[0]["found"]
    if under_way >= most:
        return []
    rows = await work.fetch(_CLAIM, tenant_id, work.now, locked_until, most - under_way)
    return [Claim(tenant_id, _push(row), locked_until, row["doubtful"]) for row in rows]


def _push(row: asyncpg.Record) -> Push:
    return Push(
        request_id=RequestId(row["request_id"]),
        version=row["version"],
        code=row["code"],
        type=row["type"],
        state_code=row["state_code"],
        due_at=row["due_at"],
        occurred_at=row["occurred_at"],
        unit_id=UnitId(row["unit_id"]),
    )


async def lock_claimed(work: Work, claim: Claim) -> PushRow | None:
    """The push, locked; None when it is somebody else's by now. One statement."""
    return await work.session.scalar(
        select(PushRow)
        .where(
            PushRow.tenant_id == claim.tenant_id,
            PushRow.request_id == claim.push.request_id,
            PushRow.version == claim.push.version,
            PushRow.locked_until == claim.locked_until,
        )
        .with_for_update()
    )


async def earlier_delivered(db: Database, tenant_id: TenantId, request_id: UUID, version: int) -> bool:
    """Whether the portal has an earlier version of the request. One statement."""
    return await db.lane.fetchval(_EARLIER, tenant_id, request_id, version) is not None


async def current_of(work: Work, tenant_id: TenantId, codes: Sequence[str]) -> list[Current]:
    """The service requests of these codes as they stand. One statement."""
    return [Current(*row) for row in await work.fetch(_CURRENT, tenant_id, list(codes))]


async def forget(work: Work, tenant_id: TenantId, before: datetime, limit: int) -> int:
    """Number of pushes delivered before that instant that are gone now. One statement."""
    return len(await work.fetch(_FORGET, tenant_id, before, limit))
