"""Every SQL statement on neighbours, consignments and parcels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import select

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit.ids import TenantId

from . import domain
from .errors import NeighbourNotFound
from .models import ConsignmentRow, NeighbourRow, ParcelRow
from .terms import Consignment, ConsignmentState, Line, Neighbour, Parcel, ParcelKind, Side

_COLUMNS = ", ".join(NeighbourRow.__table__.columns.keys())  # not all there may be: a later release may have added some
_KNOWN = f"SELECT {_COLUMNS} FROM neighbours WHERE tenant_id = $1 AND id = $2"  # noqa: S608 - names of ours
_DUE = """
    SELECT id FROM neighbours
    WHERE tenant_id = $1 AND told < written AND (retry_at IS NULL OR retry_at <= $2 OR retry_at > $3) ORDER BY id
"""
_WAITING = """
    SELECT number, consignment_id, kind, at, body::text AS body FROM parcels
    WHERE tenant_id = $1 AND neighbour_id = $2 AND number > $3 ORDER BY number LIMIT $4
"""
# In two steps: numbers that are being given away must be free.
_SET_ASIDE = "UPDATE parcels SET number = -(number + $4) WHERE tenant_id = $1 AND neighbour_id = $2 AND number > $3"
_TAKE_UP = "UPDATE parcels SET number = -number WHERE tenant_id = $1 AND neighbour_id = $2 AND number < 0"
_REWRITE = """
    UPDATE parcels SET body = $5::text::jsonb
    WHERE tenant_id = $1 AND neighbour_id = $2 AND number = $3 AND consignment_id = $4
"""
# What is with the holder stands as the case itself does, whatever was told of it: only so a difference shows.
_LINES = """
    SELECT h.id, h.side, h.case_code, h.their_code, h.answer_sha256, h.created_at, CASE
        WHEN h.state NOT IN ('held', 'answered') OR c.state IS NULL THEN h.state
        WHEN c.state IN ('resolved', 'closed') THEN 'answered'
        WHEN h.side = 'giver' AND h.state = 'answered' AND c.state = 'awaiting_approval' THEN 'answered'
        ELSE 'held'
    END AS state
    FROM consignments h LEFT JOIN cases c ON c.tenant_id = h.tenant_id AND c.id = h.case_id
    WHERE h.tenant_id = $1 AND h.neighbour_id = $2 AND h.created_at >= $3 AND h.created_at < $4
    ORDER BY h.created_at, h.id
"""
_TAKEN = """
    SELECT case_id, case_code, report_id FROM consignments WHERE tenant_id = $1 AND neighbour_id = $2 AND id = $3
"""
_FAILING = """
    SELECT tenant_id, name, failures, last_error, written - told AS waiting FROM neighbours
    WHERE tenant_id = ANY($1::int[]) AND active ORDER BY tenant_id, id
"""
_FORGET = """
    WITH old AS (
        SELECT h.id FROM consignments h JOIN neighbours n ON n.tenant_id = h.tenant_id AND n.id = h.neighbour_id
        WHERE h.tenant_id = $1 AND h.ended_at < $2 AND h.state NOT IN ('waiting', 'held') AND NOT EXISTS (
            SELECT FROM parcels p WHERE p.tenant_id = h.tenant_id AND p.consignment_id = h.id AND p.number > n.told
        )
        ORDER BY h.ended_at LIMIT $3 FOR UPDATE OF h SKIP LOCKED
    ), parcels_too AS (
        DELETE FROM parcels WHERE tenant_id = $1 AND consignment_id IN (SELECT id FROM old)
    )
    DELETE FROM consignments WHERE tenant_id = $1 AND id IN (SELECT id FROM old) RETURNING 1
"""


class Standing(NamedTuple):
    """How a neighbour is, for whoever looks after the installation."""

    tenant_id: TenantId
    name: str
    failures: int
    last_error: str | None
    waiting: int


async def list_all(work: ReadWork | Work, tenant_id: TenantId) -> Sequence[NeighbourRow]:
    """All of the tenant's, oldest first. One statement."""
    found = await work.session.scalars(
        select(NeighbourRow).where(NeighbourRow.tenant_id == tenant_id).order_by(NeighbourRow.created_at)
    )
    return found.all()


