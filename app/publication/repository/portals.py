"""What the portal of one unit shows: one statement each, on the index of the unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import text

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId, UnitId
from app.publication.terms import MOST_COUNTED, Held, Page, PortalDay, Standing, Told

Key: TypeAlias = tuple[datetime, UUID]
Piece: TypeAlias = Literal["line", "feature"]

# Rows come in the page's order, one more than asked for: what it adds to the text is cut off again.
_PAGE = """
SELECT string_agg(piece, '\\x2c'::bytea) AS joined, (array_agg(octet_length(piece)))[$2::int + 1] AS surplus,
 (array_agg(updated_at))[$2::int] AS last_at, (array_agg(case_id))[$2::int] AS last_id
FROM (
    SELECT p.{piece} AS piece, u.updated_at, u.case_id
    FROM unit_publications u JOIN publications p ON p.tenant_id = $1 AND p.case_id = u.case_id
    WHERE u.tenant_id = $1 AND u.unit_id = $3 AND u.shown AND p.{piece} IS NOT NULL {beyond}
    ORDER BY u.updated_at DESC, u.case_id DESC LIMIT $2::int + 1
) AS ordered
"""
_BEYOND: Final = "AND (u.updated_at, u.case_id) < ($4, $5)"


async def portal_page(
    db: Database, tenant_id: TenantId, unit_id: UnitId, piece: Piece, after: Key | None, limit: int
) -> Page:
    """Up to `limit` stored pieces of the unit's portal, newest change first (index ix_unit_publications_shown).

    One statement. Features are only of cases that have a place.
    """
    sql = _PAGE.format(piece=piece, beyond=_BEYOND if after else "")
    row = await db.lane.fetchrow(sql, tenant_id, limit, unit_id, *(after or ()))
    assert row is not None
    joined, surplus, last_at, last_id = row
    if surplus is None:
        return Page(joined=joined or b"", after=None)
    return Page(joined=joined[: -surplus - 1], after=(last_at, last_id))


_FOUND: Final = """
SELECT u.case_id, u.code, u.revision, u.sha256, u.updated_at, u.shown FROM unit_publications u
WHERE u.tenant_id = $1 AND u.unit_id = $2 AND {shown} {beyond} ORDER BY u.updated_at {order}, u.case_id {order} LIMIT $3
"""
_TOLD: Final = """
SELECT f.case_id, f.code, f.revision, encode(f.sha256, 'hex') AS sha256, f.updated_at,
 CASE WHEN f.shown THEN p.line END AS line, CASE WHEN f.shown AND {bodies} THEN p.body END AS body
FROM (({shown}) UNION ALL ({gone})) AS f
LEFT JOIN publications p ON p.tenant_id = $1 AND p.case_id = f.case_id
ORDER BY f.updated_at {order}, f.case_id {order} LIMIT $3
"""


async def portal_changes(
    db: Database, tenant_id: TenantId, unit_id: UnitId, *, after: Key | None, limit: int, newest_first: bool
) -> list[Told]:
    """Up to `limit` changes of the unit's portal in their order, cases that it shows no longer among them.

    One statement (indexes ix_unit_publications_shown and ix_unit_publications_gone). Bodies come newest first only.
    """
    order, sign = ("DESC", "<") if newest_first else ("ASC", ">")
    beyond = f"AND (u.updated_at, u.case_id) {sign} ($4, $5)" if after else ""
    shown, gone = (_FOUND.format(shown=where, beyond=beyond, order=order) for where in ("u.shown", "NOT u.shown"))
    sql = _TOLD.format(shown=shown, gone=gone, order=order, bodies="true" if newest_first else "false")
    return [Told(*row) for row in await db.lane.fetch(sql, tenant_id, unit_id, limit, *(after or ()))]


_NEWEST: Final = """
SELECT greatest(max(shown.at), max(gone.at)) AS newest FROM units u
CROSS JOIN LATERAL (SELECT max(p.updated_at) AS at FROM unit_publications p
    WHERE p.tenant_id = $1 AND p.unit_id = u.id AND p.shown) shown
CROSS JOIN LATERAL (SELECT max(p.updated_at) AS at FROM unit_publications p
    WHERE p.tenant_id = $1 AND p.unit_id = u.id AND NOT p.shown) gone
