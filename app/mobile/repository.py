"""Every SQL statement on what changed for accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit.ids import CitizenId, TenantId
from app.web.versions import AppVersion, KnownVersions

from .models import AppVersionRow, ChangeHead, OwnChange
from .terms import ChangeKind

# What an account may see of its reports: the same rule as the histories that senders read (reports/service/reading.py).
# Of what was withdrawn only that is told: a line that came after it would be left over on the device.
_REPORTS: Final = """
WITH RECURSIVE mine AS MATERIALIZED (
  SELECT id, code, case_id, citizen_id, stars FROM reports
  WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND citizen_id IS NOT NULL
), followed AS (
  SELECT m.id AS report_id, m.case_id AS id, 0 AS steps, NULL::timestamptz AS joined_at FROM mine m
  UNION ALL
  SELECT f.report_id, c.merged_into_id, f.steps + 1, greatest(f.joined_at, c.resolved_at) FROM followed f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.id WHERE c.merged_into_id IS NOT NULL AND f.steps < 20
), lives AS MATERIALIZED (
  SELECT DISTINCT ON (report_id) report_id, id AS case_id, joined_at FROM followed ORDER BY report_id, steps DESC
), told AS MATERIALIZED (
  SELECT id AS report_id, case_id FROM mine UNION SELECT report_id, case_id FROM lives
), wanted AS MATERIALIZED (
  SELECT m.citizen_id, m.id AS about_id, m.id AS subject_id, 'report' AS kind, c.id AS history_id,
    md5(ROW(
      c.id, c.code, c.state, c.resolution, c.unit_id, c.category_code, c.answer, c.publication, m.stars,
      extract(epoch FROM c.due_at), extract(epoch FROM c.original_due_at)
    )::text)::uuid AS digest,
    CASE WHEN c.resolution = 'withdrawn' THEN 'withdrawn' END AS gone
  FROM mine m JOIN lives l ON l.report_id = m.id JOIN cases c ON c.tenant_id = $1 AND c.id = l.case_id
  UNION ALL
  SELECT m.citizen_id, m.id, e.id, 'entry', e.case_id, e.id, NULL
  FROM mine m JOIN lives l ON l.report_id = m.id JOIN told t ON t.report_id = m.id
  JOIN cases c ON c.tenant_id = $1 AND c.id = l.case_id
  JOIN timeline_entries e ON e.tenant_id = $1 AND e.case_id = t.case_id
  WHERE c.resolution IS DISTINCT FROM 'withdrawn'
    AND (e.audience = 'public' OR (e.audience = 'reporter' AND (e.report_id IS NULL OR e.report_id = m.id)))
    AND (e.case_id = m.case_id OR (e.type <> 'case.opened' AND (e.audience = 'public' OR e.at >= l.joined_at)))
)
"""
_REQUESTS: Final = """
WITH mine AS MATERIALIZED (
  SELECT * FROM service_requests WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND citizen_id IS NOT NULL
), wanted AS MATERIALIZED (
  SELECT m.citizen_id, m.id AS about_id, m.id AS subject_id, 'service_request' AS kind, m.id AS history_id,
    md5(ROW(
      m.state, m.outcome, m.unit_id, m.stars, extract(epoch FROM m.accepted_at), extract(epoch FROM m.due_at),
      extract(epoch FROM m.original_due_at), extract(epoch FROM m.closed_at)
    )::text)::uuid AS digest,
    CASE WHEN m.outcome = 'withdrawn' THEN 'withdrawn' END AS gone
  FROM mine m
  UNION ALL
  SELECT m.citizen_id, m.id, e.id, 'entry', e.case_id, e.id, NULL
  FROM mine m JOIN timeline_entries e ON e.tenant_id = $1 AND e.case_id = m.id AND e.audience IN ('public', 'reporter')
  WHERE m.outcome IS DISTINCT FROM 'withdrawn'
  UNION ALL
  SELECT m.citizen_id, m.id, p.id, 'paper', m.id, p.id, NULL
  FROM mine m JOIN papers p ON p.tenant_id = $1 AND p.subject_id = m.id
  WHERE m.outcome IS DISTINCT FROM 'withdrawn'
)
"""
# Of a case that it supports an account sees what everyone does: its publication, which alone says what that is. What
# only the number of supporters changes moves nothing: else each of them would be told of every other.
_SUPPORTS: Final = """
WITH RECURSIVE mine AS MATERIALIZED (
  SELECT id, case_id, citizen_id FROM supports
  WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND citizen_id IS NOT NULL
), followed AS (
  SELECT m.id AS support_id, m.case_id AS id, 0 AS steps FROM mine m
  UNION ALL
  SELECT f.support_id, c.merged_into_id, f.steps + 1 FROM followed f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.id WHERE c.merged_into_id IS NOT NULL AND f.steps < 20
), lives AS MATERIALIZED (
  SELECT DISTINCT ON (support_id) support_id, id AS case_id FROM followed ORDER BY support_id, steps DESC
), shown AS MATERIALIZED (
  SELECT case_id,
    md5(case_id::text || (convert_from(body, 'UTF8')::jsonb - 'support_count' - 'updated_at')::text)::uuid AS digest
  FROM publications WHERE tenant_id = $1 AND published AND case_id = ANY(ARRAY(SELECT DISTINCT case_id FROM lives))
), wanted AS MATERIALIZED (
  SELECT m.citizen_id, m.id AS about_id, m.id AS subject_id, 'support' AS kind, l.case_id AS history_id, p.digest,
    NULL AS gone
  FROM mine m JOIN lives l ON l.support_id = m.id JOIN shown p ON p.case_id = l.case_id
)
"""
_NUMBER: Final = """
, changed AS MATERIALIZED (
  SELECT w.* FROM wanted w LEFT JOIN own_changes o ON o.tenant_id = $1 AND o.about_id = w.about_id
    AND o.citizen_id = w.citizen_id AND o.subject_id = w.subject_id
  WHERE o.number IS NULL OR o.digest <> w.digest OR o.gone IS DISTINCT FROM w.gone
  UNION ALL
  SELECT o.citizen_id, o.about_id, o.subject_id, o.kind, o.history_id, o.digest, 'elsewhere' FROM own_changes o
  WHERE o.tenant_id = $1 AND o.about_id = ANY($2::uuid[]) AND o.gone IS DISTINCT FROM 'elsewhere'
    AND NOT EXISTS (
      SELECT FROM wanted w
      WHERE w.about_id = o.about_id AND w.citizen_id = o.citizen_id AND w.subject_id = o.subject_id
    )
), placed AS MATERIALIZED (
  SELECT c.*, row_number() OVER (ORDER BY c.about_id, c.kind = 'entry', c.kind = 'paper', c.subject_id) AS place
  FROM changed c
), head AS (
  INSERT INTO change_heads AS h (tenant_id, number) SELECT $1, count(*) FROM placed HAVING count(*) > 0
  ON CONFLICT (tenant_id) DO UPDATE SET number = h.number + excluded.number
  RETURNING h.number - (SELECT count(*) FROM placed) AS before
)
INSERT INTO own_changes AS o
  (tenant_id, about_id, citizen_id, subject_id, kind, history_id, digest, gone, number, changed_at)
