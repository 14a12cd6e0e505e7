"""Statements that only read, on the fast lane."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.cases.terms import Scope
from app.db.engine import Database
from app.kit.ids import CitizenId, RequestId, TenantId
from app.service_requests.models import ServiceRequest
from app.service_requests.terms import QueueView

_COLUMNS = ", ".join(ServiceRequest.__table__.columns.keys())
_OF_UNITS = """(
    $3::uuid[] IS NULL OR receiver_id = ANY($3) OR EXISTS (
        SELECT FROM service_request_steps s WHERE s.tenant_id = r.tenant_id AND s.request_id = r.id
            AND s.unit_id = ANY($3) AND s.opened_at IS NOT NULL)
)"""
_FIND = f"SELECT {_COLUMNS} FROM service_requests r WHERE tenant_id = $1 AND code = $2"  # noqa: S608
_FIND_SEEN = f"{_FIND} AND {_OF_UNITS}"
_STEPS = """
    SELECT * FROM service_request_steps WHERE tenant_id = $1 AND request_id = $2 ORDER BY place
"""
_FILES = """
    SELECT id, upload_id, role, document, name, round, reused_from, added_at FROM service_request_files
    WHERE tenant_id = $1 AND request_id = $2 ORDER BY id
"""


async def find_row(db: Database, tenant_id: TenantId, code: str, scope: Scope | None) -> dict[str, Any] | None:
    """The request as the driver gives it; None when there is none, or none of whose parts is the scope's."""
    if scope is None:
        row = await db.lane.fetchrow(_FIND, tenant_id, code)
    else:
        row = await db.lane.fetchrow(_FIND_SEEN, tenant_id, code, None if scope.whole else sorted(scope.units))
    return dict(row) if row is not None else None


async def find_tracked(db: Database, tenant_id: TenantId, code: str) -> dict[str, Any] | None:
    """The same whoever asks: the caller checks whose it is. One statement."""
    return await find_row(db, tenant_id, code, None)


async def steps_of(db: Database, tenant_id: TenantId, request_id: RequestId) -> list[dict[str, Any]]:
    """The request's steps in order. One statement."""
    return [dict(row) for row in await db.lane.fetch(_STEPS, tenant_id, request_id)]


async def list_files(db: Database, tenant_id: TenantId, request_id: RequestId) -> list[dict[str, Any]]:
    """The request's files, oldest first. One statement."""
    return [dict(row) for row in await db.lane.fetch(_FILES, tenant_id, request_id)]


async def list_of_citizen(
    db: Database, tenant_id: TenantId, citizen_id: CitizenId, before: RequestId | None, limit: int
) -> list[dict[str, Any]]:
    """The account's requests, newest first, before that id. One statement."""
    rows = await db.lane.fetch(
        f"SELECT {_COLUMNS} FROM service_requests r WHERE tenant_id = $1 AND citizen_id = $2"  # noqa: S608
        " AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        tenant_id,
        citizen_id,
        before,
        limit,
    )
    return [dict(row) for row in rows]


async def files_of(db: Database, tenant_id: TenantId, citizen_id: CitizenId, limit: int) -> list[dict[str, Any]]:
    """Documents the account has handed in before, newest first, each upload once. One statement."""
    rows = await db.lane.fetch(
        """
        SELECT DISTINCT ON (f.upload_id) f.id, f.upload_id, f.document, f.name, f.added_at, r.code, r.procedure_code
        FROM service_requests r JOIN service_request_files f ON f.tenant_id = r.tenant_id AND f.request_id = r.id
        WHERE r.tenant_id = $1 AND r.citizen_id = $2 AND f.role IN ('document', 'supplement')
        ORDER BY f.upload_id DESC, f.id LIMIT $3
        """,
        tenant_id,
        citizen_id,
        limit,
    )
    return [dict(row) for row in rows]


async def count_open(db: Database, tenant_id: TenantId, procedure: str) -> dict[int, int]:
    """How many requests for the procedure are not over, by its version. One statement."""
    rows = await db.lane.fetch(
        "SELECT procedure_version, count(*) AS many FROM service_requests"
        " WHERE tenant_id = $1 AND procedure_code = $2 AND closed_at IS NULL GROUP BY procedure_version",
        tenant_id,
        procedure,
    )
    return {row["procedure_version"]: row["many"] for row in rows}


