"""What anyone reads: one statement each, on stored bytes."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from app.db.engine import Database
from app.kit.ids import TenantId
from app.publication.domain import phrase_terms
from app.publication.terms import Filters, Page

_BY_CODE = "SELECT body, etag FROM publications WHERE tenant_id = $1 AND code = $2 AND published"


async def body_of(db: Database, tenant_id: TenantId, code: str) -> tuple[bytes, str] | None:
    """Stored body and ETag of a published case; one statement on the unique key."""
    row = await db.lane.fetchrow(_BY_CODE, tenant_id, code)
    return (row[0], row[1]) if row is not None else None


_FOUND = "updated_at, case_id FROM publications WHERE tenant_id = $1 AND published"
_GONE = "updated_at, case_id FROM publications WHERE tenant_id = $1 AND NOT published"
# Rows come in the page's order, one more than asked for: what it adds to the text is cut off again (`page_of`).
_JOINED = """
SELECT string_agg(piece, '\\x2c'::bytea) AS joined, (array_agg(octet_length(piece)))[$2::int + 1] AS surplus,
 (array_agg(updated_at))[$2::int] AS last_at, (array_agg(case_id))[$2::int] AS last_id
FROM (SELECT piece, updated_at, case_id FROM page ORDER BY {order} LIMIT $2::int + 1) AS ordered
"""


@lru_cache(maxsize=1024)
def _page_sql(
    piece: str,
    conditions: tuple[str, ...],
    box: tuple[str, ...] | None,
    direction: str,
    withdrawn: tuple[str, ...] | None,
) -> str:
    """One page of stored pieces, joined by PostgreSQL. $1 tenant, $2 rows; every name is a constant of this module.

    With `withdrawn`, the conditions on their time, cases taken back are among them (index ix_publications_withdrawn).

    A box is asked for twice. Where the newest cases are dense, walking the feed fills a page at once, while the index
    of places would give every case there ever was. Where they are sparse, the walk ends without a full page; then the
    box holds few of all cases, and the index of places is quick.
    """
    where = "".join(f" AND {condition}" for condition in conditions)
    order = f"updated_at {direction}, case_id {direction}"
    joined = _JOINED.format(order=order)
    gone = ""
    if withdrawn is not None:
        since = "".join(f" AND {condition}" for condition in withdrawn)
        gone = f" UNION ALL (SELECT {piece} AS piece, {_GONE}{since} ORDER BY {order} LIMIT $2::int + 1)"
    if box is None:
        return (
            f"WITH page AS ((SELECT {piece} AS piece, {_FOUND}{where}"
            f" ORDER BY {order} LIMIT $2::int + 1){gone}){joined}"
        )
    west, south, east, north = box
    return (
        f"WITH near AS MATERIALIZED (SELECT piece, updated_at, case_id"  # noqa: S608
        f" FROM (SELECT {piece} AS piece, lon, lat, {_FOUND}{where}"
        f" ORDER BY {order} LIMIT least(50000, greatest(10000, $2::int * 30))) AS walked"
        f" WHERE lon BETWEEN {west} AND {east} AND lat BETWEEN {south} AND {north} ORDER BY {order} LIMIT $2::int + 1),"
        f" page AS (SELECT * FROM near WHERE (SELECT count(*) FROM near) > $2::int UNION ALL"
        f" (SELECT {piece} AS piece, {_FOUND}{where} AND lon IS NOT NULL"
        f" AND point(lon, lat) <@ box(point({west}, {south}), point({east}, {north}))"
        f" AND (SELECT count(*) FROM near) <= $2::int ORDER BY {order} LIMIT $2::int + 1){gone}){joined}"
    )


# How common the words are decides the plan: walk through the newest, or ask the index. After five searches PostgreSQL
# would settle on one plan for any words if that seemed as cheap. The count makes it seem dear. It is never made:
# planned for given words it falls away, and in a plan for any words the array, never null, is looked at first.
_TERMS = "terms @> {0}::int[] AND ({0}::int[] IS NOT NULL OR (SELECT count(*) FROM generate_series(1, 1000000000)) < 0)"
# Asked after the terms, which cost less. One condition for any number of phrases: the text of a statement is prepared
# once for each connection, and must not be as many as there are searches.
_PHRASES = "(SELECT bool_and(strpos(' ' || search_text || ' ', phrase) > 0) FROM unnest({}::text[]) AS asked (phrase))"
_AREA_COLUMNS = frozenset({"area_district", "area_commune", "area_province"})
_CATEGORY_COLUMNS = frozenset({"category_code", "group_code"})


class _Query:
    """Conditions of a list and their parameters, which start at $3."""

    def __init__(self, filters: Filters, after: tuple[datetime, UUID] | None) -> None:
        self.conditions: list[str] = []
        self.args: list[object] = []
        self.box: tuple[str, ...] | None = None
        self.times: list[str] = []  # the conditions that hold for cases taken back too
        self.direction = "DESC" if filters.updated_since is None else "ASC"
        self._columns(filters)
        if filters.phrases is not None:
            self._needs(_TERMS, [term for one in filters.phrases for term in phrase_terms(one)])
            self._needs(_PHRASES, [f" {phrase} " for phrase in filters.phrases])
        if filters.updated_since is not None:
            self.times.append(self._needs("updated_at >= {}", filters.updated_since))
        if after is not None:
            beyond = "<" if self.direction == "DESC" else ">"
            self.times.append(self._needs(f"(updated_at, case_id) {beyond} ({{}}, {{}})", *after))
        if filters.box is not None:
            south, west, north, east = filters.box
            self.box = tuple(f"{holder}::float8" for holder in self._holders(west, south, east, north))

    def _columns(self, filters: Filters) -> None:
        if filters.area is not None:
            column, code = filters.area
            assert column in _AREA_COLUMNS
            self._needs(f"{column} = {{}}", code)
        if filters.category is not None:
            column, code = filters.category
            assert column in _CATEGORY_COLUMNS
            self._needs(f"{column} = {{}}", code)
        if filters.states is not None:
            self._needs("state = ANY({}::text[])", list(filters.states))
        if filters.overdue is not None:
            self.conditions.append("overdue" if filters.overdue else "NOT overdue")

    def _holders(self, *values: object) -> list[str]:
        first = 3 + len(self.args)
        self.args.extend(values)
        return [f"${first + place}" for place in range(len(values))]

    def _needs(self, condition: str, *values: object) -> str:
        needed = condition.format(*self._holders(*values))
        self.conditions.append(needed)
        return needed


async def page_of(
    db: Database,
    tenant_id: TenantId,
    piece: str,
    filters: Filters,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Page:
    """Up to `limit` stored pieces (`line` or `feature`), newest change first, or oldest first after `updated_since`.

    After `updated_since` lines tell also of the cases taken back since, whatever they were: what a tombstone matches
    would tell what became of the case. One statement. Features are only of cases that have a place.
    """
    query = _Query(filters, after)
    if piece == "feature":
        query.conditions.append("lon IS NOT NULL")
    follows = piece == "line" and filters.updated_since is not None
    withdrawn = tuple(query.times) if follows else None
    sql = _page_sql(piece, tuple(query.conditions), query.box, query.direction, withdrawn)
    row = await db.lane.fetchrow(sql, tenant_id, limit, *query.args)
    assert row is not None
    joined, surplus, last_at, last_id = row
    if surplus is None:
        return Page(joined=joined or b"", after=None)
    return Page(joined=joined[: -surplus - 1], after=(last_at, last_id))