SELECT $1, p.about_id, p.citizen_id, p.subject_id, p.kind, p.history_id, p.digest, p.gone, head.before + p.place, $3
FROM placed p CROSS JOIN head
ON CONFLICT (tenant_id, about_id, citizen_id, subject_id) DO UPDATE SET
  history_id = excluded.history_id, digest = excluded.digest, gone = excluded.gone, number = excluded.number,
  changed_at = excluded.changed_at
RETURNING 1
"""
_NUMBER_REPORTS, _NUMBER_REQUESTS, _NUMBER_SUPPORTS = _REPORTS + _NUMBER, _REQUESTS + _NUMBER, _SUPPORTS + _NUMBER
# Of one thing all is looked at that the account may see of it: a report's whole history. What is joined within such a
# statement may be joined row by row, so that its time goes with the square of what it is given.
_AT_ONCE: Final = {_NUMBER_REPORTS: 100, _NUMBER_REQUESTS: 100, _NUMBER_SUPPORTS: 500}

_IN_CASES: Final = {
    kind: f"""
WITH RECURSIVE gathered AS (
  SELECT a.root, a.root AS id, a.after FROM unnest($2::uuid[], $3::uuid[]) AS a (root, after)
  UNION
  SELECT g.root, c.id, g.after FROM gathered g JOIN cases c ON c.tenant_id = $1 AND c.merged_into_id = g.id
)
SELECT g.root, t.id FROM gathered g JOIN {table} t ON t.tenant_id = $1 AND t.case_id = g.id AND t.id > g.after
WHERE t.citizen_id IS NOT NULL ORDER BY g.root, t.id LIMIT $4
"""  # noqa: S608 - of these two
    for kind, table in ((ChangeKind.REPORT, "reports"), (ChangeKind.SUPPORT, "supports"))
}
_OF_ACCOUNTS = """
SELECT 'report' AS kind, id FROM reports WHERE tenant_id = $1 AND citizen_id = ANY($2::uuid[])
UNION ALL
SELECT 'service_request', id FROM service_requests WHERE tenant_id = $1 AND citizen_id = ANY($2::uuid[])
UNION ALL
SELECT 'support', id FROM supports WHERE tenant_id = $1 AND citizen_id = ANY($2::uuid[])
"""


async def number_reports(work: Work, tenant_id: TenantId, reports: Collection[UUID]) -> int:
    """How many things of these reports changed for somebody since they were last looked at; each has its number now.

    The consumer's cursor must be held: numbers are then in the order of commits. One statement for each hundred.
    """
    return await _number(work, tenant_id, _NUMBER_REPORTS, reports)


async def number_requests(work: Work, tenant_id: TenantId, requests: Collection[UUID]) -> int:
    """The same of service requests. One statement for each hundred."""
    return await _number(work, tenant_id, _NUMBER_REQUESTS, requests)


async def number_supports(work: Work, tenant_id: TenantId, supports: Collection[UUID]) -> int:
    """The same of supports; one that was taken back is gone. One statement for each five hundred."""
    return await _number(work, tenant_id, _NUMBER_SUPPORTS, supports)


async def _number(work: Work, tenant_id: TenantId, statement: str, things: Collection[UUID]) -> int:
    waiting, most, numbered = sorted(things), _AT_ONCE[statement], 0
    for first in range(0, len(waiting), most):
        numbered += len(await work.fetch(statement, tenant_id, waiting[first : first + most], work.now))
    return numbered


async def list_in_cases(
    work: Work, tenant_id: TenantId, kind: ChangeKind, cases: Mapping[UUID, UUID], limit: int
) -> list[tuple[UUID, UUID]]:
    """Reports or supports of accounts in these cases, or in those merged into them: the case, and the thing's id.

    In order, of each case those beyond the id it is given with. One statement, none for none.
    """
    if not cases:
        return []
    rows = await work.fetch(_IN_CASES[kind], tenant_id, list(cases), list(cases.values()), limit)
    return [(row["root"], row["id"]) for row in rows]


async def things_of(work: Work, tenant_id: TenantId, citizens: Collection[UUID]) -> dict[ChangeKind, set[UUID]]:
    """Reports, service requests and supports of these accounts, by kind. One statement, none for none."""
    found: defaultdict[ChangeKind, set[UUID]] = defaultdict(set)
    for row in await work.fetch(_OF_ACCOUNTS, tenant_id, list(citizens)) if citizens else []:
        found[ChangeKind(row["kind"])].add(row["id"])
    return found


async def forget(work: Work, tenant_id: TenantId, citizens: Collection[UUID]) -> None:
    """Nothing says any more what these accounts, which have ended, once saw. One statement, none for none."""
    if citizens:
        theirs = delete(OwnChange).where(OwnChange.tenant_id == tenant_id, OwnChange.citizen_id.in_(citizens))
        await work.session.execute(theirs.execution_options(synchronize_session=False))


_OLDER = {
    table: f"SELECT id, citizen_id FROM {table} WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"  # noqa: S608
    for table in ("reports", "service_requests")
}


async def begin_head(work: Work, tenant_id: TenantId) -> ChangeHead:
    """The tenant's head, locked; made the first time. Two statements."""
    await work.session.execute(insert(ChangeHead).values(tenant_id=tenant_id, number=0).on_conflict_do_nothing())
    where = select(ChangeHead).where(ChangeHead.tenant_id == tenant_id).with_for_update()
    return (await work.session.scalars(where.execution_options(populate_existing=True))).one()