async def find_own_file(
    db: Database, tenant_id: TenantId, citizen_id: CitizenId, files: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Those of the files that came with a request of the account's, by id. One statement."""
    rows = await db.lane.fetch(
        """
        SELECT f.id, f.upload_id, f.name, f.request_id
        FROM service_request_files f JOIN service_requests r ON r.tenant_id = f.tenant_id AND r.id = f.request_id
        WHERE f.tenant_id = $1 AND f.id = ANY($3::uuid[]) AND r.citizen_id = $2 AND f.role IN ('document', 'supplement')
        """,
        tenant_id,
        citizen_id,
        list(files),
    )
    return {row["id"]: dict(row) for row in rows}


_AT_WORK = "r.state IN ('submitted', 'accepted', 'processing', 'withdrawal_asked')"
# What the step says already comes first: the index finds those steps, the request is looked at after.
_VIEWS: dict[QueueView, str] = {
    QueueView.INBOX: f"({_AT_WORK} OR r.state = 'done')",
    QueueView.RECEIVE: "s.role = 'receive' AND r.state = 'submitted'",
    QueueView.MINE: "s.assignee_id = $6",
    QueueView.OVERDUE: f"s.due_at < $7 AND {_AT_WORK}",
    QueueView.SIGNATURE: "s.waits_for = 'signature' AND r.state = 'processing' AND r.drafted_by IS NOT NULL",
    QueueView.HELD: "s.waits_for = 'applicant' AND r.state IN ('supplement_requested', 'payment_requested', 'stopped')",
    QueueView.HAND_OVER: "s.role = 'return' AND r.state = 'done'",
}
_LISTED = """s.request_id AS id, s.code AS step, s.due_at AS step_due_at, s.unit_id AS step_unit_id, s.assignee_id,
 s.role, s.asked_by, r.code, r.version, r.state, r.procedure_code, r.procedure_version, r.submitted_at, r.due_at,
 r.original_due_at, r.overdue_at, r.object_area, r.channel, r.drafted_by, r.updated_at"""
_KEY = "(s.due_at, s.request_id, s.code)"
_BY_DUE = "s.due_at, s.request_id, s.code"
# The limit keeps the planner from joining in any other way than row by row.
_OPEN_STEPS = """ FROM service_request_steps s CROSS JOIN LATERAL (
 SELECT * FROM service_requests WHERE tenant_id = s.tenant_id AND id = s.request_id LIMIT 1) AS r
 WHERE s.tenant_id = $1 AND s.state = 'open' AND r.closed_at IS NULL"""


def _queue_sql(view: QueueView, *, whole: bool) -> str:
    """One page of open steps, due first. Every parameter is named, so that each view takes the same.

    Each unit's range of the index is asked for a page and the pages are merged: the cost depends on the page and the
    number of units, not on how many steps are open, nor on what waits elsewhere in the province.
    """
    named = "($6::uuid IS NULL OR true) AND ($7::timestamptz IS NULL OR true)"
    page = (
        f"SELECT {_LISTED}{_OPEN_STEPS} AND {{held}} AND {_KEY} > ($3, $4, $5) AND {named} AND {_VIEWS[view]}"
        f" ORDER BY {_BY_DUE} LIMIT $8"
    )
    if whole:
        return page.format(held="$2::uuid[] IS NULL")
    return (
        "SELECT page.* FROM unnest($2::uuid[]) AS held (one)"  # noqa: S608
        f" CROSS JOIN LATERAL ({page.format(held='s.unit_id = held.one')}) AS page"
        " ORDER BY page.step_due_at, page.id, page.step LIMIT $8"
    )


_QUEUES = {(view, whole): _queue_sql(view, whole=whole) for view in QueueView for whole in (False, True)}


async def list_queue(
    db: Database,
    scope: Scope,
    view: QueueView,
    *,
    officer: UUID | None,
    now: datetime,
    after: tuple[datetime, UUID, str],
    limit: int,
) -> Sequence[asyncpg.Record]:
    """Up to `limit` open steps of the scope's units, by due date, after that key. One statement."""
    units = None if scope.whole else sorted(scope.units)
    return await db.lane.fetch(_QUEUES[view, scope.whole], scope.tenant_id, units, *after, officer, now, limit)


_COUNTED = ", ".join(
    f"count(*) FILTER (WHERE {words.replace('$6', '$3').replace('$7', '$4')}) AS {view.value}"
    for view, words in _VIEWS.items()
)
_NEAREST = "SELECT * FROM service_request_steps WHERE tenant_id = $1 AND state = 'open'"


def _counts_sql(*, whole: bool) -> str:
    nearest = f"{_NEAREST} AND $2::uuid[] IS NULL ORDER BY due_at LIMIT $5"
    if not whole:
        nearest = (
            "SELECT page.* FROM unnest($2::uuid[]) AS held (one)"  # noqa: S608
            f" CROSS JOIN LATERAL ({_NEAREST} AND unit_id = held.one ORDER BY due_at LIMIT $5) AS page"
            " ORDER BY page.due_at LIMIT $5"
        )
    return (
        f"SELECT {_COUNTED} FROM ({nearest}) AS s CROSS JOIN LATERAL (SELECT * FROM service_requests"  # noqa: S608
        " WHERE tenant_id = s.tenant_id AND id = s.request_id LIMIT 1) AS r WHERE r.closed_at IS NULL"
        " AND ($3::uuid IS NULL OR true) AND ($4::timestamptz IS NULL OR true)"
    )


_COUNTS = {whole: _counts_sql(whole=whole) for whole in (False, True)}


async def count_queues(
    db: Database, scope: Scope, *, officer: UUID | None, now: datetime, limit: int
) -> dict[QueueView, int]:
    """How many of the scope's first `limit` open steps each view holds. One statement."""
    units = None if scope.whole else sorted(scope.units)
    row = await db.lane.fetchrow(_COUNTS[scope.whole], scope.tenant_id, units, officer, now, limit)
    assert row is not None
    return {view: row[view.value] for view in QueueView}
