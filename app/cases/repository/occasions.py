"""Statements of the sweep: cases by the hundred, locked, changed and planned in a few statements.

At driver level (docs/decisions/0004): objects of the session would cost ten times what is told of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson

from app.cases.models import Case
from app.db.work import Work
from app.deadlines.domain import Told
from app.deadlines.terms import TargetKind
from app.kit.ids import TenantId

_OPEN = "state NOT IN ('resolved', 'closed')"
_COLUMNS = (
    "tenant_id",
    "id",
    "code",
    "version",
    "state",
    "resolution",
    "kind",
    "category_code",
    "priority",
    "unit_id",
    "assignee_id",
    "referred_by_unit_id",
    "opened_at",
    "updated_at",
    "due_at",
    "accepted_at",
    "first_response_at",
    "escalated_at",
    "supervisor_id",
    "centre_at",
    "overdue_at",
    "paused_at",
    "merged_into_id",
    "publication",
    "publication_policy",
    "report_count",
    "referral_count",
    "reopen_count",
)
_LOOKED_AT = f"{', '.join(_COLUMNS)}, clock::text AS clock"

# Index ix_clock_plans_look. What another sweep holds is its own.
_PLANNED = """
    SELECT case_id FROM clock_plans WHERE tenant_id = $1 AND look_at <= $2 AND case_id <> ALL ($4)
    ORDER BY look_at LIMIT $3 FOR UPDATE SKIP LOCKED
"""
# Index ix_cases_unswept: a breach is found even when no plan was ever made for its case.
_UNSWEPT = f"""
    SELECT id FROM cases WHERE tenant_id = $1 AND due_at < $2 AND overdue_at IS NULL AND {_OPEN} AND id <> ALL ($4)
    ORDER BY due_at LIMIT $3
"""  # noqa: S608
_LOCKED = f"""
    SELECT {_LOOKED_AT} FROM cases WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE SKIP LOCKED
"""  # noqa: S608
_READ = f"SELECT {_LOOKED_AT} FROM cases WHERE tenant_id = $1 AND id = ANY ($2)"  # noqa: S608
_TOLD = (
    "SELECT case_id, clock, started_at, code, due_at FROM clock_occasions WHERE tenant_id = $1 AND case_id = ANY ($2)"
)
_CHANGE = """
    UPDATE cases AS c SET version = n.version, updated_at = n.updated_at, due_at = n.due_at, paused_at = n.paused_at,
        overdue_at = n.overdue_at, escalated_at = n.escalated_at, supervisor_id = n.supervisor_id,
        centre_at = n.centre_at, clock = n.clock::jsonb
    FROM unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
        $8::timestamptz[], $9::uuid[], $10::timestamptz[], $11::text[])
        AS n (id, version, updated_at, due_at, paused_at, overdue_at, escalated_at, supervisor_id, centre_at, clock)
    WHERE c.tenant_id = $1 AND c.id = n.id
"""
_PLAN = """
    INSERT INTO clock_plans AS p (tenant_id, case_id, look_at)
    SELECT $1, n.case_id, n.look_at FROM unnest($2::uuid[], $3::timestamptz[]) AS n (case_id, look_at)
    ORDER BY n.case_id
    ON CONFLICT (tenant_id, case_id) DO UPDATE SET look_at = excluded.look_at
    WHERE p.look_at IS DISTINCT FROM excluded.look_at
"""
_FORGET = "DELETE FROM clock_plans WHERE tenant_id = $1 AND case_id = ANY ($2)"
# A page of what is open, by the index; then which of it has no plan.
_UNPLANNED = f"""
    WITH page AS MATERIALIZED (
        SELECT due_at, id FROM cases WHERE tenant_id = $1 AND {_OPEN} AND (due_at, id) > ($2, $3)
        ORDER BY due_at, id LIMIT $4
    )
    SELECT page.due_at, page.id, p.case_id IS NULL AS unplanned
    FROM page LEFT JOIN clock_plans p ON p.tenant_id = $1 AND p.case_id = page.id ORDER BY page.due_at, page.id
