"""Every statement on limits and blocks. A request is counted, under all that it is counted by, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from types import MappingProxyType
from uuid import UUID

import asyncpg
from sqlalchemy import select

from app.db.engine import Database
from app.db.work import Work
from app.kit.gcra import Rate
from app.kit.ids import TenantId

from .domain import Key
from .errors import UnknownBlock
from .models import LimitPolicy, SenderBlock
from .terms import Block, Count, Judged, Limited, Per

_WIDTHS = tuple(Per)
_SOFT = len(_WIDTHS)


def _counting(width: int, narrower: Sequence[int]) -> str:
    """Counts all of one width if all narrower ones let it in: app/kit/gcra.py as SQL, exact among processes.

    Rows are locked width by width and in the order of their keys, so that two requests never wait for one another.
    """
    let_in = "".join(
        f" AND (SELECT count(*) FROM width_{one}) = (SELECT count(*) FROM asked WHERE width = {one})"  # noqa: S608
        for one in narrower
    )
    begun = "greatest($1, least(m.kept_at, $1 + excluded.span)) + (excluded.kept_at - $1)"
    return f"""width_{width} AS (
    INSERT INTO limit_marks AS m (key, kept_at, span)
    SELECT key, $1::timestamptz + step, span FROM asked WHERE width = {width}{let_in} ORDER BY key
    ON CONFLICT (key) DO UPDATE SET kept_at = {begun}, span = excluded.span WHERE {begun} <= $1 + excluded.span
    RETURNING key, kept_at
)"""  # noqa: S608 - numbers of ours


def _take_sql(widths: Sequence[int]) -> str:
    """The statement for requests that are counted by these widths, narrow ones first."""
    counted = ", ".join(_counting(width, widths[:place]) for place, width in enumerate(widths))
    kept = " UNION ALL ".join(f"SELECT key, kept_at FROM width_{width}" for width in widths)  # noqa: S608
    return f"""
