"""Every SQL statement on support."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.catalogue.terms import Kind, Priority
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.identity.terms import Actor
from app.kit.ids import CaseId, CitizenId, TenantId, uuid7
from app.kit.text import Lang

from .errors import SupportRuleRace
from .models import SupportRuleRow
from .terms import Counted, OwnSupport, Rule, Supported

_DIVERTED = ", ".join(f"'{kind}'" for kind in Kind if kind.diverted)
_SHOWN = f"{{0}}.publication = 'published' AND {{0}}.publication_policy <> 'never' AND {{0}}.kind NOT IN ({_DIVERTED})"
_ENDED = "('resolved', 'closed')"

# What was asked for, where it lives now, and all that live there: a merged case is followed, others have come along.
_FIND = f"""
WITH RECURSIVE chain AS (
  SELECT id, merged_into_id, 0 AS steps FROM cases WHERE tenant_id = $1 AND code = $2
  UNION ALL
  SELECT c.id, c.merged_into_id, f.steps + 1 FROM chain f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.merged_into_id WHERE f.steps < 20
), gathered AS (
  SELECT id FROM (SELECT id FROM chain ORDER BY steps DESC LIMIT 1) AS last
  UNION
  SELECT c.id FROM gathered g JOIN cases c ON c.tenant_id = $1 AND c.merged_into_id = g.id
)
SELECT c.id, c.code, c.state NOT IN {_ENDED} AS is_open, ({_SHOWN.format("a")}) AS asked_shown,
  ({_SHOWN.format("c")}) AS shown, c.support_count,
  (SELECT min(s.given_at) FROM gathered g
    JOIN supports s ON s.tenant_id = $1 AND s.case_id = g.id AND s.citizen_id = $3) AS since,
  EXISTS (SELECT FROM gathered g
    JOIN reports r ON r.tenant_id = $1 AND r.case_id = g.id WHERE r.citizen_id = $3) AS reported,
  ARRAY(SELECT id FROM gathered) AS gathered
FROM cases a JOIN cases c ON c.tenant_id = $1 AND c.id = (SELECT id FROM chain ORDER BY steps DESC LIMIT 1)
WHERE a.tenant_id = $1 AND a.code = $2
"""  # noqa: S608 - put together from our own text
# Whether something proves the account is known by its sessions: a device without a phone has none.
_GIVE = """
INSERT INTO supports (tenant_id, id, case_id, citizen_id, proven, lang, given_at)
SELECT $1, $2, $3, $4, EXISTS (SELECT FROM citizen_sessions s WHERE s.citizen_id = $4), $5, $6
ON CONFLICT (tenant_id, case_id, citizen_id) DO NOTHING RETURNING id
"""
_TAKE_BACK = """
DELETE FROM supports WHERE tenant_id = $1 AND case_id = ANY($2::uuid[]) AND citizen_id = $3 RETURNING id, case_id
"""
# Each case with those that it lives in, and all that live in each of these. A person is counted once, and not at all
# where a report of the same person is counted already.
_COUNT = f"""
WITH RECURSIVE chain AS (
  SELECT unnest($2::uuid[]) AS id
  UNION
  SELECT c.merged_into_id FROM chain f JOIN cases c ON c.tenant_id = $1 AND c.id = f.id
  WHERE c.merged_into_id IS NOT NULL
), gathered AS (
  SELECT id AS root, id FROM chain
  UNION
  SELECT g.root, c.id FROM gathered g JOIN cases c ON c.tenant_id = $1 AND c.merged_into_id = g.id
), senders AS MATERIALIZED (
  SELECT DISTINCT g.root, r.citizen_id FROM gathered g JOIN reports r ON r.tenant_id = $1 AND r.case_id = g.id
  WHERE r.citizen_id IS NOT NULL
), counted AS (
  SELECT g.root, count(DISTINCT COALESCE(s.citizen_id, s.id)) AS people,
    count(DISTINCT COALESCE(s.citizen_id, s.id)) FILTER (WHERE s.proven) AS proven
  FROM gathered g JOIN supports s ON s.tenant_id = $1 AND s.case_id = g.id
  LEFT JOIN senders o ON o.root = g.root AND o.citizen_id = s.citizen_id
  WHERE o.root IS NULL
  GROUP BY g.root
)
SELECT c.id, c.category_code, c.priority, c.state NOT IN {_ENDED} AS is_open, c.support_count,
  COALESCE(n.people, 0) AS people, COALESCE(n.proven, 0) AS proven