WHERE u.tenant_id = $1
"""


async def newest_change(work: Work, tenant_id: TenantId) -> datetime | None:
    """When any portal of the tenant changed last; None: never. One statement, two places in indexes for each unit."""
    found: datetime | None = (await work.fetch(_NEWEST, tenant_id))[0]["newest"]
    return found


_LINES: Final = """convert_to(
    code || ' ' || revision || ' ' || encode(sha256, 'hex') || E'\\n', 'UTF8'
), '' ORDER BY code COLLATE "C\""""
_OF_DAY: Final = "FROM unit_publications WHERE tenant_id = $1 AND unit_id = $2 AND shown AND opened_on ="
# Days that nobody has kept since they changed are made here, each from a bounded number of cases.
_DAYS: Final = f"""
SELECT day.at, made.cases, made.sha256
FROM (SELECT at::date FROM generate_series($3::date, $4::date, interval '1 day') AS at) AS day
LEFT JOIN portal_days k
    ON k.tenant_id = $1 AND k.unit_id = $2 AND k.opened_on = day.at AND k.kept = k.changes
    AND k.opened_on BETWEEN $3::date AND $4::date -- else a join may read all of the unit's
CROSS JOIN LATERAL (
    SELECT k.cases, encode(k.sha256, 'hex') AS sha256 WHERE k.kept IS NOT NULL
    UNION ALL
    SELECT count(*), CASE WHEN count(*) <= $5 THEN encode(sha256(string_agg({_LINES})), 'hex') END
    FROM (SELECT code, revision, sha256 {_OF_DAY} day.at AND k.kept IS NULL LIMIT $5::int + 1) AS held
) AS made
WHERE made.cases > 0 ORDER BY day.at
"""  # noqa: S608 - put together from our own text


async def portal_days(
    db: Database, tenant_id: TenantId, unit_id: UnitId, first: date, last: date, most: int
) -> list[PortalDay]:
    """The days on which cases were opened that the portal shows, ascending.

    Of one with more than `most`, changed a moment ago, neither number nor digest. One statement (portal_days,
    ix_unit_publications_day).
    """
    rows = await db.lane.fetch(_DAYS, tenant_id, unit_id, first, last, most)
    return [PortalDay(at, cases if sha256 else None, sha256) for at, cases, sha256 in rows]