async def is_filled(work: Work, tenant_id: TenantId) -> bool:
    """Whether all that was there before the table has been looked at. One statement."""
    return bool(await work.session.scalar(select(ChangeHead.filled).where(ChangeHead.tenant_id == tenant_id)))


async def list_older(work: Work, tenant_id: TenantId, table: str, after: UUID, limit: int) -> list[tuple[UUID, bool]]:
    """Ids of reports or service requests beyond `after`, in order, and whether an account has each. One statement."""
    rows = await work.fetch(_OLDER[table], tenant_id, after, limit)
    return [(row["id"], row["citizen_id"] is not None) for row in rows]


def _around(number: str) -> str:
    """Columns that say whether a lost history may have given `number`, and when the database was last put back."""
    own = "FROM lost_numbers l WHERE l.tenant_id = $1 AND l.series = 'changes'"
    return (
        f"EXISTS (SELECT {own} AND {number} > l.after AND {number} < l.until) AS lost,"
        f" (SELECT max(l.restored_at) {own}) AS restored_at"
    )


_HEAD = f"SELECT COALESCE((SELECT number FROM change_heads WHERE tenant_id = $1), 0) AS number, {_around('$2')}"  # noqa: S608
# Whose it is now is asked after the rows were found: else the planner would find them by the account, all for each.
_PAGE = f"""
WITH page AS MATERIALIZED (
  SELECT about_id, subject_id, kind, history_id, gone, number, changed_at FROM own_changes
  WHERE tenant_id = $1 AND citizen_id = $2 AND number > $3 AND (gone IS DISTINCT FROM 'elsewhere' OR $3 > 0)
  ORDER BY number LIMIT $4
)
SELECT p.*, CASE $2::uuid WHEN r.citizen_id THEN r.code WHEN s.citizen_id THEN s.code
    WHEN u.citizen_id THEN b.code END AS code,
  r.category_code, r.received_at, r.stars, left(r.description, 160) AS excerpt,
  c.code AS case_code, c.state AS case_state, c.resolution, c.unit_id AS case_unit_id, c.answer,
  c.due_at AS case_due_at, c.original_due_at AS case_original_due_at,
  s.procedure_code, s.state, s.outcome, s.unit_id, s.submitted_at, s.accepted_at, s.due_at, s.original_due_at,
  s.stars AS request_stars,
  e.at, e.type, e.audience, e.case_version, e.actor_kind, e.unit_id AS entry_unit_id, e.report_id, e.text, e.data::text,
  a.number AS paper_number, a.kind AS paper_kind, a.issued_at, a.checksum, b.body,
  {_around("$3")}
FROM page p
LEFT JOIN reports r ON r.tenant_id = $1 AND r.id = p.about_id
LEFT JOIN service_requests s ON s.tenant_id = $1 AND s.id = p.about_id
LEFT JOIN cases c ON p.kind = 'report' AND c.tenant_id = $1 AND c.id = p.history_id
LEFT JOIN timeline_entries e ON p.kind = 'entry' AND e.tenant_id = $1 AND e.case_id = p.history_id
  AND e.id = p.subject_id
LEFT JOIN papers a ON p.kind = 'paper' AND a.tenant_id = $1 AND a.id = p.subject_id
LEFT JOIN supports u ON p.kind = 'support' AND u.tenant_id = $1 AND u.id = p.about_id
LEFT JOIN publications b ON p.kind = 'support' AND b.tenant_id = $1 AND b.case_id = p.history_id AND b.published
ORDER BY p.number
"""  # noqa: S608 - text of ours


