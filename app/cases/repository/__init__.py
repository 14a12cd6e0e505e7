"""Every SQL statement on cases. Lists start from a scope; a case outside it does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Row, select, text, tuple_

from app.cases.errors import CaseNotFound, StaleCase
from app.cases.models import Case
from app.cases.terms import OPEN_STATES, CaseState, Scope, Workload
from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import CaseId, TenantId

from .queues import COLUMNS, OPEN, merged

_CHAIN = text("""
    WITH RECURSIVE chain AS (
        SELECT id, unit_id, merged_into_id, 0 AS steps FROM cases WHERE tenant_id = :tenant_id AND code = :code
        UNION ALL
        SELECT above.id, above.unit_id, above.merged_into_id, chain.steps + 1
        FROM chain JOIN cases above ON above.tenant_id = :tenant_id AND above.id = chain.merged_into_id
        WHERE chain.steps < 50
    )
    SELECT id, unit_id FROM chain ORDER BY steps
""")


class CaseRepository:
    """Statements on single cases, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = tenant_id

    async def lock(self, code: str, *, visible_to: Scope | None) -> Case:
        """The case, its row locked until the transaction ends; the work's `now` is later than its last change.

        Lock order of the house: the case first. Raises: CaseNotFound, also when it lies outside the scope.
        """
        case = await self._session.scalar(
            select(Case).where(Case.tenant_id == self._tenant_id, Case.code == code).with_for_update()
        )
        return self._seen(case, visible_to)

    async def lock_by_id(self, case_id: CaseId) -> Case:
        """The same by id, without a scope: for reporters and the program itself."""
        case = await self._session.scalar(
            select(Case).where(Case.tenant_id == self._tenant_id, Case.id == case_id).with_for_update()
        )
        return self._seen(case, None)

    async def lock_pair(self, one: str, other: str, *, visible_to: Scope) -> tuple[Case, Case]:
        """Both cases, locked in the order of their ids, so that two officers merging crosswise cannot deadlock."""
        found = await self._session.scalars(
            select(Case)
            .where(Case.tenant_id == self._tenant_id, Case.code.in_([one, other]))
            .order_by(Case.id)
            .with_for_update()
        )
        by_code = {case.code: case for case in found}
        return self._seen(by_code.get(one), visible_to), self._seen(by_code.get(other), visible_to)

    async def lock_chain(self, code: str, *, visible_to: Scope) -> list[Case]:
        """The case and those it was merged into, one into the next, all locked in the order of their ids.

        Raises: CaseNotFound when the first lies outside the scope; StaleCase when the chain changed meanwhile.
        """
        steps = (await self._session.execute(_CHAIN, {"tenant_id": self._tenant_id, "code": code})).all()
        if not steps or (not visible_to.whole and steps[0].unit_id not in visible_to.units):
            raise CaseNotFound  # with as much work as for one that is not there
        ids = [row.id for row in steps]
        found = await self._session.scalars(
            select(Case)
            .where(Case.tenant_id == self._tenant_id, Case.id.in_(ids))
            .order_by(Case.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        by_id = {case.id: case for case in found}
        chain = [by_id[case_id] for case_id in ids]
        self._seen(chain[0] if chain else None, visible_to)
        for below, above in zip(chain, [*chain[1:], None], strict=True):
            self._work.catch_up(below.updated_at)
            if below.merged_into_id != (above.id if above else None):
                raise StaleCase(chain[0].version)
        return chain

    def _seen(self, case: Case | None, scope: Scope | None) -> Case:
        if case is None or (scope is not None and not scope.whole and case.unit_id not in scope.units):
            raise CaseNotFound
        self._work.catch_up(case.updated_at)
        return case

    async def running(self, after: tuple[datetime, UUID], limit: int) -> Sequence[Row[Any]]:
        """Up to `limit` open cases with a clock, due first, after that key; with what it is counted by. Not locked."""
        found = await self._session.execute(
            select(Case.id, Case.due_at, Case.clock, Case.unit_id, Case.category_code, Case.priority)
            .where(
                Case.tenant_id == self._tenant_id,
                Case.state.not_in(["resolved", "closed"]),
                Case.clock.is_not(None),
                tuple_(Case.due_at, Case.id) > after,
            )
            .order_by(Case.due_at, Case.id)
            .limit(limit)
        )
        return found.all()

    async def unclocked(self, opened_since: datetime, due_until: datetime, limit: int) -> Sequence[Case]:
        """Up to `limit` open cases older than clocks, locked; those another worker holds are left out.

        Only those between both instants, which a calendar can count.
        """
        found = await self._session.scalars(
            select(Case)
            .where(
                Case.tenant_id == self._tenant_id,
                Case.clock.is_(None),
                Case.state.not_in(["resolved", "closed"]),
                Case.opened_at >= opened_since,
                Case.due_at <= due_until,
            )
            .order_by(Case.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return found.all()


_RUNNING = """
    SELECT id, code, due_at, clock, unit_id, category_code, priority FROM cases
    WHERE tenant_id = $1 AND state NOT IN ('resolved', 'closed') AND clock IS NOT NULL AND (due_at, id) > ($2, $3)
    ORDER BY due_at, id LIMIT $4
"""


async def list_running(
    db: Database, tenant_id: TenantId, *, after: tuple[datetime, UUID], limit: int
) -> list[asyncpg.Record]:
    """The same for a look without a transaction, with codes. One statement."""
    return await db.lane.fetch(_RUNNING, tenant_id, *after, limit)


_FILTERS = """ AND ($6::text[] IS NULL OR category_code = ANY($6)) AND ($7::text IS NULL OR state = $7) AND id < $2
 AND ($3::timestamptz IS NULL OR opened_at >= $3)"""
# The smallest area a case lies in; the index ix_cases_area is on this very expression.
_AREA = "COALESCE(area_commune, area_district, area_province)"


def _list_sql(by: str, among: str) -> str:
    """One page of cases, newest first. $8 areas; $5 units, null for all of them.

    `among` says in the statement's own words which states are asked for, so that the planner may use an index of those.
    """
    stretch = _STRETCHES[among]
    if by == "all":
        return (
            f"SELECT {COLUMNS} FROM cases WHERE tenant_id = $1 AND $5::uuid[] IS NULL AND $8::text[] IS NULL"  # noqa: S608
            f"{_FILTERS}{stretch} ORDER BY id DESC LIMIT $4"
        )
    held = "($5::uuid[] IS NULL OR unit_id = ANY($5))"
    way = "SELECT due_at, id, unit_id, state, category_code, opened_at, {area} AS area FROM cases WHERE tenant_id = $1"
    ranges, within, each = {
        "units": ("$5::uuid[]", "unit_id = ANY($5) AND $8::text[] IS NULL", "unit_id = held.one"),
        "areas": ("$8::text[]", f"area = ANY($8) AND {held}", f"{_AREA} = held.one AND {held}"),
    }[by]
    return merged(
        f"SELECT due_at, id FROM cases WHERE tenant_id = $1 AND {each}{_FILTERS}{stretch}",  # noqa: S608
        ranges,
        "id DESC",
        f"{way.format(area=_AREA)} AND id < $2{stretch}",
        in_scope=f"{within}{_FILTERS}",
    )


_STRETCHES: dict[str, str] = {
    "any": "",
    "open": f" AND {OPEN}",
    # For the planner to see that the partial index holds all of them, and where in it they lie.
    **{state: f" AND state = '{state}' AND state IN ('resolved', 'closed')" for state in set(CaseState) - OPEN_STATES},
}
_LISTS = {(by, among): _list_sql(by, among) for by in ("all", "units", "areas") for among in _STRETCHES}
_BY_CODE = f"""
SELECT {COLUMNS} FROM cases
WHERE tenant_id = $1 AND code = $5 AND id < $2 AND ($3::uuid[] IS NULL OR unit_id = ANY($3)) LIMIT $4
"""  # noqa: S608


async def find_by_code(db: Database, scope: Scope, code: str, *, before: UUID, limit: int) -> list[asyncpg.Record]:
    """The case with this code when it lies within the scope, as a list of none or one. One statement."""
    units = None if scope.whole else sorted(scope.units)
    return await db.lane.fetch(_BY_CODE, scope.tenant_id, before, units, limit, code)


async def list_cases(
    db: Database,
    scope: Scope,
    *,
    categories: list[str] | None,
    state: CaseState | None,
    areas: list[str] | None,
    opened_since: datetime | None,
    before: UUID,
    limit: int,
) -> list[asyncpg.Record]:
    """Up to `limit` cases of the scope in any state, newest first, older than `before`. One statement.

    `areas` are all areas a case may lie in, each with its own index range; None for the whole province.
    """
    units = None if scope.whole else sorted(scope.units)
    by = "areas" if areas is not None else "all" if scope.whole else "units"
    among = "any" if state is None else "open" if state in OPEN_STATES else state
    sql = _LISTS[by, among]
    return await db.lane.fetch(sql, scope.tenant_id, before, opened_since, limit, units, categories, state, areas)


async def get_case(db: Database, scope: Scope, code: str) -> dict[str, Any]:
    """Everything about one case within the scope. Raises: CaseNotFound. One statement."""
    row = await db.lane.fetchrow("SELECT * FROM cases WHERE tenant_id = $1 AND code = $2", scope.tenant_id, code)
    if row is None or not (scope.whole or row["unit_id"] in scope.units):
        raise CaseNotFound
    return dict(row)


_CLOCKS = "SELECT id, tenant_id, clock, accepted_at, first_response_at FROM cases WHERE tenant_id = $1 AND id = ANY($2)"


async def list_clocks(db: Database, tenant_id: TenantId, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """What the clocks of these cases are told from, besides their lines. One statement."""
    return await db.lane.fetch(_CLOCKS, tenant_id, ids)


async def code_of(db: Database, tenant_id: TenantId, case_id: UUID) -> str | None:
    """Code of the case, None when there is none. One statement."""
    code: str | None = await db.lane.fetchval(
        "SELECT code FROM cases WHERE tenant_id = $1 AND id = $2", tenant_id, case_id
    )
    return code


_TAKE_NUMBERS = """
INSERT INTO code_counters AS counter (tenant_id, prefix, day, next_number) VALUES ($1, $2, $3, 1 + $4::int)
ON CONFLICT (tenant_id, prefix, day) DO UPDATE SET next_number = counter.next_number + $4::int
RETURNING next_number
"""


async def take_numbers(db: Database, tenant_id: TenantId, prefix: str, day: date, count: int) -> int:
    """First of `count` numbers of the day that are now the caller's; a short transaction of its own."""
    after: int = await db.lane.fetchval(_TAKE_NUMBERS, tenant_id, prefix, day, count)
    return after - count


_SKIP_NUMBERS = """
INSERT INTO code_counters AS counter (tenant_id, prefix, day, next_number)
SELECT $1, known.prefix, $2, 1 + $4::int
FROM (SELECT DISTINCT prefix FROM code_counters WHERE tenant_id = $1 AND day >= $3) known
ON CONFLICT (tenant_id, prefix, day) DO UPDATE SET next_number = counter.next_number + $4::int
"""


async def skip_numbers(work: Work, tenant_id: TenantId, day: date, *, since: date, count: int) -> None:
    """So many numbers of the day are nobody's, of each prefix that was used since then. One statement."""
    await work.fetch(_SKIP_NUMBERS, tenant_id, day, since, count)


_WORKLOAD = """
    SELECT t.tenant_id, o.open, o.overdue,
        (SELECT count(*) FROM cases c WHERE c.tenant_id = t.tenant_id AND c.due_at < $3 AND c.overdue_at IS NULL
            AND c.state NOT IN ('resolved', 'closed')) AS unswept,
        (SELECT count(*) FROM clock_plans p WHERE p.tenant_id = t.tenant_id AND p.look_at < $3) AS unlooked
    FROM unnest($1::int[]) AS t (tenant_id) CROSS JOIN LATERAL (
        SELECT count(*) AS open, count(*) FILTER (WHERE c.due_at < $2) AS overdue
        FROM cases c WHERE c.tenant_id = t.tenant_id AND c.state NOT IN ('resolved', 'closed')
    ) o
"""


async def workload(db: Database, tenants: Sequence[TenantId], at: datetime, swept_before: datetime) -> list[Workload]:
    """Open and overdue cases of each tenant at `at`; one statement, by indexes."""
    return [Workload(*row) for row in await db.lane.fetch(_WORKLOAD, list(tenants), at, swept_before)]
