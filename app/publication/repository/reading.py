"""What anyone reads: one statement each, on stored bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from app.db.engine import Database
from app.kit.geo import Box
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


class _Probe(NamedTuple):
    """What is asked for twice: of the newest rows as they are walked through, then of an index.

    Where the newest cases have it often, walking the feed fills a page at once, while the index would give every case
    there ever was. Where they have it seldom, the walk ends without a full page; then few of all cases have it, and the
    index is quick.
    """

    columns: str
    walked: str
    asked: str
    rows: str  # how far is walked
    held: str = "publications"  # what is asked of
    counts: bool = False  # whether it is asked only where the walk was cut off


@lru_cache(maxsize=1024)
def _page_sql(
    piece: str, conditions: tuple[str, ...], probe: _Probe | None, direction: str, withdrawn: tuple[str, ...] | None
) -> str:
    """One page of stored pieces, joined by PostgreSQL. $1 tenant, $2 rows; every name is a constant of this module.

    With `withdrawn`, the conditions on their time, cases taken back are among them (index ix_publications_withdrawn).
    """
    where = "".join(f" AND {condition}" for condition in conditions)
    order = f"updated_at {direction}, case_id {direction}"
    joined = _JOINED.format(order=order)
    gone = ""
    if withdrawn is not None:
        since = "".join(f" AND {condition}" for condition in withdrawn)
        of_gone = "line" if piece == "body" else piece  # a case taken back has no body
        gone = f" UNION ALL (SELECT {of_gone} AS piece, {_GONE}{since} ORDER BY {order} LIMIT $2::int + 1)"
    if probe is None:
        return (
            f"WITH page AS ((SELECT {piece} AS piece, {_FOUND}{where}"
            f" ORDER BY {order} LIMIT $2::int + 1){gone}){joined}"
        )
    feed = f"{_FOUND}{where} ORDER BY {order} LIMIT {probe.rows}"
    # It need not be asked where the walk came to the end; how far it goes is counted only when the page is not full.
    ended = f" OR (SELECT count(*) FROM (SELECT {feed}) AS way) < {probe.rows}" if probe.counts else ""  # noqa: S608
    return (
        f"WITH near AS MATERIALIZED (SELECT piece, updated_at, case_id"  # noqa: S608
        f" FROM (SELECT {piece} AS piece, {probe.columns}, {feed}) AS walked"
        f" WHERE {probe.walked} ORDER BY {order} LIMIT $2::int + 1),"
        f" enough AS MATERIALIZED (SELECT (SELECT count(*) FROM near) > $2::int{ended} AS it),"
        f" page AS (SELECT * FROM near WHERE (SELECT it FROM enough) UNION ALL"
        f" (SELECT {piece} AS piece, {_FOUND.replace(' publications ', f' {probe.held} ')}{where} AND {probe.asked}"
        f" AND NOT (SELECT it FROM enough) ORDER BY {order} LIMIT $2::int + 1){gone}){joined}"
    )


# How common the words are decides the plan: walk through the newest, or ask the index. After five searches PostgreSQL
# would settle on one plan for any words if that seemed as cheap. The count makes it seem dear. It is never made:
# planned for given words it falls away, and in a plan for any words the array, never null, is looked at first.
_TERMS = "terms @> {0}::int[] AND ({0}::int[] IS NOT NULL OR (SELECT count(*) FROM generate_series(1, 1000000000)) < 0)"
# Asked after the terms, which cost less. One condition for any number of phrases: the text of a statement is prepared
# once for each connection, and must not be as many as there are searches.
_PHRASES = "(SELECT bool_and(strpos(' ' || search_text || ' ', phrase) > 0) FROM unnest({}::text[]) AS asked (phrase))"
# The letters of one phrase, borders or not, compared as bytes: what lacks them is most of what is walked through.
_LETTERS = 'strpos(search_text COLLATE "C", {}) > 0'
# Fenced off, so that its index is asked whatever the words; a walk has come before.
_HELD = "(SELECT * FROM publications WHERE tenant_id = $1 AND published AND terms @> {}::int[] OFFSET 0) AS held"
_AREA_COLUMNS = frozenset({"area_district", "area_commune", "area_province"})
_CATEGORY_COLUMNS = frozenset({"category_code", "group_code"})


class _Query:
    """Conditions of a list and their parameters, which start at $3."""

    def __init__(self, filters: Filters, after: tuple[datetime, UUID] | None) -> None:
        self.conditions: list[str] = []
        self.args: list[object] = []
        self.probe: _Probe | None = None
        self.times: list[str] = []  # the conditions that hold for cases taken back too
        self.direction = "DESC" if filters.updated_since is None else "ASC"
        self._columns(filters)
        if filters.phrases is not None:
            self._phrases(filters.phrases, walk=filters.common)
        if filters.updated_since is not None:
            self.times.append(self._needs("updated_at >= {}", filters.updated_since))
        if after is not None:
            beyond = "<" if self.direction == "DESC" else ">"
            self.times.append(self._needs(f"(updated_at, case_id) {beyond} ({{}}, {{}})", *after))
        if filters.box is not None:
            self._box(filters.box)

    def _box(self, box: Box) -> None:
        sides = self._holders(box.west, box.south, box.east, box.north)
        west, south, east, north = (f"{side}::float8" for side in sides)
        self.probe = _Probe(
            columns="lon, lat",
            walked=f"lon BETWEEN {west} AND {east} AND lat BETWEEN {south} AND {north}",
            asked=f"lon IS NOT NULL AND point(lon, lat) <@ box(point({west}, {south}), point({east}, {north}))",
            rows="least(50000, greatest(10000, $2::int * 30))",
        )

    def _phrases(self, phrases: Sequence[str], *, walk: bool) -> None:
        """What has all phrases. With `walk` by one plan for any words, which looks through the newest first."""
        terms = [term for phrase in phrases for term in phrase_terms(phrase)]
        padded = [f" {phrase} " for phrase in phrases]
        if not walk:
            self._needs(_TERMS, terms)
            self._needs(_PHRASES, padded)
            return
        asked, whole, letters = self._holders(terms, padded, max(phrases, key=len))
        has_them = _PHRASES.format(whole)
        self.probe = _Probe(
            columns="search_text",
            walked=f"{_LETTERS.format(letters)} AND {has_them}",
            asked=has_them,
            rows="least(50000, $2::int * 60)",
            held=_HELD.format(asked),
            counts=True,  # the index is of all provinces: a small one does not pay for what a large one has
        )

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
    """Up to `limit` stored pieces (`line`, `body`, `feature`), newest change first; oldest after `updated_since`.

    After `updated_since` lines and bodies tell also of the cases taken back since, by their lines and whatever they
    were: what a tombstone matches would tell what became of the case. Bodies of all cases tell of them in any order.
    One statement. Features are only of cases that have a place.
    """
    query = _Query(filters, after)
    if piece == "feature":
        query.conditions.append("lon IS NOT NULL")
    of_all = piece == "body" and filters == Filters()
    follows = piece != "feature" and (filters.updated_since is not None or of_all)
    withdrawn = tuple(query.times) if follows else None
    sql = _page_sql(piece, tuple(query.conditions), query.probe, query.direction, withdrawn)
    row = await db.lane.fetchrow(sql, tenant_id, limit, *query.args)
    assert row is not None
    joined, surplus, last_at, last_id = row
    if surplus is None:
        return Page(joined=joined or b"", after=None)
    return Page(joined=joined[: -surplus - 1], after=(last_at, last_id))


_COMMON = """
SELECT array_agg(term ORDER BY part DESC)
FROM pg_stats CROSS JOIN LATERAL unnest(most_common_elems::text::int[], most_common_elem_freqs) AS held (term, part)
WHERE schemaname = current_schema AND tablename = 'publications' AND attname = 'terms' AND part >= $1
"""


async def common_terms(db: Database, part: float) -> frozenset[int]:
    """Terms that at least `part` of all publications have, by PostgreSQL's statistics; none before it has made any."""
    return frozenset(await db.lane.fetchval(_COMMON, part) or ())
