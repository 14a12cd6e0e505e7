"""Every statement on uploads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.db.engine import Database
from app.db.work import HotWork, Recorder, Work
from app.kit.geo import Point
from app.kit.ids import ReportId, TenantId, least_id

from .models import ReportFile, UploadClaim, UploadRow
from .terms import Attached, Authorship, Expired, FileKind, Refusal, Upload, UploadState

# What belongs to a report does not expire, also before `clean` has seen that it does.
_COLUMNS = """
    id, secret_hash, state, length_bytes, offset_bytes, filename, refusal,
    CASE WHEN NOT EXISTS (SELECT FROM upload_claims c WHERE c.upload_id = u.id) THEN expires_at END AS expires_at
"""
_FIND = f"SELECT {_COLUMNS} FROM uploads u WHERE id = $1"  # noqa: S608 - columns of ours
_LIST = f"SELECT {_COLUMNS} FROM uploads u WHERE id = ANY($1::uuid[])"  # noqa: S608
_TAKE_TURN = """
    UPDATE uploads SET writer = $4, writer_until = $3
    WHERE id = $1 AND state = 'receiving' AND (writer_until IS NULL OR writer_until <= $2) RETURNING offset_bytes
"""
_MOVE = """
    UPDATE uploads SET offset_bytes = $2, updated_at = $3, writer_until = $4,
        writer = CASE WHEN $4::timestamptz IS NOT NULL THEN writer END,
        expires_at = CASE WHEN expires_at IS NOT NULL THEN $5::timestamptz END,
        state = CASE WHEN $2 = length_bytes THEN 'received' ELSE state END
    WHERE id = $1 AND state = 'receiving' AND writer = $6 RETURNING true
"""
_END = """
    DELETE FROM uploads u WHERE id = $1 AND ($2::timestamptz IS NULL OR expires_at <= $2)
        AND NOT EXISTS (SELECT FROM upload_claims c WHERE c.upload_id = u.id)
    RETURNING 1
"""
_WAITING = """
    WITH ours AS (
        UPDATE uploads SET writer_until = $2 WHERE id IN (
            SELECT id FROM uploads WHERE state = 'received' AND (writer_until IS NULL OR writer_until <= $1)
            ORDER BY tries, updated_at LIMIT $3 FOR UPDATE SKIP LOCKED
        ) RETURNING id, keeps_place, tries, updated_at
    )
    SELECT id, keeps_place FROM ours ORDER BY tries, updated_at
"""
_TRY = """
    UPDATE uploads SET tries = tries + 1, writer_until = $2::timestamptz + $3::interval * 2 ^ LEAST(tries, 16)
    WHERE id = $1 AND state = 'received' RETURNING tries
"""
_PUT_BACK = """
    UPDATE uploads SET writer_until = $2, tries = tries - CASE WHEN id = $3 AND tries > 0 THEN 1 ELSE 0 END
    WHERE id = ANY($1::uuid[]) AND state = 'received'
"""
_BACKLOG = "SELECT count(*) AS waiting, min(updated_at) AS since FROM uploads WHERE state = 'received'"
_SETTLE = """
    UPDATE uploads SET state = $2, kind = $3, refusal = $4, width = $5, height = $6, stored_bytes = $7, sha256 = $8,
        updated_at = $9, writer_until = NULL, authorship = $12, original_bytes = $13, original_sha256 = $14,
        lat = CASE WHEN keeps_place THEN $10::float8 END, lon = CASE WHEN keeps_place THEN $11::float8 END
    WHERE id = $1 AND state = 'received'
"""
# What belongs to a report no longer expires: seen here, since the report was written without touching the upload.
_EXPIRED = """
    SELECT u.id, c.upload_id IS NOT NULL AS claimed,
        u.original_sha256 IS NOT NULL AND EXISTS (
            SELECT FROM report_files f
            WHERE f.tenant_id = c.tenant_id AND f.report_id = c.report_id AND f.upload_id = u.id
        ) AS spare
    FROM uploads u
    LEFT JOIN upload_claims c ON c.upload_id = u.id
    WHERE u.expires_at <= $1 ORDER BY u.expires_at LIMIT $2
