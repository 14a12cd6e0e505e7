"""Statements on queues: pages of open cases due first, how many wait in each, how they lie with the units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from app.cases.domain.loads import Load
from app.cases.terms import CaseState, QueueView, Scope
from app.db.engine import Database
from app.kit.ids import UnitId

COLUMNS = """code, version, state, resolution, kind, category_code, priority, summary, address, lat, lon,
 area_province, area_district, area_commune, edition_id, confidence, unit_id, assignee_id, opened_at, updated_at,
 due_at, original_due_at, overdue_at, report_count, referral_count, reopen_count, support_count, publication,
 redaction IS NULL AS unchecked, id"""
OPEN = "state NOT IN ('resolved', 'closed')"
# Few or none, looked up once a statement. Whoever takes one in hand has looked; what is overdue is seen whatever it is.
_HELD = "state = 'received' AND id IN (SELECT case_id FROM held_cases WHERE tenant_id = $1)"
_NOT_HELD = f"NOT ({_HELD})"
_VIEWS: dict[QueueView, str] = {
    QueueView.TRIAGE: f"state = 'received' AND {_NOT_HELD}",
    QueueView.INBOX: f"state IN ('received', 'assigned', 'in_progress', 'awaiting_reporter') AND {_NOT_HELD}",
    QueueView.MINE: "assignee_id = $9",
    QueueView.OVERDUE: "due_at < $9",
    QueueView.DUE_SOON: f"due_at >= $9 AND due_at < $10 AND {_NOT_HELD}",
    QueueView.APPROVAL: "state = 'awaiting_approval'",
    QueueView.ESCALATED: "supervisor_id IS NOT NULL",
    QueueView.CENTRE: "supervisor_id IS NOT NULL AND centre_at IS NOT NULL",
    QueueView.HELD: _HELD,
}
_RAISED = (QueueView.ESCALATED, QueueView.CENTRE, QueueView.HELD)
_AFTER = "(due_at, id) > ($2, $3)"


_WALK_ROWS = 1500  # how far what is due first, or newest, is walked before each unit is asked
_FEW = 4  # so few units or areas are asked at once


def merged(each: str, ranges: str, order: str, walked: str, *, in_scope: str) -> str:
    """One page of a list that gathers several index ranges: keys first, then the rows of the page.

    Walking the whole list in its order fills a page at once where the scope holds much of it; a bounded walk that does
    not is followed by asking each range for a page and merging them. So the cost depends on the page and the number of
    ranges, never on how many cases there are. Few ranges are asked at once.
    """
    filled = "(SELECT count(*) = $4 FROM walked)"
    return (
        f"WITH walked AS MATERIALIZED (SELECT due_at, id FROM ({walked} ORDER BY {order} LIMIT {_WALK_ROWS}) AS way"  # noqa: S608
        f" WHERE cardinality({ranges}) > {_FEW} AND {in_scope} ORDER BY {order} LIMIT $4), keys AS ("
        f"SELECT due_at, id FROM walked WHERE {filled} UNION ALL (SELECT page.due_at, page.id"
        f" FROM unnest({ranges}) AS held (one) CROSS JOIN LATERAL ({each} ORDER BY {order} LIMIT $4) AS page"
        f" WHERE NOT {filled} ORDER BY {order} LIMIT $4))"
        # The limit keeps the planner from joining in any other way than row by row.
        f" SELECT {COLUMNS} FROM (SELECT id AS found FROM keys) AS k"
        f" CROSS JOIN LATERAL (SELECT * FROM cases WHERE tenant_id = $1 AND id = k.found LIMIT 1) AS c ORDER BY {order}"
    )


_SIEVE = f"""($6::text[] IS NULL OR category_code = ANY($6)) AND ($7::text IS NULL OR state = $7)
 AND ($8::uuid IS NULL OR COALESCE(assignee_id, '{UUID(int=0)}') = $8)"""


def _queue_sql(view: QueueView, *, whole: bool) -> str:
    """One page of a queue, due first. $5 units, $6 category subtree, $7 state, $8 the officer or the nil id: nobody."""
    wanted = f"{_VIEWS[view]} AND {_SIEVE}"
    if view in _RAISED:  # few, and all in an index of their own
        return (
            f"SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND ($5::uuid[] IS NULL OR unit_id = ANY($5))"  # noqa: S608
            f" AND {OPEN} AND {_AFTER} AND {wanted} ORDER BY due_at, id LIMIT $4"
        )
    if whole:
        return (
            f"SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND $5::uuid[] IS NULL AND {OPEN} AND {_AFTER}"  # noqa: S608
            f" AND {wanted} ORDER BY due_at, id LIMIT $4"
        )
    held = f"FROM cases WHERE tenant_id = $1 AND {OPEN} AND {_AFTER}"
    return merged(
        f"SELECT due_at, id {held} AND unit_id = held.one AND {wanted}",
        "$5::uuid[]",
        "due_at, id",
        f"SELECT due_at, id, unit_id, state, category_code, assignee_id {held}",
        in_scope=f"unit_id = ANY($5) AND {wanted}",
    )


_QUEUES = {(view, whole): _queue_sql(view, whole=whole) for view in QueueView for whole in (False, True)}


async def list_queue(
    db: Database,
    scope: Scope,
    view: QueueView,
    *,
    categories: list[str] | None,
    extra: Sequence[object],
    after: tuple[datetime, UUID],
    limit: int,
    state: CaseState | None = None,
    officer: UUID | None = None,
) -> list[asyncpg.Record]:
    """Up to `limit` open cases of the view, by due date then id, after the given one. One statement.

    `officer`: who is in charge; the nil id: nobody. `extra` holds what the view compares with: the officer for `mine`,
    instants for `overdue` and `due_soon`.
    """
    units = None if scope.whole else sorted(scope.units)
    sieve = (units, categories, state, officer)
    return await db.lane.fetch(_QUEUES[view, scope.whole], scope.tenant_id, *after, limit, *sieve, *extra)


def _counted(view: QueueView) -> str:
    if view in _RAISED:
        return (
            f"(SELECT count(*) FROM (SELECT FROM cases WHERE tenant_id = $1 AND {OPEN} AND {_VIEWS[view]}"  # noqa: S608
            f" AND ($6::uuid[] IS NULL OR unit_id = ANY($6)) LIMIT $2) AS raised) AS {view}"
        )
    now = "$3" if view is QueueView.MINE else "$4"
    return f"count(*) FILTER (WHERE {_VIEWS[view].replace('$9', now).replace('$10', '$5')}) AS {view}"


_VIEW_COUNTS = ", ".join(map(_counted, QueueView))
_NEAREST = f"SELECT state, due_at, id, assignee_id FROM cases WHERE tenant_id = $1 AND {OPEN}"  # noqa: S608
_COUNTS = {
    True: f"SELECT {_VIEW_COUNTS}, count(*) AS looked FROM ({_NEAREST} AND $6::uuid[] IS NULL"  # noqa: S608
    " ORDER BY due_at, id LIMIT $2) AS nearest",
    False: f"SELECT {_VIEW_COUNTS}, count(*) AS looked FROM (SELECT page.* FROM unnest($6::uuid[]) AS held (by_unit)"  # noqa: S608
    f" CROSS JOIN LATERAL ({_NEAREST} AND unit_id = held.by_unit ORDER BY due_at, id LIMIT $2) AS page"
    " ORDER BY due_at, id LIMIT $2) AS nearest",
}


async def count_queues(
    db: Database, scope: Scope, *, officer: UUID | None, now: datetime, soon: datetime, limit: int
) -> asyncpg.Record:
    """How many of the scope's first `limit` open cases each view holds, and how many were `looked` at. One statement.

    First by due date. It reads the indexes of open cases, at most `limit` entries of each unit of the scope.
    """
    units = None if scope.whole else sorted(scope.units)
    found = await db.lane.fetchrow(_COUNTS[scope.whole], scope.tenant_id, limit, officer, now, soon, units)
    assert found is not None
    return found


_BY_UNIT = f"""
SELECT held.one AS unit_id, now.* FROM unnest($4::uuid[]) AS held (one) CROSS JOIN LATERAL (
 SELECT count(*) AS open, count(*) FILTER (WHERE due_at < $2) AS overdue,
  count(*) FILTER (WHERE due_at >= $2 AND due_at < $3) AS due_soon,
  count(*) FILTER (WHERE state = 'received') AS to_sort,
  count(*) FILTER (WHERE state = 'awaiting_approval') AS to_approve
 FROM cases WHERE tenant_id = $1 AND unit_id = held.one AND {OPEN}) AS now WHERE now.open > 0
"""  # noqa: S608


async def count_by_unit(db: Database, scope: Scope, *, now: datetime, soon: datetime) -> dict[UnitId, Load]:
    """How the open cases lie with each unit of the scope that has some. One statement, by what its index holds."""
    rows = await db.lane.fetch(_BY_UNIT, scope.tenant_id, now, soon, sorted(scope.units))
    return {UnitId(row["unit_id"]): Load(*row[1:]) for row in rows}