WITH asked AS MATERIALIZED (
    SELECT a.key, a.width, a.what, a.per, a.soft, a.cost, r.most, r.window_s,
        make_interval(secs => r.window_s) AS span,
        make_interval(secs => r.window_s::float8 * LEAST(a.cost, r.most) / r.most) AS step
    FROM unnest($2::bytea[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::integer[], $8::boolean[],
        $11::integer[]) AS a (key, width, what, per, most, window_s, soft, cost)
    -- What is lost with the last moment before a crash is some counts: no disk is waited for.
    CROSS JOIN set_config('synchronous_commit', 'off', true)
    LEFT JOIN limit_policies p ON p.tenant_id = $9 AND p.what = a.what AND p.per = a.per
    CROSS JOIN LATERAL (SELECT COALESCE(p.most, a.most) AS most, COALESCE(p.window_s, a.window_s) AS window_s) r
), {counted}, kept AS ({kept}), block AS (
    SELECT reason, until_at FROM sender_blocks
    WHERE tenant_id = $9 AND key = ANY($10::bytea[]) AND until_at > $1 AND lifted_at IS NULL
    ORDER BY until_at DESC LIMIT 1
)
SELECT a.width, a.what, a.per, a.soft, a.cost, a.most, a.window_s, k.kept_at, m.kept_at AS before_at,
    b.reason, b.until_at
FROM asked a
LEFT JOIN kept k ON k.key = a.key
LEFT JOIN limit_marks m ON m.key = a.key
LEFT JOIN block b ON true
ORDER BY a.width, k.kept_at NULLS FIRST
"""  # noqa: S608 - put together from our own text


_TAKE: Mapping[tuple[int, ...], str] = MappingProxyType(
    {widths: _take_sql(widths) for count in range(1, _SOFT + 2) for widths in combinations(range(_SOFT + 1), count)}
)


async def take(
    db: Database, tenant_id: TenantId, keys: Sequence[Key], blocked_by: Sequence[bytes], now: datetime
) -> Judged:
    """Count one request under all `keys`, and look whether any of `blocked_by` is blocked. One statement.

    What a narrow count refuses no wider one counts. Soft ones are counted last, and only for what is let in.
    """
    widths = [_SOFT if one.soft else _WIDTHS.index(one.per) for one in keys]
    rows = await db.lane.fetch(
        _TAKE[tuple(sorted(set(widths)))],
        now,
        [one.key for one in keys],
        widths,
        [one.what.value for one in keys],
        [one.per.value for one in keys],
        [one.rate.most for one in keys],
        [int(one.rate.window.total_seconds()) for one in keys],
        [one.soft for one in keys],
        tenant_id,
        list(blocked_by),
        [one.cost for one in keys],
    )
    first = next((row["width"] for row in rows if row["kept_at"] is None), _SOFT)
    counts = [_count(row) for row in rows if row["width"] <= first]  # wider ones were not asked
    reason = rows[0]["reason"] if rows else None
    return Judged(tuple(counts), Block(reason, rows[0]["until_at"]) if reason is not None else None)


def _count(row: asyncpg.Record) -> Count:
    rate = Rate(row["most"], timedelta(seconds=row["window_s"]))
    what, per = Limited(row["what"]), Per(row["per"])
    return Count(per, rate, row["kept_at"], row["before_at"], soft=row["soft"], what=what, cost=row["cost"])


_FORGET_PROOFS = "DELETE FROM blocked_proofs WHERE until_at < $1 RETURNING 1"
_FORGET = """
DELETE FROM limit_marks WHERE key IN (
    SELECT key FROM limit_marks WHERE kept_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING 1
"""


async def forget(db: Database, now: datetime, limit: int) -> int:
    """Number of marks that are worth nothing any more and were deleted now; proofs go, too. Two statements."""
    await db.lane.fetch(_FORGET_PROOFS, now)
    return len(await db.lane.fetch(_FORGET, now, limit))


_KEEP_PROOFS = """
INSERT INTO blocked_proofs (tenant_id, proof_key, block_id, until_at)
SELECT b.tenant_id, p.key, b.id, b.until_at
FROM unnest($1::integer[], $2::bytea[]) AS a (tenant_id, key)
JOIN sender_blocks b ON b.tenant_id = a.tenant_id AND b.key = a.key AND b.until_at > $4 AND b.lifted_at IS NULL
CROSS JOIN unnest($3::bytea[]) AS p (key)
ON CONFLICT DO NOTHING
"""
_TAKE_PROOFS = """
WITH mine AS (DELETE FROM blocked_proofs WHERE proof_key = $1 RETURNING tenant_id, block_id)
UPDATE sender_blocks b SET key = a.key
FROM mine m JOIN unnest($2::integer[], $3::bytea[]) AS a (tenant_id, key) ON a.tenant_id = m.tenant_id
WHERE b.tenant_id = m.tenant_id AND b.id = m.block_id
"""


async def keep_proofs(work: Work, accounts: Mapping[TenantId, bytes], proofs: Sequence[bytes]) -> None:
    """What proves these accounts is kept with the blocks that hold on them. One statement."""
    await work.fetch(_KEEP_PROOFS, list(accounts), list(accounts.values()), list(proofs), work.now)


async def take_over(work: Work, proof: bytes, accounts: Mapping[TenantId, bytes]) -> None:
    """Blocks kept with the proof are on these accounts from now on. One statement on ix_blocked_proofs_proof."""
    await work.fetch(_TAKE_PROOFS, proof, list(accounts), list(accounts.values()))


class LimitRepository:
    """Statements on what one tenant has decided, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._session = work.session
        self._tenant_id = tenant_id

    async def policies(self) -> list[LimitPolicy]:
        """All that the tenant has decided about limits."""
        found = await self._session.scalars(select(LimitPolicy).where(LimitPolicy.tenant_id == self._tenant_id))
        return list(found)

    async def find_policy(self, what: str, per: str) -> LimitPolicy | None:
        """What the tenant has decided about one limit, locked; None: nothing."""
        found: LimitPolicy | None = await self._session.scalar(
            select(LimitPolicy)
            .where(LimitPolicy.tenant_id == self._tenant_id, LimitPolicy.what == what, LimitPolicy.per == per)
            .with_for_update()
        )
        return found

    async def blocks(self, limit: int) -> list[SenderBlock]:
        """The newest blocks, ended ones too."""
        found = await self._session.scalars(
            select(SenderBlock)
            .where(SenderBlock.tenant_id == self._tenant_id)
            .order_by(SenderBlock.id.desc())
            .limit(limit)
        )
        return list(found)

    async def lock_block(self, block_id: UUID) -> SenderBlock:
        """The block, locked. Raises: UnknownBlock."""
        found: SenderBlock | None = await self._session.scalar(
            select(SenderBlock)
            .where(SenderBlock.tenant_id == self._tenant_id, SenderBlock.id == block_id)
            .with_for_update()
        )
        if found is None:
            raise UnknownBlock
        return found

    async def write(self, row: LimitPolicy | SenderBlock) -> None:
        """Send what was set."""
        self._session.add(row)
        await self._session.flush()