"""  # noqa: S608


class OpenKey(NamedTuple):
    """Where a walk through the open cases is; `unplanned`: whether nobody has said when to look at it."""

    due_at: datetime
    id: UUID
    unplanned: bool


class OccasionRepository:
    """Statements of the sweep, in the caller's transaction. Cases it gives are not the session's: see `keep`."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._work = work
        self._tenant_id = tenant_id

    async def waiting(self, limit: int, *, besides: Collection[UUID] = ()) -> list[UUID]:
        """Up to `limit` cases that are to be looked at now, the ones that have waited longest first; two statements."""
        left_out = list(besides)
        planned = await self._work.fetch(_PLANNED, self._tenant_id, self._work.now, limit, left_out)
        found = [row["case_id"] for row in planned]
        if len(found) < limit:
            unswept = await self._work.fetch(_UNSWEPT, self._tenant_id, self._work.now, limit - len(found), left_out)
            found += [row["id"] for row in unswept]
        return list(dict.fromkeys(found))

    async def locked(self, ids: Iterable[UUID]) -> list[Case]:
        """Those of the cases that nobody else holds, locked, by id."""
        rows = await self._work.fetch(_LOCKED, self._tenant_id, list(ids))
        return [_case_of(row) for row in rows]

    async def read(self, ids: Iterable[UUID]) -> list[Case]:
        """The cases as they are, not locked."""
        rows = await self._work.fetch(_READ, self._tenant_id, list(ids))
        return [_case_of(row) for row in rows]

    async def told(self, ids: Iterable[UUID]) -> Mapping[UUID, list[Told]]:
        """What was told of each of the cases."""
        found: defaultdict[UUID, list[Told]] = defaultdict(list)
        for row in await self._work.fetch(_TOLD, self._tenant_id, list(ids)):
            found[row["case_id"]].append(Told(TargetKind(row["clock"]), row["started_at"], row["code"], row["due_at"]))
        return found

    async def keep(self, changed: Sequence[Case]) -> None:
        """Write what has become of cases that `locked` gave; one statement for all."""
        if changed:
            await self._work.fetch(
                _CHANGE,
                self._tenant_id,
                [case.id for case in changed],
                [case.version for case in changed],
                [case.updated_at for case in changed],
                [case.due_at for case in changed],
                [case.paused_at for case in changed],
                [case.overdue_at for case in changed],
                [case.escalated_at for case in changed],
                [case.supervisor_id for case in changed],
                [case.centre_at for case in changed],
                [None if case.clock is None else orjson.dumps(case.clock).decode() for case in changed],
            )

    async def plan(self, looks: Mapping[UUID, datetime | None], ended: Collection[UUID]) -> None:
        """Say when each case is looked at next, None: not until it changes; those that have `ended` need no plan.

        At most two statements, in the order of ids.
        """
        going = {case_id: at for case_id, at in looks.items() if case_id not in ended}
        if going:
            await self._work.fetch(_PLAN, self._tenant_id, list(going), list(going.values()))
        if ended:
            await self._work.fetch(_FORGET, self._tenant_id, sorted(ended))

    async def open_keys(self, after: tuple[datetime, UUID], limit: int) -> list[OpenKey]:
        """Up to `limit` open cases after the key, due first."""
        return [OpenKey(*row) for row in await self._work.fetch(_UNPLANNED, self._tenant_id, *after, limit)]


def _case_of(row: asyncpg.Record) -> Case:
    """A case that belongs to no session: changed in memory, written by `keep`."""
    case, clock = Case(), row["clock"]
    # Not attribute by attribute: nobody needs to know what these were before, and that takes a third of a sweep.
    case.__dict__.update(zip(_COLUMNS, row, strict=False))
    case.__dict__["clock"] = None if clock is None else orjson.loads(clock)
    return case
