"""Looking at what came: pictures are drawn anew, videos cleaned, documents searched, the rest is refused."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.db.work import Work
from app.kit.clock import Clock
from app.kit.ids import ReportId, TenantId
from app.media import domain, repository
from app.media.senders import Scanner, ScannerAway, Unscanned
from app.media.store import Store
from app.media.terms import RAW, Authorship, Drawn, FileKind, Refusal, UploadState, Variant

from .naming import without_names

log = logging.getLogger("lienthong.media")

TURN = timedelta(minutes=5)
ASK_AGAIN, UNSCANNED_AGAIN = timedelta(seconds=15), timedelta(minutes=10)
AT_A_TIME = 4
MOST_TRIES = 10  # each waits twice as long as the one before: three and a half days
CLEAN_BATCH_ROWS = 500
ORPHANED_AFTER, LET_BE = timedelta(days=1), timedelta(hours=1)


async def clear(db: Database, clock: Clock, store: Store, scanner: Scanner | None = None) -> int:
    """Number of uploads looked at now; 0 when none waits. Any number of workers may; one that dies is replaced.

    With a scanner nothing is opened before it has said that it is clean. A file that it does not look through, or that
    the store cannot give, waits for UNSCANNED_AGAIN and hinders no other. One that this program trips over, or dies of,
    waits longer each time, and is refused after MOST_TRIES.
    Raises: ScannerAway; what was not looked at waits for ASK_AGAIN.
    """
    now = clock.now()
    waiting = await repository.take_waiting(db, now, now + TURN, AT_A_TIME)
    for upload_id, keeps_place in waiting:
        try:
            await _clear(db, clock, store, scanner, upload_id, keeps_place=keeps_place)
        except Unscanned as why:
            log.warning("upload %s was not looked through for malware: %s", upload_id, why)
            await repository.put_back(db, [upload_id], clock.now() + UNSCANNED_AGAIN, untried=upload_id)
        except ScannerAway:
            await repository.put_back(db, [one for one, _ in waiting], clock.now() + ASK_AGAIN, untried=upload_id)
            raise
        except DatabaseUnavailable:
            raise
        except Exception as error:  # whatever one of them is, the others are looked at
            log.exception("upload %s cannot be handled", upload_id)
            if isinstance(error, OSError) and not isinstance(
                error, FileNotFoundError
            ):  # the store's fault, not its own
                await repository.put_back(db, [upload_id], clock.now() + UNSCANNED_AGAIN, untried=upload_id)
    return len(waiting)


async def _clear(
    db: Database, clock: Clock, store: Store, scanner: Scanner | None, upload_id: UUID, *, keeps_place: bool
) -> None:
    tries = await repository.begin_try(db, upload_id, clock.now(), TURN)
    if tries is None:
        return
    if tries > MOST_TRIES:
        log.error("upload %s is given up: %d tries to look at it have failed", upload_id, MOST_TRIES)
        await _refuse(db, clock, store, upload_id, None, Refusal.DAMAGED)
        return
    content = await asyncio.to_thread(store.read, upload_id)
    kind = domain.kind_of(content[:64])
    malware = await scanner.ask(content) if scanner is not None else None
    if malware is not None:
        log.warning("upload %s holds %s", upload_id, malware)
    found = await asyncio.to_thread(_examined, kind, content) if malware is None else Refusal.INFECTED
    if isinstance(found, Refusal):
        await _refuse(db, clock, store, upload_id, kind, found)
        return
    kind, sent, picture = found
    bare = await without_names(kind, sent) if kind.is_document else None
    whole = sent if bare is None else bare
    original = (len(sent), hashlib.sha256(sent).digest()) if bare is not None else None
    if original is not None:
        await asyncio.to_thread(store.write, upload_id, Variant.ORIGINAL, sent)
    digest = await asyncio.to_thread(_stored, store, upload_id, whole, picture)
    await repository.settle(
        db,
        upload_id,
        clock.now(),
        state=UploadState.CLEARED,
        kind=kind,
        size=(picture.width, picture.height) if picture is not None else None,
        stored=len(whole),
        digest=digest,
        point=domain.point_of(content) if keeps_place and picture is not None else None,
        authorship=(Authorship.KEPT if bare is None else Authorship.GONE) if kind.is_document else None,
        original=original,
    )
    await asyncio.to_thread(_drop, store, upload_id, RAW)


def _stored(store: Store, upload_id: UUID, whole: bytes, picture: Drawn | None) -> bytes:
    """SHA-256 of what is kept once it is there and reads back as it is: only then what was sent may go.

    Raises: OSError.
    """
    if picture is not None:
        store.write(upload_id, Variant.THUMBNAIL, picture.thumbnail)
    store.write(upload_id, Variant.WHOLE, whole)
    digest = hashlib.sha256(whole).digest()
    if hashlib.sha256(store.read(upload_id, Variant.WHOLE)).digest() != digest:
        message = "what was stored reads back as something else"
        raise OSError(message)
    return digest


async def _refuse(
    db: Database, clock: Clock, store: Store, upload_id: UUID, kind: FileKind | None, refusal: Refusal
) -> None:
    await repository.settle(db, upload_id, clock.now(), state=UploadState.REFUSED, kind=kind, refusal=refusal)
    await asyncio.to_thread(_drop, store, upload_id)


def _drop(store: Store, upload_id: UUID, *parts: str) -> bool:
    """Whether these parts are gone. What stays lies on a shelf that is swept, and hinders nothing else."""
    try:
        store.drop(upload_id, *parts)
    except OSError as error:
        log.warning("parts of upload %s cannot be removed: %s", upload_id, error)
        return False
    return True


def _examined(kind: FileKind | None, content: bytes) -> tuple[FileKind, bytes, Drawn | None] | Refusal:
    """What is kept of the file, or why nothing is: also for whatever its readers trip over, which strangers choose."""
    try:
        return _kept_of(kind, content)
    except MemoryError:
        raise  # of this process, perhaps not of the file
    except Exception:
        log.warning("a file of the kind %s trips its reader", kind, exc_info=True)
        return Refusal.DAMAGED


def _kept_of(kind: FileKind | None, content: bytes) -> tuple[FileKind, bytes, Drawn | None] | Refusal:
    if kind is None:
        return Refusal.UNKNOWN
    if kind.is_image:
        picture = domain.drawn(content)
        return picture if isinstance(picture, Refusal) else (FileKind.JPEG, picture.whole, picture)
    if kind in {FileKind.PDF, FileKind.DOCX}:
        found = domain.document(kind, content)
        return found if isinstance(found, Refusal) else (found, content, None)
    cleaned = domain.video(kind, content)
    return cleaned if isinstance(cleaned, Refusal) else (kind, cleaned, None)


async def list_older(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[ReportId]:
    """Reports handed in before then that still have files, in order of ids beyond `after`. One statement."""
    return await repository.list_older(work, tenant_id, before=before, after=after, limit=limit)


async def forget_places(work: Work, tenant_id: TenantId, reports: Collection[ReportId]) -> None:
    """Nobody knows any more where the reports' photos were taken, as their senders had wanted told. One statement."""
    await repository.forget_places(work, tenant_id, reports)


