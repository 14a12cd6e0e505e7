"""How publications are written, and with them what the portals of units show: one statement for any number of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import text

from app.db.work import Work
from app.kit.ids import TenantId
from app.publication.terms import Seats, Unplaced

STORED: Mapping[str, str] = MappingProxyType(
    {
        "case_id": "uuid",
        "code": "text",
        "published": "boolean",
        "case_version": "integer",
        "revision": "integer",
        "digest": "text",
        "etag": "text",
        "state": "text",
        "category_code": "text",
        "group_code": "text",
        "area_province": "text",
        "area_district": "text",
        "area_commune": "text",
        "lat": "double precision",
        "lon": "double precision",
        "spot": "bigint",
        "tallied": "text",
        "updated_at": "timestamptz",
        "overdue": "boolean",
        "search_text": "text",
        "terms": "text",
        "body": "bytea",
        "line": "bytea",
        "feature": "bytea",
        "photos": "text",
        "opened_on": "date",
        "sha256": "bytea",
    }
)
"""What is given of a case, with its type; the last two are of its rows in portals."""
_OF_PORTALS = ("opened_on", "sha256")
_WRITTEN_OUT = {
    "terms": "int[]",
    "photos": "uuid[]",
    "tallied": "uuid[]",
}  # arrays of arrays of different lengths are no values of theirs
_TOLD = "case_id, code, published, revision, state, overdue, updated_at"

# From `given` and `stored`: every portal that is to show a case does, as it is stored now, and no other does any more.
# A row that stays as it is keeps its time; any other has that of the publication, or the one that `moment` says:
# whoever goes on from the newest change he has read would never meet one that is told with an older time.
# The days of these cases count a change in the same statement: no digest outlives what it was made of.
_PLACING = """
facts AS (SELECT stored.*, given.opened_on, given.sha256 FROM stored JOIN given USING (case_id)),
seats AS (
    SELECT * FROM unnest(CAST(:seat_cases AS uuid[]), CAST(:seat_units AS uuid[])) AS seats (case_id, unit_id)
),
seated AS (
    INSERT INTO unit_publications
        (tenant_id, case_id, unit_id, code, opened_on, shown, revision, sha256, is_open, overdue, updated_at)
    SELECT :tenant_id, f.case_id, s.unit_id, f.code, f.opened_on, true, f.revision, f.sha256,
        f.state NOT IN ('resolved', 'closed'), f.overdue, coalesce((SELECT at FROM moment), f.updated_at)
    FROM facts f JOIN seats s USING (case_id) WHERE f.published
    ON CONFLICT (tenant_id, case_id, unit_id) DO UPDATE SET
        shown = true, revision = EXCLUDED.revision, sha256 = EXCLUDED.sha256, is_open = EXCLUDED.is_open,
        overdue = EXCLUDED.overdue, opened_on = EXCLUDED.opened_on, updated_at = CASE
            WHEN unit_publications.shown AND unit_publications.revision = EXCLUDED.revision
                AND unit_publications.sha256 = EXCLUDED.sha256 THEN unit_publications.updated_at
            ELSE EXCLUDED.updated_at
        END
),
gone AS (
    UPDATE unit_publications u
    SET shown = false, revision = f.revision, sha256 = '', is_open = false, overdue = false,
        updated_at = coalesce((SELECT at FROM moment), f.updated_at)
    FROM facts f
    WHERE u.tenant_id = :tenant_id AND u.case_id = f.case_id AND u.shown AND NOT (
        f.published AND EXISTS (SELECT FROM seats s WHERE s.case_id = u.case_id AND s.unit_id = u.unit_id)
    )
),
days AS (
    SELECT s.unit_id, f.opened_on FROM facts f JOIN seats s USING (case_id) WHERE f.published
    UNION
    SELECT u.unit_id, u.opened_on FROM unit_publications u JOIN facts f USING (case_id) WHERE u.tenant_id = :tenant_id
),
changed_days AS (
    INSERT INTO portal_days (tenant_id, unit_id, opened_on, changes, cases, sha256)
    SELECT :tenant_id, unit_id, opened_on, 1, 0, '' FROM days ORDER BY unit_id, opened_on
    ON CONFLICT (tenant_id, unit_id, opened_on) DO UPDATE SET changes = portal_days.changes + 1
)
SELECT case_id FROM facts
"""


def written_array(values: Sequence[int] | Sequence[UUID]) -> str:
    """An integer[] or uuid[] as text: arrays of arrays of different lengths are no values of PostgreSQL's."""
    return "{" + ",".join(map(str, values)) + "}"