"""
_OF_REPORTS = """
    SELECT f.report_id, u.id, u.state, u.kind, COALESCE(u.stored_bytes, u.length_bytes) AS length, u.width, u.height,
        u.refusal, u.lat, u.lon, u.authorship, false AS as_sent
    FROM report_files f JOIN uploads u ON u.id = f.upload_id
    WHERE f.tenant_id = $1 AND f.report_id = ANY($2::uuid[]) ORDER BY f.report_id, f.place
"""
_OF_UPLOADS = """
    SELECT u.id, u.state, u.kind, COALESCE(u.original_bytes, u.stored_bytes, u.length_bytes) AS length,
        u.width, u.height, u.refusal, NULL::float AS lat, NULL::float AS lon,
        u.authorship, u.original_sha256 IS NOT NULL AS as_sent, COALESCE(u.original_sha256, u.sha256) AS sha256
    FROM uploads u WHERE u.id = ANY($1::uuid[])
"""
_CLEARED = "SELECT kind, filename FROM uploads WHERE id = $1 AND state = 'cleared'"


async def add(db: Database, row: Mapping[str, object], now: datetime) -> None:
    """Write a new upload, unless there is one of its id. One statement."""
    work = HotWork(now)
    work.put_once(UploadRow.__table__, row)  # type: ignore[arg-type]
    await work.commit_to(db)


async def find(db: Database, upload_id: UUID) -> tuple[Upload, bytes] | None:
    """The upload and the hash of its secret, None when there is none. One statement."""
    row = await db.lane.fetchrow(_FIND, upload_id)
    return (_upload(row), row["secret_hash"]) if row is not None else None


async def list_by_id(db: Database, ids: Collection[UUID]) -> dict[UUID, tuple[Upload, bytes]]:
    """These uploads with the hashes of their secrets; those that do not exist are left out. One statement."""
    return {row["id"]: (_upload(row), row["secret_hash"]) for row in await db.lane.fetch(_LIST, list(ids))}


async def take_turn(db: Database, upload_id: UUID, writer: UUID, now: datetime, until: datetime) -> int | None:
    """The durable offset, when the file is ours to write until then; None when another has it. One statement."""
    found: int | None = await db.lane.fetchval(_TAKE_TURN, upload_id, now, until, writer)
    return found


async def move(
    db: Database,
    upload_id: UUID,
    writer: UUID,
    offset: int,
    now: datetime,
    *,
    writer_until: datetime | None,
    expires_at: datetime,
) -> bool:
    """Whether so much is durable now: not when another writes it since. All of it makes the upload received."""
    return await db.lane.fetchval(_MOVE, upload_id, offset, now, writer_until, expires_at, writer) is True


async def end(db: Database, upload_id: UUID, *, expired_at: datetime | None = None) -> bool:
    """Whether the upload is no more; one that belongs to a report stays. One statement.

    `expired_at`: only if it has expired by then, whatever was read of it before.
    """
    try:
        return await db.lane.fetchval(_END, upload_id, expired_at) is not None
    except asyncpg.ForeignKeyViolationError:  # a report that was being written has it now
        return False


async def take_waiting(db: Database, now: datetime, until: datetime, limit: int) -> list[tuple[UUID, bool]]:
    """Uploads that nobody has looked at, ours until then, and whether their places are to be kept. One statement.

    In the order in which they are to be looked at: what was tried less first, then what came first.
    """
    return [(row["id"], row["keeps_place"]) for row in await db.lane.fetch(_WAITING, now, until, limit)]


async def begin_try(db: Database, upload_id: UUID, now: datetime, turn: timedelta) -> int | None:
    """Which try to look at it this is, None when it waits no more. One statement.

    It is ours for a turn, and for twice as long each time: whoever does not come back of it is followed ever more
    slowly, and after all that has been tried less.
    """
    found: int | None = await db.lane.fetchval(_TRY, upload_id, now, turn)
    return found


async def put_back(db: Database, ids: Sequence[UUID], until: datetime, *, untried: UUID) -> None:
    """These, as far as nobody has looked at them, are nobody's from then on; the last try of one does not count.

    One statement.
    """
    await db.lane.fetch(_PUT_BACK, list(ids), until, untried)


async def backlog(db: Database) -> tuple[int, datetime | None]:
    """Number of uploads that nobody has looked at, and since when the first of them waits. One statement."""
    row = await db.lane.fetchrow(_BACKLOG)
    assert row is not None
    return row["waiting"], row["since"]


async def settle(
    db: Database,
    upload_id: UUID,
    now: datetime,
    *,
    state: UploadState,
    kind: FileKind | None,
    refusal: Refusal | None = None,
    size: tuple[int, int] | None = None,
    stored: int | None = None,
    digest: bytes | None = None,
    point: Point | None = None,
    authorship: Authorship | None = None,
    original: tuple[int, bytes] | None = None,
) -> None:
    """Write down what was found. `original`: length and SHA-256 of the file as sent, if it is kept. One statement."""
    width, height = size or (None, None)
    words = state.value, kind.value if kind else None, refusal.value if refusal else None
    told = (*(point or (None, None)), authorship.value if authorship else None, *(original or (None, None)))
    await db.lane.fetch(_SETTLE, upload_id, *words, width, height, stored, digest, now, *told)


async def list_expired(db: Database, now: datetime, limit: int) -> list[Expired]:
    """Uploads whose time is over, and whether they belong to somebody all the same. One statement."""
    return [Expired(*row) for row in await db.lane.fetch(_EXPIRED, now, limit)]


async def list_states(db: Database, ids: Collection[UUID]) -> dict[UUID, tuple[UploadState, bool]]:
    """What has become of these uploads, and whether they are kept as sent, too; others are left out. One statement."""
    rows = await db.lane.fetch(
        "SELECT id, state, original_sha256 IS NOT NULL AS as_sent FROM uploads WHERE id = ANY($1::uuid[])",
        list(set(ids)),
    )
    return {row["id"]: (UploadState(row["state"]), row["as_sent"]) for row in rows}


async def keep(db: Database, ids: Sequence[UUID], spare: Sequence[UUID]) -> None:
    """These no longer expire; of `spare` nothing is kept as it was sent. One statement."""
    await db.lane.fetch(
        "UPDATE uploads SET expires_at = NULL,"
        " original_bytes = CASE WHEN id = ANY($2::uuid[]) THEN NULL ELSE original_bytes END,"
        " original_sha256 = CASE WHEN id = ANY($2::uuid[]) THEN NULL ELSE original_sha256 END"
        " WHERE id = ANY($1::uuid[])",
        list(ids),
        list(spare),
    )


async def next_place(work: Work, tenant_id: TenantId, report_id: ReportId) -> int:
    """The place after the report's last file: as many as it has. One statement."""
    rows = await work.fetch(
        "SELECT COALESCE(max(place) + 1, 0) AS next FROM report_files WHERE tenant_id = $1 AND report_id = $2",
        tenant_id,
        report_id,
    )
    found: int = rows[0]["next"]
    return found


