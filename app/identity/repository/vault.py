"""Statements of the vault, and of the fingerprint of the key that seals it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from asyncpg import Record
from sqlalchemy import select

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.identity.models import IdentityReading, ReporterIdentityRow
from app.identity.terms import Actor
from app.kit.ids import ReportId, TenantId, uuid7

KEY_PURPOSE = "installation"
_KEEP_FINGERPRINT = (
    "INSERT INTO key_fingerprints (purpose, fingerprint, adopted_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
)
_REPLACE_FINGERPRINT = (
    "INSERT INTO key_fingerprints (purpose, fingerprint, adopted_at) VALUES ($1, $2, $3)"
    " ON CONFLICT (purpose) DO UPDATE SET fingerprint = $2, adopted_at = $3"
)


def put_identity(work: Recorder, row: Mapping[str, object]) -> None:
    """Add a sealed identity to what the work writes."""
    work.put(ReporterIdentityRow.__table__, row)  # type: ignore[arg-type]


async def find_sealed(work: Work, tenant_id: TenantId, report_id: ReportId) -> bytes | None:
    """The sealed identity of the report; None when its reporter is anonymous."""
    sealed: bytes | None = await work.session.scalar(
        select(ReporterIdentityRow.sealed).where(
            ReporterIdentityRow.tenant_id == tenant_id, ReporterIdentityRow.id == report_id
        )
    )
    return sealed


async def find_all_sealed(
    work: Work, tenant_id: TenantId, report_ids: Collection[ReportId]
) -> list[tuple[ReportId, bytes]]:
    """Each report whose reporter is known, with the sealed identity."""
    rows = await work.session.execute(
        select(ReporterIdentityRow.id, ReporterIdentityRow.sealed).where(
            ReporterIdentityRow.tenant_id == tenant_id, ReporterIdentityRow.id.in_(report_ids)
        )
    )
    return [(ReportId(row.id), row.sealed) for row in rows]


def put_reading(work: Recorder, actor: Actor, report_id: ReportId, purpose: str) -> None:
    """Add that the actor has read the report's identity."""
    row = {
        "tenant_id": actor.tenant_id,
        "id": uuid7(work.now),
        "report_id": report_id,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "purpose": purpose,
        "read_at": work.now,
    }
    work.put(IdentityReading.__table__, row)  # type: ignore[arg-type]


async def newest_sealed(db: Database) -> Record | None:
    """Tenant, report and seal of an identity stored lately, None when there is none."""
    return await db.lane.fetchrow(
        "SELECT tenant_id, id, sealed FROM reporter_identities ORDER BY tenant_id DESC, id DESC LIMIT 1"
    )


async def find_fingerprint(db: Database) -> bytes | None:
    """The fingerprint of the key that the database was begun with; None when it keeps none, or not yet any."""
    if not await keeps_fingerprints(db):
        return None
    found: bytes | None = await db.lane.fetchval(
        "SELECT fingerprint FROM key_fingerprints WHERE purpose = $1", KEY_PURPOSE
    )
    return found


async def keeps_fingerprints(db: Database) -> bool:
    """Whether the schema has a place for them: what came before 26 November 2026 has none."""
    return bool(await db.lane.fetchval("SELECT to_regclass('key_fingerprints') IS NOT NULL"))


async def keep_fingerprint(db: Database, fingerprint: bytes, now: datetime) -> None:
    """Keep the fingerprint unless there is one: of several at once the first stays."""
    await db.lane.fetchval(_KEEP_FINGERPRINT, KEY_PURPOSE, fingerprint, now)


async def replace_fingerprint(db: Database, fingerprint: bytes, now: datetime) -> None:
    """Keep the fingerprint in the place of any other."""
    await db.lane.fetchval(_REPLACE_FINGERPRINT, KEY_PURPOSE, fingerprint, now)