FROM chain f JOIN cases c ON c.tenant_id = $1 AND c.id = f.id LEFT JOIN counted n ON n.root = c.id
ORDER BY c.id
"""  # noqa: S608 - put together from our own text
_SUPPORTED = f"""
SELECT id, code FROM cases WHERE tenant_id = $1 AND state NOT IN {_ENDED} AND support_count >= $2
  AND ($3::text[] IS NULL OR category_code = ANY($3)) ORDER BY due_at, id LIMIT $4
"""  # noqa: S608 - put together from our own text
_RAISED = "SELECT case_id, priority FROM support_raises WHERE tenant_id = $1 AND case_id = ANY($2::uuid[])"
_RAISE = """
INSERT INTO support_raises (tenant_id, case_id, priority, rule_category, rule_version, people, raised_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""


class Moved(NamedTuple):
    """A support that came, went, or is another's now."""

    tenant_id: TenantId
    id: UUID
    case_id: CaseId


async def find(db: Database, tenant_id: TenantId, code: str, citizen: CitizenId | None) -> Supported | None:
    """The case with how the person stands to it; None when there is none. One statement."""
    return _supported(await db.lane.fetchrow(_FIND, tenant_id, code, citizen))


async def find_in(work: Work, tenant_id: TenantId, code: str, citizen: CitizenId) -> Supported | None:
    """The same in the caller's transaction. One statement."""
    rows = await work.fetch(_FIND, tenant_id, code, citizen)
    return _supported(rows[0] if rows else None)


def _supported(row: asyncpg.Record | None) -> Supported | None:
    if row is None or not (row["asked_shown"] or row["since"]):
        return None
    return Supported(
        CaseId(row["id"]),
        row["code"],
        row["is_open"],
        row["asked_shown"] and row["shown"],
        row["support_count"],
        row["since"],
        row["reported"],
        tuple(row["gathered"]),
    )


async def give(work: Work, tenant_id: TenantId, case_id: CaseId, citizen: CitizenId, lang: Lang) -> UUID | None:
    """Id of the support that was written now; None when the person supports the case already. One statement."""
    rows = await work.fetch(_GIVE, tenant_id, uuid7(work.now), case_id, citizen, lang.value, work.now)
    return rows[0]["id"] if rows else None


async def take_back(work: Work, tenant_id: TenantId, case_ids: Collection[CaseId], citizen: CitizenId) -> list[Moved]:
    """The person's supports of these cases, which are gone now. One statement."""
    rows = await work.fetch(_TAKE_BACK, tenant_id, list(case_ids), citizen)
    return [Moved(tenant_id, row["id"], CaseId(row["case_id"])) for row in rows]


async def count(work: Work, tenant_id: TenantId, case_ids: Collection[CaseId]) -> list[Counted]:
    """These cases and those they live in, each with how many people support it now. One statement."""
    rows = await work.fetch(_COUNT, tenant_id, list(case_ids))
    return [Counted(CaseId(row[0]), row[1], Priority(row[2]), *row[3:]) for row in rows]


async def supported(
    work: Work, tenant_id: TenantId, at_least: int, categories: Collection[str] | None, limit: int
) -> dict[CaseId, str]:
    """Open cases that so many people or more support, with their codes, due first; of any category when None.

    One statement; it walks what is open (index ix_cases_due).
    """
    named = None if categories is None else list(categories)
    return {CaseId(row["id"]): row["code"] for row in await work.fetch(_SUPPORTED, tenant_id, at_least, named, limit)}


async def raised(work: Work, tenant_id: TenantId, case_ids: Collection[CaseId]) -> set[tuple[CaseId, Priority]]:
    """To which priorities supporters have raised the cases before. One statement."""
    rows = await work.fetch(_RAISED, tenant_id, list(case_ids))
    return {(CaseId(row["case_id"]), Priority(row["priority"])) for row in rows}


async def note_raise(work: Work, tenant_id: TenantId, case_id: CaseId, rule: Rule, people: int) -> None:
    """Write down that it was raised by the rule. One statement."""
    await work.fetch(
        _RAISE, tenant_id, case_id, rule.priority.value, rule.category or "", rule.version, people, work.now
    )


_HAND_OVER = """
WITH twice AS (
  DELETE FROM supports s WHERE s.tenant_id = ANY($1::int[]) AND s.citizen_id = $2 AND EXISTS (
    SELECT FROM supports o WHERE o.tenant_id = s.tenant_id AND o.case_id = s.case_id AND o.citizen_id = $3
  ) RETURNING s.tenant_id, s.id, s.case_id
), moved AS (
  UPDATE supports s SET citizen_id = $3, proven = true
  WHERE s.tenant_id = ANY($1::int[]) AND s.citizen_id = $2 AND NOT EXISTS (
    SELECT FROM supports o WHERE o.tenant_id = s.tenant_id AND o.case_id = s.case_id AND o.citizen_id = $3
  ) RETURNING s.tenant_id, s.id, s.case_id
) SELECT * FROM twice UNION ALL SELECT * FROM moved
"""
_PROVE = """
UPDATE supports SET proven = true WHERE tenant_id = ANY($1::int[]) AND citizen_id = $2 AND NOT proven
RETURNING tenant_id, id, case_id
"""
_LET_GO = "UPDATE supports SET citizen_id = NULL WHERE tenant_id = ANY($1::int[]) AND citizen_id = $2 RETURNING 1"
_OWN = """
SELECT s.tenant_id, c.code, s.given_at FROM supports s JOIN cases c ON c.tenant_id = s.tenant_id AND c.id = s.case_id
WHERE s.tenant_id = ANY($1::int[]) AND s.citizen_id = $2 ORDER BY s.id DESC LIMIT $3
"""
# A merged case is followed to the one it lives on in.
_DUE = f"""
SELECT s.id FROM supports s
WHERE s.tenant_id = $1 AND s.citizen_id IS NOT NULL AND s.id > $3 AND s.given_at < $2 AND EXISTS (
  WITH RECURSIVE up AS (
    SELECT c.merged_into_id, c.state, c.updated_at FROM cases c WHERE c.tenant_id = $1 AND c.id = s.case_id
    UNION ALL
    SELECT c.merged_into_id, c.state, c.updated_at FROM up JOIN cases c ON c.tenant_id = $1 AND c.id = up.merged_into_id
  ) SELECT FROM up WHERE merged_into_id IS NULL AND state IN {_ENDED} AND updated_at < $2
) ORDER BY s.id LIMIT $4
"""  # noqa: S608 - put together from our own text
_FORGET = "UPDATE supports SET citizen_id = NULL WHERE tenant_id = $1 AND id = ANY($2::uuid[])"


async def hand_over(work: Work, giver: CitizenId, taker: CitizenId, tenants: Collection[TenantId]) -> list[Moved]:
    """Supports of one account that are another's now, which something proves; what both gave is one. One statement."""
    return [Moved(*row) for row in await work.fetch(_HAND_OVER, list(tenants), giver, taker)]


async def prove(work: Work, citizen: CitizenId, tenants: Collection[TenantId]) -> list[Moved]:
    """Supports of an account that nothing proved until now. One statement."""
    return [Moved(*row) for row in await work.fetch(_PROVE, list(tenants), citizen)]


async def let_go(work: Work, citizen: CitizenId, tenants: Collection[TenantId]) -> int:
    """Number of the account's supports, which are nobody's from now on. One statement."""
    return len(await work.fetch(_LET_GO, list(tenants), citizen))


async def list_own(work: Work, citizen: CitizenId, tenants: Collection[TenantId], most: int) -> list[OwnSupport]:
    """What the account supports, the newest first (index ix_supports_citizen). One statement."""
    return [OwnSupport(*row) for row in await work.fetch(_OWN, list(tenants), citizen, most)]


async def due(work: Work, tenant_id: TenantId, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """Supports beyond `after`, in order, of cases that ended before then and are somebody's still. One statement."""
    return [row["id"] for row in await work.fetch(_DUE, tenant_id, before, after, limit)]


async def forget(work: Work, tenant_id: TenantId, supports: Sequence[UUID]) -> None:
    """Whose these are is known no more. One statement."""
    await work.fetch(_FORGET, tenant_id, list(supports))


async def list_rules(work: ReadWork | Work, tenant_id: TenantId) -> list[Rule]:
    """Every version of the province's own rules, the newest of each first. One statement."""
    rows = await work.session.scalars(
        select(SupportRuleRow)
        .where(SupportRuleRow.tenant_id == tenant_id)
        .order_by(SupportRuleRow.category_code, SupportRuleRow.priority, SupportRuleRow.version.desc())
    )
    return [row.read() for row in rows]


async def add_rule(work: Work, actor: Actor, rule: Rule) -> None:
    """The version written. Raises: SupportRuleRace when its number was taken a moment ago."""
    work.session.add(
        SupportRuleRow(
            tenant_id=actor.tenant_id,
            category_code=rule.category or "",
            priority=rule.priority.value,
            version=rule.version,
            at_least=rule.at_least,
            whose=rule.whose.value,
            legal_basis_vi=rule.legal_basis.vi,
            legal_basis_en=rule.legal_basis.en,
            note=rule.note,
            valid_from=rule.valid_from,
            created_at=rule.created_at,
            created_by=actor.staff_id,
        )
    )
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise SupportRuleRace from error