async def of_unit(work: Work, tenant_id: TenantId, unit_id: UUID) -> NeighbourRow | None:
    """The active neighbour that the unit stands for. One statement."""
    return await work.session.scalar(
        select(NeighbourRow).where(
            NeighbourRow.tenant_id == tenant_id, NeighbourRow.unit_id == unit_id, NeighbourRow.active
        )
    )


async def find(work: ReadWork | Work, tenant_id: TenantId, neighbour_id: UUID) -> NeighbourRow | None:
    """The neighbour, if there is one. One statement."""
    return await work.session.scalar(
        select(NeighbourRow).where(NeighbourRow.tenant_id == tenant_id, NeighbourRow.id == neighbour_id)
    )


async def find_known(db: Database, tenant_id: TenantId, neighbour_id: UUID) -> Neighbour | None:
    """The same for somebody who has proved nothing yet. One statement, and no transaction."""
    found = await db.lane.fetchrow(_KNOWN, tenant_id, neighbour_id)
    return NeighbourRow(**found).read() if found is not None else None


async def get(work: ReadWork | Work, tenant_id: TenantId, neighbour_id: UUID) -> NeighbourRow:
    """The same. Raises: NeighbourNotFound."""
    found = await find(work, tenant_id, neighbour_id)
    if found is None:
        raise NeighbourNotFound
    return found


