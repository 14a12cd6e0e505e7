"""Pictures of cases: what was decided about them, and what of that anyone may fetch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import CaseId, ReportId, TenantId
from app.media.terms import Patch, Variant
from app.publication.models import PublicPhoto
from app.publication.terms import Fetched, Photo, PhotoChoice, PhotoDecision

# Of the report that opened the case: one that was joined to it keeps its own case, where its pictures are decided on.
_OF_CASE = """
SELECT f.upload_id, f.place, r.code, u.width, u.height, p.id, p.choice, p.patches, p.alt, p.decided_at
FROM reports r
JOIN report_files f ON f.tenant_id = r.tenant_id AND f.report_id = r.id
JOIN uploads u ON u.id = f.upload_id
LEFT JOIN public_photos p
    ON p.tenant_id = r.tenant_id AND p.case_id = r.case_id AND p.upload_id = f.upload_id AND p.ended_at IS NULL
WHERE r.tenant_id = $1 AND r.case_id = $2 AND u.state = 'cleared' AND u.kind = 'image/jpeg' AND u.width IS NOT NULL
ORDER BY r.id, f.place
"""


async def list_photos(db: Database, tenant_id: TenantId, case_id: CaseId) -> list[Photo]:
    """Pictures of the report that opened the case, with what stands decided, in their sender's order. One statement."""
    return [_photo(row) for row in await db.lane.fetch(_OF_CASE, tenant_id, case_id)]


def _photo(row: asyncpg.Record) -> Photo:
    decision = None
    if row["id"] is not None:
        patches = tuple(Patch(*each) for each in orjson.loads(row["patches"]))
        decision = PhotoDecision(row["upload_id"], PhotoChoice(row["choice"]), patches, row["alt"])
    return Photo(
        upload_id=row["upload_id"],
        report=row["code"],
        place=row["place"],
        width=row["width"],
        height=row["height"],
        decision=decision,
        decided_at=row["decided_at"],
        public_id=row["id"] if decision is not None and decision.choice is not PhotoChoice.WITHHOLD else None,
    )


_END = """
UPDATE public_photos SET ended_at = $4
WHERE tenant_id = $1 AND case_id = $2 AND upload_id = ANY($3::uuid[]) AND ended_at IS NULL
"""


async def decide(work: Work, tenant_id: TenantId, case_id: CaseId, rows: Sequence[Mapping[str, Any]]) -> None:
    """What was decided about these pictures before has ended, and this stands. Two statements."""
    await work.fetch(_END, tenant_id, case_id, [row["upload_id"] for row in rows], work.now)
    for row in rows:
        work.put(PublicPhoto.__table__, row)  # type: ignore[arg-type]


_FETCH = """
SELECT p.sha256, p.thumbnail_sha256,
    p.ended_at IS NULL AND COALESCE(s.published AND p.id = ANY(s.photos), false) AS shown,
    p.ended_at IS NOT NULL OR COALESCE(s.case_version >= p.case_version, false) AS told
FROM public_photos p LEFT JOIN publications s ON s.tenant_id = p.tenant_id AND s.case_id = p.case_id
WHERE p.tenant_id = $1 AND p.id = $2 AND p.sha256 IS NOT NULL
"""


async def find_public(db: Database, tenant_id: TenantId, photo_id: UUID, variant: Variant) -> Fetched | None:
    """Whether anyone may fetch the copy now, by the stored publication of its case; None: never. One statement."""
    row = await db.lane.fetchrow(_FETCH, tenant_id, photo_id)
    if row is None or not (row["shown"] or row["told"]):
        return None
    digest: bytes = row["sha256"] if variant is Variant.WHOLE else row["thumbnail_sha256"]
    return Fetched(shown=row["shown"], digest=digest.hex())


_LET_GO = """
UPDATE public_photos p SET ended_at = $3
FROM reports r
WHERE r.tenant_id = $1 AND r.id = ANY($2::uuid[])
    AND p.tenant_id = $1 AND p.case_id = r.case_id AND p.ended_at IS NULL
RETURNING p.case_id
"""


async def let_go(work: Work, tenant_id: TenantId, reports: Collection[ReportId]) -> set[UUID]:
    """Cases whose pictures, being of these reports, nobody sees any more from now on. One statement."""
    return {row["case_id"] for row in await work.fetch(_LET_GO, tenant_id, list(reports), work.now)}


_WAITING = """
SELECT tenant_id, id FROM public_photos
WHERE ended_at IS NOT NULL AND dropped_at IS NULL AND sha256 IS NOT NULL LIMIT $1
"""
_DROPPED = """
UPDATE public_photos p SET dropped_at = $3 FROM unnest($1::int[], $2::uuid[]) AS gone (tenant_id, id)
WHERE p.tenant_id = gone.tenant_id AND p.id = gone.id
"""


async def list_ended(db: Database, limit: int) -> list[tuple[int, UUID]]:
    """Copies that nobody sees any more and that still lie there (index ix_public_photos_ended). One statement."""
    return [(row["tenant_id"], row["id"]) for row in await db.lane.fetch(_WAITING, limit)]


async def mark_dropped(db: Database, gone: Sequence[tuple[int, UUID]], now: datetime) -> None:
    """These lie nowhere any more. One statement."""
    await db.lane.fetch(_DROPPED, [tenant_id for tenant_id, _ in gone], [photo_id for _, photo_id in gone], now)