def put_claims(
    work: Recorder, tenant_id: TenantId, report_id: ReportId, uploads: Sequence[UUID], *, first: int = 0
) -> None:
    """Add that these are the report's, from the place `first` on, to what the work writes."""
    for place, upload_id in enumerate(uploads, first):
        claim = {"upload_id": upload_id, "tenant_id": tenant_id, "report_id": report_id}
        work.put(UploadClaim.__table__, claim)  # type: ignore[arg-type]
        file = {"tenant_id": tenant_id, "report_id": report_id, "place": place, "upload_id": upload_id}
        work.put(ReportFile.__table__, file)  # type: ignore[arg-type]


_OLDER = """
    SELECT DISTINCT report_id FROM report_files WHERE tenant_id = $1 AND report_id > $2 AND report_id < $3
    ORDER BY report_id LIMIT $4
"""
_FORGET_PLACES = """
    UPDATE uploads SET lat = NULL, lon = NULL, keeps_place = false WHERE id IN (
        SELECT upload_id FROM report_files WHERE tenant_id = $1 AND report_id = ANY($2::uuid[])
    )
"""
_LET_GO = """
    WITH gone AS (
        DELETE FROM report_files WHERE tenant_id = $1 AND report_id = ANY($2::uuid[]) RETURNING upload_id
    ), unclaimed AS (
        DELETE FROM upload_claims WHERE upload_id IN (SELECT upload_id FROM gone)
    )
    UPDATE uploads SET expires_at = $3 WHERE id IN (SELECT upload_id FROM gone) RETURNING id
"""


