"""Statements of the vault, and of the fingerprint of the key that seals it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from asyncpg import Record
from sqlalchemy import delete, select, update
from sqlalchemy.engine import CursorResult

from app.db.engine import Database
from app.db.work import HotWork, Recorder, Work
from app.identity.models import IdentityReading, ReporterIdentityRow
from app.identity.terms import Actor, Reading
from app.kit.ids import ReportId, RequestId, TenantId, UnitId, least_id, uuid7

KEY_PURPOSE = "installation"
_COUNT_SEALS = """
    SELECT substring(sealed FROM 1 FOR CASE get_byte(sealed, 0) WHEN 2 THEN 5 ELSE 1 END) AS head,
        count(*) AS identities
    FROM reporter_identities GROUP BY 1 ORDER BY 1
"""
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


def put_reading(
    work: Recorder,
    actor: Actor,
    report_id: ReportId | RequestId,
    purpose: str,
    unit_id: UnitId | None = None,
) -> None:
    """Add that the actor has read the report's identity, when that unit held its case."""
    row = _reading(uuid7(work.now), work.now, actor, report_id, purpose, unit_id)
    work.put(IdentityReading.__table__, row)  # type: ignore[arg-type]


def put_look(
    work: HotWork, look_id: UUID, actor: Actor, request_id: RequestId, purpose: str, unit_id: UnitId | None
) -> None:
    """The same under an id that says which look it is: what is there already lets nothing more of the work in."""
    row = _reading(look_id, work.now, actor, request_id, purpose, unit_id)
    work.put_once(IdentityReading.__table__, row)  # type: ignore[arg-type]


def _reading(
    reading_id: UUID,
    now: datetime,
    actor: Actor,
    report_id: ReportId | RequestId,
    purpose: str,
    unit_id: UnitId | None,
) -> dict[str, object]:
    return {
        "tenant_id": actor.tenant_id,
        "id": reading_id,
        "report_id": report_id,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "unit_id": unit_id,
        "purpose": purpose,
        "read_at": now,
    }


async def has_reading(db: Database, tenant_id: TenantId, reading_id: UUID) -> bool:
    """Whether this reading is written down already. One statement."""
    sql = "SELECT EXISTS (SELECT FROM identity_readings WHERE tenant_id = $1 AND id = $2)"
    return bool(await db.lane.fetchval(sql, tenant_id, reading_id))


async def write_reading(db: Database, work: HotWork) -> None:
    """Write it with its entry of the trail; what another window of the officer has written stays. One statement."""
    await work.commit_to(db)


async def list_readings(work: Work, tenant_id: TenantId, report_ids: Collection[ReportId | RequestId]) -> list[Reading]:
    """Openings of these reports' identities, the newest first, at most 500 (index ix_identity_readings_report)."""
    rows = await work.session.execute(
        select(
            IdentityReading.report_id,
            IdentityReading.unit_id,
            IdentityReading.purpose,
            IdentityReading.read_at,
        )
        .where(IdentityReading.tenant_id == tenant_id, IdentityReading.report_id.in_(report_ids))
        .order_by(IdentityReading.id.desc())
        .limit(500)
    )
    return [
        Reading(ReportId(row.report_id), UnitId(row.unit_id) if row.unit_id else None, row.purpose, row.read_at)
        for row in rows
    ]


async def list_withheld(work: Work, tenant_id: TenantId, report_ids: Collection[ReportId]) -> dict[ReportId, bool]:
    """Whether the sender asked not to be named, for each of the reports that has a row."""
    rows = await work.session.execute(
        select(ReporterIdentityRow.id, ReporterIdentityRow.withheld).where(
            ReporterIdentityRow.tenant_id == tenant_id, ReporterIdentityRow.id.in_(report_ids)
        )
    )
    return {ReportId(row.id): row.withheld for row in rows}


async def list_withheld_now(
    db: Database, tenant_id: TenantId, report_ids: Collection[ReportId]
) -> dict[ReportId, bool]:
    """The same outside a unit of work. One statement."""
    rows = await db.lane.fetch(
        "SELECT id, withheld FROM reporter_identities WHERE tenant_id = $1 AND id = ANY($2::uuid[])",
        tenant_id,
        list(report_ids),
    )
    return {ReportId(row["id"]): row["withheld"] for row in rows}


async def list_of_phone(work: Work, tenant_id: TenantId, phone_index: bytes) -> list[ReportId]:
    """The newest 200 reports with this phone whose senders may be named (index ix_reporter_identities_phone).

    Whoever asked not to be named is not found by guessing a phone either.
    """
    rows = await work.session.scalars(
        select(ReporterIdentityRow.id)
        .where(ReporterIdentityRow.tenant_id == tenant_id, ReporterIdentityRow.phone_index == phone_index)
        .where(ReporterIdentityRow.withheld.is_(False))
        .order_by(ReporterIdentityRow.id.desc())
        .limit(200)
    )
    return [ReportId(one) for one in rows]


async def delete_sealed(work: Work, tenant_id: TenantId, report_ids: Collection[ReportId]) -> int:
    """Number of identities deleted."""
    gone = await work.session.execute(
        delete(ReporterIdentityRow)
        .where(ReporterIdentityRow.tenant_id == tenant_id, ReporterIdentityRow.id.in_(report_ids))
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", gone).rowcount


async def list_older(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[ReportId]:
    """Reports sealed before then, by their ids, which ascend with time, so that this is one range of the key."""
    rows = await work.session.scalars(
        select(ReporterIdentityRow.id)
        .where(
            ReporterIdentityRow.tenant_id == tenant_id,
            ReporterIdentityRow.id > after,
            ReporterIdentityRow.id < least_id(before),
        )
        .order_by(ReporterIdentityRow.id)
        .limit(limit)
    )
    return [ReportId(one) for one in rows]


async def lock_sealed(work: Work, tenant_id: TenantId, after: UUID, limit: int) -> list[tuple[ReportId, bytes]]:
    """Sealed identities beyond an id, in order of ids, held until the work ends; a row that is busy waits its turn."""
    rows = await work.session.execute(
        select(ReporterIdentityRow.id, ReporterIdentityRow.sealed)
        .where(ReporterIdentityRow.tenant_id == tenant_id, ReporterIdentityRow.id > after)
        .order_by(ReporterIdentityRow.id)
        .limit(limit)
        .with_for_update()
    )
    return [(ReportId(row.id), row.sealed) for row in rows]


async def replace_seal(work: Work, tenant_id: TenantId, report_id: ReportId, sealed: bytes) -> None:
    """The identity is sealed so from now on."""
    await work.session.execute(
        update(ReporterIdentityRow)
        .where(ReporterIdentityRow.tenant_id == tenant_id, ReporterIdentityRow.id == report_id)
        .values(sealed=sealed)
        .execution_options(synchronize_session=False)
    )


async def count_seals(db: Database) -> list[tuple[bytes, int]]:
    """How many identities begin with each version and key's name."""
    rows = await db.lane.fetch(_COUNT_SEALS)
    return [(row["head"], row["identities"]) for row in rows]


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