def seats_as_arrays(seats: Seats) -> dict[str, list[UUID]]:
    """The seats as the statement takes them."""
    pairs = [(case_id, unit_id) for case_id, units in seats.items() for unit_id in units]
    return {"seat_cases": [case_id for case_id, _ in pairs], "seat_units": [unit_id for _, unit_id in pairs]}


def _store_sql() -> str:
    kept = [name for name in STORED if name not in _OF_PORTALS]
    names = ", ".join(STORED)
    arrays = ", ".join(f"CAST(:v_{name} AS {kind}[])" for name, kind in STORED.items())
    values = ", ".join(f"CAST({name} AS {_WRITTEN_OUT[name]})" if name in _WRITTEN_OUT else name for name in kept)
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in kept if name != "case_id")
    return (
        f"WITH given AS (SELECT * FROM unnest({arrays}) AS given ({names})), stored AS ("  # noqa: S608 - our constants
        f"INSERT INTO publications (tenant_id, {', '.join(kept)}, placed)"
        f" SELECT :tenant_id, {values}, revision FROM given"
        f" ON CONFLICT (tenant_id, case_id) DO UPDATE SET {changes}, placed = EXCLUDED.placed"
        f" WHERE publications.case_version <= EXCLUDED.case_version RETURNING {_TOLD}),"
        f" moment AS (SELECT CAST(NULL AS timestamptz) AS at), {_PLACING}"
    )


STORE = text(_store_sql())
_UNPLACED = """
SELECT p.case_id, p.revision, p.published, p.line, c.unit_id, c.opened_at
FROM publications p JOIN cases c ON c.tenant_id = p.tenant_id AND c.id = p.case_id
WHERE p.tenant_id = :tenant_id AND {which}
ORDER BY p.case_id
FOR UPDATE OF p
"""
_WAITING = text(_UNPLACED.format(which="p.placed IS DISTINCT FROM p.revision") + "LIMIT :rows")
_NAMED = text(_UNPLACED.format(which="p.case_id = ANY(CAST(:case_ids AS uuid[]))"))
_PLACE = text(f"""
WITH given AS (
    SELECT * FROM unnest(
        CAST(:cases AS uuid[]), CAST(:revisions AS int[]), CAST(:days AS date[]), CAST(:digests AS bytea[])
    ) AS given (case_id, revision, opened_on, sha256)
), stored AS (
    UPDATE publications p SET placed = p.revision FROM given g
    WHERE p.tenant_id = :tenant_id AND p.case_id = g.case_id AND p.revision = g.revision
    RETURNING {", ".join(f"p.{name}" for name in _TOLD.split(", "))}
), moment AS (
    SELECT greatest(CAST(:anew AS timestamptz), max(updated_at) + interval '1 millisecond') AS at FROM publications
    WHERE tenant_id = :tenant_id HAVING CAST(:anew AS timestamptz) IS NOT NULL
), {_PLACING}
""")  # noqa: S608 - put together from our own text


async def unplaced(work: Work, tenant_id: TenantId, limit: int) -> list[Unplaced]:
    """Publications that portals do not show as they are now (index ix_publications_unplaced), locked. One statement."""
    rows = await work.session.execute(_WAITING, {"tenant_id": tenant_id, "rows": limit})
    return [Unplaced(*row) for row in rows]


async def to_place(work: Work, tenant_id: TenantId, case_ids: Sequence[UUID]) -> list[Unplaced]:
    """The publications of these cases, locked. One statement."""
    rows = await work.session.execute(_NAMED, {"tenant_id": tenant_id, "case_ids": list(case_ids)})
    return [Unplaced(*row) for row in rows]


async def place(
    work: Work, tenant_id: TenantId, rows: Mapping[UUID, Mapping[str, object]], seats: Seats, *, anew: bool
) -> None:
    """The portals of units show these publications at their seats, and nowhere else. One statement.

    `anew`: what changes by it is told as having changed now, after all that was told; else when the publication did.
    """
    each = list(rows.values())
    given = {f"{name}s": [one[name] for one in each] for name in ("revision", "day", "digest")}
    values: dict[str, object] = {"tenant_id": tenant_id, "anew": work.now if anew else None, "cases": list(rows)}
    values |= {**given, **seats_as_arrays(seats)}
    await work.session.execute(_PLACE, values)