async def page_after(
    db: Database, tenant_id: TenantId, citizen_id: CitizenId, number: int, limit: int
) -> list[asyncpg.Record]:
    """What changed for the account after `number`, as it stands now, in order (index uq_own_changes_number).

    From the beginning what is not the account's any more is left out. One statement.
    """
    return await db.lane.fetch(_PAGE, tenant_id, citizen_id, number, limit)


async def head(db: Database, tenant_id: TenantId, number: int) -> asyncpg.Record:
    """The last number given in the tenant, 0 before the first, and whether a lost history may have given `number`.

    One statement.
    """
    row = await db.lane.fetchrow(_HEAD, tenant_id, number)
    assert row is not None
    return row


_SENT = """
SELECT tenant_id, answer FROM submissions WHERE tenant_id = ANY($1::int[]) AND id = $2 AND device_hash = $3
"""


async def find_sent(
    db: Database, tenants: Collection[TenantId], submission: UUID, device: bytes
) -> tuple[TenantId, dict[str, Any]] | None:
    """In which of the tenants the device sent a report under this id, and what is kept of it. One statement."""
    row = await db.lane.fetchrow(_SENT, list(tenants), submission, device)
    kept = orjson.loads(row["answer"]) if row is not None else {}
    return (TenantId(row["tenant_id"]), kept) if row is not None and "report_id" in kept else None


async def load_versions(session: AsyncSession) -> KnownVersions:
    """What every province says of apps, as one snapshot. One statement."""
    known: dict[TenantId, dict[str, AppVersion]] = {}
    for row in await session.scalars(select(AppVersionRow)):
        known.setdefault(TenantId(row.tenant_id), {})[row.app] = row.read()
    return known


async def list_versions(work: ReadWork, tenant_id: TenantId) -> list[AppVersion]:
    """What the province says of apps, by their names. One statement."""
    where = select(AppVersionRow).where(AppVersionRow.tenant_id == tenant_id).order_by(AppVersionRow.app)
    return [row.read() for row in await work.session.scalars(where)]


async def put_version(work: Work, tenant_id: TenantId, rule: AppVersion) -> None:
    """The province says this from now on. One statement."""
    said = {
        "least": rule.least,
        "advised": rule.advised,
        "store_url": rule.store_url,
        "reason_vi": rule.reason.vi if rule.reason else None,
        "reason_en": rule.reason.en if rule.reason else None,
        "changed_at": work.now,
    }
    new = insert(AppVersionRow).values(tenant_id=tenant_id, app=rule.app, **said)
    await work.session.execute(new.on_conflict_do_update(index_elements=["tenant_id", "app"], set_=said))