async def list_older(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[ReportId]:
    """Reports handed in before then that have files, by id, which ascends with time."""
    rows = await work.fetch(_OLDER, tenant_id, after, least_id(before), limit)
    return [ReportId(row["report_id"]) for row in rows]


async def let_go(work: Work, tenant_id: TenantId, reports: Collection[ReportId]) -> int:
    """Number of files that are no report's from now on and expire at once. One statement."""
    return len(await work.fetch(_LET_GO, tenant_id, list(reports), work.now))


async def forget_places(work: Work, tenant_id: TenantId, reports: Collection[ReportId]) -> None:
    """Where files of these reports were taken is not kept, nor of those nobody has looked at yet. One statement."""
    await work.fetch(_FORGET_PLACES, tenant_id, list(reports))


async def list_of_reports(
    db: Database, tenant_id: TenantId, reports: Collection[ReportId]
) -> dict[ReportId, list[Attached]]:
    """Files of the reports, in their senders' order. One statement."""
    found: dict[ReportId, list[Attached]] = {}
    for row in await db.lane.fetch(_OF_REPORTS, tenant_id, list(reports)):
        found.setdefault(ReportId(row["report_id"]), []).append(Attached.of(dict(row)))
    return found


def put_claim(work: Recorder, tenant_id: TenantId, subject_id: UUID, upload_id: UUID) -> None:
    """Add that the upload is this subject's alone to what the work writes."""
    claim = {"upload_id": upload_id, "tenant_id": tenant_id, "report_id": subject_id}
    work.put(UploadClaim.__table__, claim)  # type: ignore[arg-type]


async def list_uploads(db: Database, ids: Collection[UUID]) -> dict[UUID, Attached]:
    """These uploads, whoever has them. One statement."""
    return {row["id"]: Attached.of(dict(row)) for row in await db.lane.fetch(_OF_UPLOADS, list(ids))}


async def list_checksums(db: Database, ids: Collection[UUID]) -> dict[UUID, bytes]:
    """SHA-256 of these as whoever they were handed to fetches them, where somebody has looked. One statement."""
    rows = await db.lane.fetch(
        "SELECT id, COALESCE(original_sha256, sha256) AS sha256 FROM uploads"
        " WHERE id = ANY($1::uuid[]) AND state = 'cleared' AND sha256 IS NOT NULL",
        list(ids),
    )
    return {row["id"]: row["sha256"] for row in rows}


async def put_off(db: Database, ids: Collection[UUID], until: datetime) -> None:
    """None of these that still expire does so before then. One statement."""
    await db.lane.fetch(
        "UPDATE uploads SET expires_at = GREATEST(expires_at, $2) WHERE id = ANY($1::uuid[])"
        " AND expires_at IS NOT NULL RETURNING id",
        list(ids),
        until,
    )


async def list_stored(db: Database, before: UUID | None, limit: int) -> list[tuple[UUID, bytes, bytes | None]]:
    """Cleared files with their checksums and those of what was sent, by id downwards from below `before`.

    One statement.
    """
    rows = await db.lane.fetch(
        "SELECT id, sha256, original_sha256 FROM uploads WHERE state = 'cleared' AND sha256 IS NOT NULL"
        " AND ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2",
        before,
        limit,
    )
    return [(row["id"], row["sha256"], row["original_sha256"]) for row in rows]


async def find_cleared(db: Database, upload_id: UUID) -> tuple[FileKind, str] | None:
    """Kind and name of a file that may be shown, None of any other. One statement."""
    row = await db.lane.fetchrow(_CLEARED, upload_id)
    return (FileKind(row["kind"]), row["filename"]) if row is not None else None


def _upload(row: asyncpg.Record) -> Upload:
    return Upload(
        id=row["id"],
        state=UploadState(row["state"]),
        length=row["length_bytes"],
        offset=row["offset_bytes"],
        filename=row["filename"],
        expires_at=row["expires_at"],
        refusal=Refusal(row["refusal"]) if row["refusal"] else None,
    )