async def let_go(work: Work, tenant_id: TenantId, reports: Collection[ReportId]) -> int:
    """Number of files that are no report's any more; `clean` removes them from the disk. One statement."""
    return await repository.let_go(work, tenant_id, reports)


async def sweep(db: Database, clock: Clock, store: Store, shelf: int) -> int:
    """Number of things on a shelf that belong to nothing and are gone now: what was left when somebody was killed.

    What was written within ORPHANED_AFTER is let be: it may be somebody's who is at it. One statement for 500 of them.
    """
    before = clock.now() - ORPHANED_AFTER
    lying = await asyncio.to_thread(lambda: [one for one in store.list_shelf(shelf) if one.changed_at <= before])
    gone = 0
    for at in range(0, len(lying), CLEAN_BATCH_ROWS):
        batch = lying[at : at + CLEAN_BATCH_ROWS]
        states = await repository.list_states(db, [one.upload_id for one in batch])
        for upload_id, part in {one[:2] for one in batch}:
            state, as_sent = states.get(upload_id, (None, False))
            if part not in domain.parts_of(state, as_sent=as_sent):
                gone += await asyncio.to_thread(_drop, store, upload_id, part)
    return gone


async def clean(db: Database, clock: Clock, store: Store) -> int:
    """Number of uploads that nobody has attached in time and that are gone now; those of reports stay for good.

    One that has expired is attached no more, and goes after LET_BE: by then, whoever saw it before has written. Of a
    report's document that has lost its author's name, the file as it was sent goes: nobody is shown it.
    """
    now = clock.now()
    expired = await repository.list_expired(db, now - LET_BE, CLEAN_BATCH_ROWS)
    kept, spare = [one.id for one in expired if one.claimed], [one.id for one in expired if one.spare]
    if kept:
        await repository.keep(db, kept, spare)
    for upload_id in spare:
        await asyncio.to_thread(_drop, store, upload_id, Variant.ORIGINAL)
    for upload_id, claimed, _ in expired:
        if not claimed and await repository.end(db, upload_id, expired_at=now - LET_BE):
            await asyncio.to_thread(_drop, store, upload_id)
    return len(expired)