_CHANGED_DAYS: Final = text("""
SELECT unit_id, opened_on, changes FROM portal_days
WHERE tenant_id = :tenant_id AND kept IS DISTINCT FROM changes
ORDER BY opened_on DESC LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_KEEP_DAYS: Final = text(f"""
UPDATE portal_days d SET kept = d.changes, cases = made.cases, sha256 = made.sha256
FROM unnest(CAST(:units AS uuid[]), CAST(:days AS date[])) AS given (unit_id, opened_on)
CROSS JOIN LATERAL (
    SELECT count(*) AS cases, coalesce(sha256(string_agg({_LINES})), '') AS sha256 FROM unit_publications u
    WHERE u.tenant_id = :tenant_id AND u.unit_id = given.unit_id AND u.shown AND u.opened_on = given.opened_on
) AS made
WHERE d.tenant_id = :tenant_id AND d.unit_id = given.unit_id AND d.opened_on = given.opened_on
""")  # noqa: S608 - put together from our own text


async def keep_days(work: Work, tenant_id: TenantId, limit: int) -> int:
    """Number of days whose digests are kept from now on. Two statements, one where nothing has changed.

    The days are locked first and looked at by the statement after: whatever has counted a change of theirs by then is
    seen, and whatever has not waits, and counts it afterwards.
    """
    rows = list(await work.session.execute(_CHANGED_DAYS, {"tenant_id": tenant_id, "limit": limit}))
    if rows:
        units, days = [row[0] for row in rows], [row[1] for row in rows]
        await work.session.execute(_KEEP_DAYS, {"tenant_id": tenant_id, "units": units, "days": days})
    return len(rows)


_DAY: Final = """
SELECT code, revision, encode(sha256, 'hex'), case_id FROM unit_publications
WHERE tenant_id = $1 AND unit_id = $2 AND shown AND opened_on = $3 AND case_id > $4 ORDER BY case_id LIMIT $5
"""


async def portal_day(
    db: Database, tenant_id: TenantId, unit_id: UnitId, day: date, after: UUID, limit: int
) -> list[tuple[Held, UUID]]:
    """Up to `limit` cases of one of those days after that one, as they were opened (ix_unit_publications_day)."""
    rows = await db.lane.fetch(_DAY, tenant_id, unit_id, day, after, limit)
    return [(Held(*row[:3]), row[3]) for row in rows]


_COUNT: Final = """(
    SELECT count(*) FROM (
        SELECT FROM unit_publications WHERE tenant_id = $1 AND unit_id = $2 AND shown AND {which} LIMIT {most}
    ) AS counted
)"""
_STANDING: Final = "SELECT " + ", ".join(
    _COUNT.format(which=which, most=MOST_COUNTED + 1) for which in ("is_open", "is_open AND overdue", "NOT is_open")
)


async def portal_standing(db: Database, tenant_id: TenantId, unit_id: UnitId) -> Standing:
    """How many cases the portal shows (index ix_unit_publications_open). One statement."""
    row = await db.lane.fetchrow(_STANDING, tenant_id, unit_id)
    assert row is not None
    return Standing(*row)


_CHANGED: Final = """
SELECT max(updated_at) FROM (
    (SELECT updated_at FROM unit_publications WHERE tenant_id = $1 AND unit_id = $2 AND shown
     ORDER BY updated_at DESC, case_id DESC LIMIT 1)
    UNION ALL
    (SELECT updated_at FROM unit_publications WHERE tenant_id = $1 AND unit_id = $2 AND NOT shown
     ORDER BY updated_at DESC, case_id DESC LIMIT 1)
) AS newest
"""


async def portal_changed_at(db: Database, tenant_id: TenantId, unit_id: UnitId) -> datetime | None:
    """When what the portal shows changed last; None: it has never shown anything. One statement."""
    changed: datetime | None = await db.lane.fetchval(_CHANGED, tenant_id, unit_id)
    return changed


_CODES: Final = """
SELECT code, updated_at FROM unit_publications
WHERE tenant_id = $1 AND unit_id = $2 AND shown ORDER BY updated_at DESC, case_id DESC LIMIT $3
"""


async def portal_codes(
    db: Database, tenant_id: TenantId, unit_id: UnitId, limit: int
) -> Sequence[tuple[str, datetime]]:
    """Codes and times of the newest cases of the portal. One statement."""
    return [(row[0], row[1]) for row in await db.lane.fetch(_CODES, tenant_id, unit_id, limit)]


# From each day to the one before it by the index, however many cases a day has.
_DATES: Final = """
WITH RECURSIVE days (day, place) AS (
    (SELECT max(opened_on), 1 FROM unit_publications WHERE tenant_id = $1 AND unit_id = $2 AND shown)
    UNION ALL
    SELECT (
        SELECT max(opened_on) FROM unit_publications
        WHERE tenant_id = $1 AND unit_id = $2 AND shown AND opened_on < days.day
    ), place + 1 FROM days WHERE days.day IS NOT NULL AND place < $3
)
SELECT day FROM days WHERE day IS NOT NULL
"""


async def portal_dates(db: Database, tenant_id: TenantId, unit_id: UnitId, limit: int) -> list[date]:
    """The newest days on which cases were opened that the portal shows (index ix_unit_publications_days)."""
    return [row[0] for row in await db.lane.fetch(_DATES, tenant_id, unit_id, limit)]


_CODES_OF_DAY: Final = """
SELECT code, updated_at FROM unit_publications
WHERE tenant_id = $1 AND unit_id = $2 AND shown AND opened_on = $3 LIMIT $4
"""


async def portal_codes_of(
    db: Database, tenant_id: TenantId, unit_id: UnitId, day: date, limit: int
) -> Sequence[tuple[str, datetime]]:
    """Codes and times of cases that the portal shows and that were opened on the day (same index)."""
    return [(row[0], row[1]) for row in await db.lane.fetch(_CODES_OF_DAY, tenant_id, unit_id, day, limit)]
