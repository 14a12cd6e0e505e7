"""Every statement on the trail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.kit.ids import TenantId

from .domain import BEGINNING
from .models import AuditCursor, AuditEntry, AuditHead
from .terms import Asked, Entry, Head

_TABLE = AuditEntry.__table__
_COLUMNS = """id, at, actor_kind, actor_id, actor_name, unit_id, action, outcome, subject, details::text, request_id,
    address, position, hash"""
_UNSEALED = f"""
    SELECT {_COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND position IS NULL ORDER BY id LIMIT $2
"""  # noqa: S608 - columns of ours
_SEAL = """
    UPDATE audit_entries e SET position = s.position, hash = s.hash
    FROM unnest($2::uuid[], $3::bigint[], $4::bytea[]) AS s (id, position, hash)
    WHERE e.tenant_id = $1 AND e.id = s.id AND e.position IS NULL
"""
_SEALED = f"""
    SELECT {_COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND position > $2 ORDER BY position LIMIT $3
"""  # noqa: S608
_WAITING = "SELECT count(*) FROM audit_entries WHERE tenant_id = $1 AND position IS NULL"
# Sealed ones by position, the newest first. What is not sealed yet is seen a moment later.
_PAGE = f"SELECT {_COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND position < $2"  # noqa: S608
# Positions follow instants but for what was sealed some minutes after its time, so an instant bounds positions.
_FROM = """coalesce((
    SELECT e.position FROM audit_entries e
    WHERE e.tenant_id = $1 AND e.at < {0}::timestamptz - interval '1 hour' AND e.position IS NOT NULL
    ORDER BY e.at DESC LIMIT 1), 0)"""
_BEFORE = """coalesce((
    SELECT e.position FROM audit_entries e
    WHERE e.tenant_id = $1 AND e.at > {0}::timestamptz + interval '1 hour' AND e.position IS NOT NULL
    ORDER BY e.at LIMIT 1), 9223372036854775807)"""


def put_entry(work: Recorder, row: Mapping[str, object]) -> None:
    """Add an entry to what the work writes."""
    work.put(_TABLE, row)  # type: ignore[arg-type]


async def list_waiting_tenants(db: Database, tenants: Collection[TenantId]) -> list[TenantId]:
    """Those of the tenants whose trail has entries to be sealed. One statement, a look at one row of the index each."""
    rows = await db.lane.fetch(
        "SELECT t.tenant_id FROM unnest($1::int[]) AS t (tenant_id) WHERE EXISTS (SELECT FROM audit_entries e"
        " WHERE e.tenant_id = t.tenant_id AND e.position IS NULL)",
        list(tenants),
    )
    return [TenantId(row["tenant_id"]) for row in rows]


async def lock_head(work: Work, tenant_id: TenantId) -> AuditHead | None:
    """The tenant's head, locked; None when another worker is at it. Makes the row the first time."""
    held = select(AuditHead).where(AuditHead.tenant_id == tenant_id).with_for_update(skip_locked=True)
    found = await work.session.scalar(held)
    if found is None:
        begun = {"position": 0, "hash": BEGINNING, "proof": b"", "sealed_at": work.now}
        await work.session.execute(insert(AuditHead).values(tenant_id=tenant_id, **begun).on_conflict_do_nothing())
        found = await work.session.scalar(held)
    return found


async def list_unsealed(work: Work, tenant_id: TenantId, limit: int) -> list[Entry]:
    """Entries that wait to be sealed, in the order of their ids (index ix_audit_entries_unsealed)."""
    return [_entry(tenant_id, row) for row in await work.fetch(_UNSEALED, tenant_id, limit)]


async def seal(work: Work, tenant_id: TenantId, seals: Sequence[tuple[UUID, int, bytes]]) -> None:
    """Give each entry its position and hash. One statement."""
    ids, positions, hashes = (list(column) for column in zip(*seals, strict=True))
    await work.fetch(_SEAL, tenant_id, ids, positions, hashes)


async def list_sealed(db: Database, tenant_id: TenantId, after: int, limit: int) -> list[Entry]:
    """Sealed entries after a position, in order (index uq_audit_entries_tenant_id_position). One statement."""
    return [_entry(tenant_id, row) for row in await db.lane.fetch(_SEALED, tenant_id, after, limit)]


def page_of(tenant_id: TenantId, asked: Asked, before: int, limit: int) -> tuple[str, list[object]]:
    """The statement for a page, with its values: of conditions that are asked for only, so that each has its index."""
    query = _PAGE
    given: list[object] = [tenant_id, before]

    def also(condition: str, *values: object) -> None:
        nonlocal query
        places = [f"${len(given) + number + 1}" for number in range(len(values))]
        query += " AND " + condition.format(*places)
        given.extend(values)

    if asked.action is not None:  # with all below it, in the order of bytes: `.` is followed by `/`
        below = (f"{asked.action}.", f"{asked.action}/")
        also("(action = {0} OR (action ~>=~ {1} AND action ~<~ {2}))", asked.action, *below)
    if asked.actor_id is not None:
        also("actor_id = {0}", asked.actor_id)
    if asked.subject is not None:
        also("subject = {0}", asked.subject)
    if asked.outcome is not None:
        also("outcome = {0}", asked.outcome.value)
    if asked.unit_id is not None:
        also("unit_id = {0}", asked.unit_id)
    if asked.since is not None:
        also("at >= {0} AND position >= " + _FROM, asked.since)
    if asked.until is not None:
        also("at < {0} AND position < " + _BEFORE, asked.until)
    return f"{query} ORDER BY position DESC LIMIT ${len(given) + 1}", [*given, limit]


async def list_page(db: Database, tenant_id: TenantId, asked: Asked, before: int, limit: int) -> list[Entry]:
    """Sealed entries before a position that were asked for, newest first. One statement."""
    query, given = page_of(tenant_id, asked, before, limit)
    return [_entry(tenant_id, row) for row in await db.lane.fetch(query, *given)]


async def find_head(db: Database, tenant_id: TenantId) -> Head | None:
    """How far the trail is sealed; None before its first entry."""
    row = await db.lane.fetchrow(
        "SELECT position, hash, proof FROM audit_heads WHERE tenant_id = $1 AND position > 0", tenant_id
    )
    return Head(*row) if row is not None else None


async def count_waiting(db: Database, tenant_id: TenantId) -> int:
    """Entries that are not sealed yet."""
    return int(await db.lane.fetchval(_WAITING, tenant_id))


async def find_cursor(db: Database, tenant_id: TenantId, sink: str) -> int:
    """How far the sink has been told; 0 when nothing yet."""
    where = "SELECT position FROM audit_cursors WHERE tenant_id = $1 AND sink = $2"
    return await db.lane.fetchval(where, tenant_id, sink) or 0


async def move_cursor(work: Work, tenant_id: TenantId, sink: str, position: int) -> None:
    """The sink has been told up to the position."""
    moved = insert(AuditCursor).values(tenant_id=tenant_id, sink=sink, position=position)
    await work.session.execute(
        moved.on_conflict_do_update(index_elements=["tenant_id", "sink"], set_={"position": position})
    )


def _entry(tenant_id: TenantId, row: asyncpg.Record) -> Entry:
    values: dict[str, Any] = {**row, "details": orjson.loads(row["details"])}
    return Entry(tenant_id=tenant_id, **values)