async def lock(work: Work, tenant_id: TenantId, neighbour_id: UUID) -> NeighbourRow:
    """The same, locked: parcels are numbered and taken in one after the other. Raises: NeighbourNotFound."""
    found = await work.session.scalar(
        select(NeighbourRow)
        .where(NeighbourRow.tenant_id == tenant_id, NeighbourRow.id == neighbour_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NeighbourNotFound
    return found


async def write(work: Work, row: NeighbourRow | ConsignmentRow) -> None:
    """Put a new row there."""
    work.session.add(row)
    await work.settle()


async def add_parcel(
    work: Work, neighbour: NeighbourRow, consignment_id: UUID, kind: ParcelKind, body: dict[str, object]
) -> None:
    """What the neighbour is told next; its row must be locked. One statement."""
    neighbour.written += 1
    work.session.add(
        ParcelRow(
            tenant_id=neighbour.tenant_id,
            neighbour_id=neighbour.id,
            number=neighbour.written,
            consignment_id=consignment_id,
            kind=kind.value,
            at=work.now,
            body=body,
        )
    )
    await work.settle()


async def list_due(db: Database, tenant_id: TenantId, now: datetime) -> list[UUID]:
    """Neighbours that have parcels waiting and are not left alone. One statement.

    A time further ahead than any wait was written by a clock that was set back since.
    """
    return [row["id"] for row in await db.lane.fetch(_DUE, tenant_id, now, now + domain.WAITS.longest)]


async def waiting(work: Work, neighbour: NeighbourRow, limit: int) -> list[Parcel]:
    """The first parcels that the neighbour does not have, in order. One statement."""
    rows = await work.fetch(_WAITING, neighbour.tenant_id, neighbour.id, neighbour.told, limit)
    return [_parcel(row) for row in rows]


async def rewrite_parcel(work: Work, neighbour: NeighbourRow, parcel: Parcel, body: dict[str, object]) -> None:
    """The parcel says this now; the neighbour's row must be locked. One statement."""
    await work.fetch(
        _REWRITE, neighbour.tenant_id, neighbour.id, parcel.number, parcel.consignment, orjson.dumps(body).decode()
    )


def _parcel(row: asyncpg.Record) -> Parcel:
    return Parcel(row["number"], row["consignment_id"], ParcelKind(row["kind"]), row["at"], orjson.loads(row["body"]))


async def mark_of(work: Work, neighbour: NeighbourRow, number: int) -> str | None:
    """The mark of the parcel of that number, None when there is none (any more). One statement."""
    rows = await work.fetch(_WAITING, neighbour.tenant_id, neighbour.id, number - 1, 1)
    if not rows or rows[0]["number"] != number:
        return None
    return domain.mark_of(_parcel(rows[0]))


async def renumber(work: Work, neighbour: NeighbourRow, by: int) -> None:
    """Numbers of parcels that wait are `by` higher. Two statements."""
    await work.fetch(_SET_ASIDE, neighbour.tenant_id, neighbour.id, neighbour.told, by)
    await work.fetch(_TAKE_UP, neighbour.tenant_id, neighbour.id)


async def consignments_of(work: Work, tenant_id: TenantId, cases: Collection[UUID]) -> list[ConsignmentRow]:
    """Every consignment of these cases, oldest first. One statement."""
    found = await work.session.scalars(
        select(ConsignmentRow)
        .where(ConsignmentRow.tenant_id == tenant_id, ConsignmentRow.case_id.in_(cases))
        .order_by(ConsignmentRow.created_at, ConsignmentRow.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def find_taken(
    db: Database, tenant_id: TenantId, neighbour_id: UUID, consignment_id: UUID
) -> asyncpg.Record | None:
    """As which report and case the consignment of that neighbour was taken in, if it was. One statement."""
    return await db.lane.fetchrow(_TAKEN, tenant_id, neighbour_id, consignment_id)


async def consignment(
    work: Work, tenant_id: TenantId, neighbour_id: UUID, consignment_id: UUID
) -> ConsignmentRow | None:
    """The consignment of that neighbour, if there is one. One statement."""
    return await work.session.scalar(
        select(ConsignmentRow).where(
            ConsignmentRow.tenant_id == tenant_id,
            ConsignmentRow.neighbour_id == neighbour_id,
            ConsignmentRow.id == consignment_id,
        )
    )


async def list_consignments(
    work: ReadWork,
    tenant_id: TenantId,
    neighbour_id: UUID,
    *,
    state: ConsignmentState | None,
    before: UUID | None,
    limit: int,
) -> list[Consignment]:
    """Consignments from and to the neighbour, newest first by id. One statement."""
    wanted = select(ConsignmentRow).where(
        ConsignmentRow.tenant_id == tenant_id, ConsignmentRow.neighbour_id == neighbour_id
    )
    if state is not None:
        wanted = wanted.where(ConsignmentRow.state == state.value)
    if before is not None:
        wanted = wanted.where(ConsignmentRow.id < before)
    return [row.read() for row in await work.session.scalars(wanted.order_by(ConsignmentRow.id.desc()).limit(limit))]


async def list_lines(
    db: Database, tenant_id: TenantId, neighbour_id: UUID, since: datetime, until: datetime
) -> list[tuple[datetime, Line]]:
    """Consignments begun from `since` to before `until`, as both sides are to know them. One statement."""
    rows = await db.lane.fetch(_LINES, tenant_id, neighbour_id, since, until)
    return [(row["created_at"], _line(row["id"], row["side"], row)) for row in rows]


def _line(consignment_id: UUID, side: str, row: asyncpg.Record) -> Line:
    ours, theirs = row["case_code"], row["their_code"]
    giver, holder = (ours, theirs) if side == Side.GIVER.value else (theirs, ours)
    state = ConsignmentState(row["state"])
    answer = row["answer_sha256"] if state is ConsignmentState.ANSWERED else None
    return Line(consignment_id, giver, holder, state, answer)


async def list_failing(db: Database, tenants: Sequence[TenantId]) -> list[Standing]:
    """How each active neighbour is. One statement."""
    found = await db.lane.fetch(_FAILING, list(tenants))
    return [Standing(TenantId(row["tenant_id"]), *list(row.values())[1:]) for row in found]


async def forget(work: Work, tenant_id: TenantId, before: datetime, limit: int) -> int:
    """Number of consignments that ended before that instant, were told in full, and are gone now. One statement."""
    return len(await work.fetch(_FORGET, tenant_id, before, limit))
