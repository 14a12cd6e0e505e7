"""Uploads on their way (tus 1.0): what was acknowledged is on the disk before the database says so."""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol
from uuid import UUID, uuid4

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.kit import signing
from app.kit.clock import Clock
from app.kit.ids import ReportId, TenantId, uuid7
from app.kit.text import Text
from app.media import domain, repository
from app.media.errors import (
    UPLOAD_MISSING,
    UPLOAD_ON_ITS_WAY,
    BadUploadRequest,
    StorageAway,
    StorageFull,
    UploadBusy,
    UploadGone,
    UploadNotFound,
    UploadTooLarge,
    UploadUnfinished,
    WrongChecksum,
    WrongOffset,
)
from app.media.store import Appender, Store
from app.media.terms import MOST_WITH_REPLIES, ClientGone, FileSender, Refusal, Upload, UploadName, UploadState

from .admitting import admit

TURN = timedelta(seconds=10)  # in which a request that writes must say that it still does
SETTLE_BYTES, SETTLE_S = 4 * 1024 * 1024, 2.0
PATIENCE_S, LOOK_AGAIN_S = 15.0, 0.1  # longer than a TURN: one that was killed leaves the file to the next
_CHUNK_BYTES = 256 * 1024
_TOO_MANY = Text(
    "Mỗi phản ánh kèm tối đa {most} tệp, tính cả các lần bổ sung. Lời bổ sung chưa được gửi.",
    "A report has at most {most} files, with those that were added. Nothing was sent.",
)
_TWICE = Text("Tệp này được nêu hai lần.", "This file is named twice.")


async def begin(
    db: Database,
    clock: Clock,
    store: Store,
    sender: FileSender,
    *,
    length: int,
    metadata: Mapping[str, str],
    most_bytes: int,
) -> tuple[str, Upload]:
    """A new upload and its name, which proves whose it is and is told once.

    Raises: UploadTooLarge, StorageFull, LimitReached, UploadBudgetSpent.

    Of `metadata`: `filename`; and `location`, which is `keep` when the place of a photo is to be told with the report.
    """
    if length > most_bytes:
        raise UploadTooLarge(most_bytes)
    await admit(db, store, sender, length, clock.now())
    secret, upload_id = secrets.token_urlsafe(32), uuid7(clock.now())
    filename, keeps_place = domain.checked_filename(metadata.get("filename", "")), metadata.get("location") == "keep"
    upload = await _announce(db, clock, upload_id, secret, length, filename, keeps_place=keeps_place)
    return domain.upload_name(upload.id, secret), upload


async def _announce(
    db: Database, clock: Clock, upload_id: UUID, secret: str, length: int, filename: str, *, keeps_place: bool = False
) -> Upload:
    now = clock.now()
    upload = Upload(upload_id, UploadState.RECEIVING, length, 0, filename, now + domain.EXPIRES_AFTER, None)
    row = {
        "id": upload.id,
        "secret_hash": signing.token_hash(secret),
        "state": upload.state.value,
        "length_bytes": length,
        "offset_bytes": 0,
        "filename": upload.filename,
        "created_at": now,
        "updated_at": now,
        "expires_at": upload.expires_at,
        "keeps_place": keeps_place,
    }
    await repository.add(db, row, now)
    return upload


async def look(db: Database, clock: Clock, name: str) -> Upload:
    """The upload as it stands. One statement. Raises: UploadNotFound, also when its time is over."""
    told = domain.read_name(name)
    upload = _proven(told, await repository.find(db, told.id) if told is not None else None)
    if upload is None or upload.has_expired(clock.now()):
        raise UploadNotFound
    return upload


def _proven(told: UploadName | None, found: tuple[Upload, bytes] | None) -> Upload | None:
    """The upload that was found, when the name tells its secret."""
    if told is None or found is None or not signing.same(signing.token_hash(told.secret), found[1]):
        return None
    return found[0]


class Readable(Protocol):
    """What a form's file is read from."""

    async def read(self, size: int = -1) -> bytes:
        """The next bytes, none at the end."""

    async def seek(self, offset: int) -> None:
        """Go on reading from there."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """One request's turn to write one upload; lost when it stalls for longer than TURN."""

    db: Database
    clock: Clock
    upload: Upload
    writer: UUID

    async def settle(self, file: Appender, *, writing: bool) -> Upload:
        """What was added is on the disk, and then in the database. Raises: UploadBusy when the turn was lost."""
        return await self.tell(await asyncio.to_thread(file.settle), writing=writing)

    async def tell(self, offset: int, *, writing: bool = False) -> Upload:
        """The upload once so much is durable; without `writing` the turn is over. Raises: UploadBusy: it was lost."""
        now = self.clock.now()
        until = now + TURN if writing else None
        later = now + domain.EXPIRES_AFTER
        if not await repository.move(
            self.db, self.upload.id, self.writer, offset, now, writer_until=until, expires_at=later
        ):
            raise UploadBusy
        state = UploadState.RECEIVED if offset == self.upload.length else self.upload.state
        return replace(self.upload, state=state, offset=offset, expires_at=later)


async def append(
    db: Database,
    clock: Clock,
    store: Store,
    name: str,
    *,
    offset: int,
    chunks: AsyncIterator[bytes],
    checksum: tuple[str, bytes] | None,
) -> Upload:
    """The upload after these bytes; what came of a request that broke off is kept, but for a checksum's.

    Each SETTLE_BYTES, or SETTLE_S, are on the disk, then in the database: killed at any moment, nothing that was told
    is lost. Raises: UploadNotFound, WrongOffset, UploadBusy, BadUploadRequest (more than was announced), WrongChecksum,
    StorageFull, StorageAway.
    """
    upload = await look(db, clock, name)
    if upload.state is not UploadState.RECEIVING or upload.offset != offset:
        raise WrongOffset(upload.offset)
    return await _append(db, clock, store, upload, chunks, checksum)


async def _append(
    db: Database,
    clock: Clock,
    store: Store,
    upload: Upload,
    chunks: AsyncIterator[bytes],
    checksum: tuple[str, bytes] | None = None,
) -> Upload:
    """The upload with these bytes after what it is known to have."""
    now, turn = clock.now(), _Turn(db, clock, upload, uuid4())
    durable = await repository.take_turn(db, upload.id, turn.writer, now, now + TURN)
    if durable is None:
        raise UploadBusy
    if durable != upload.offset:
        await turn.tell(durable)
        raise WrongOffset(durable)
    try:
        return await _receive(turn, store, chunks, checksum)
    except OSError as error:
        raise (StorageFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else StorageAway) from error


async def _receive(
    turn: _Turn, store: Store, chunks: AsyncIterator[bytes], checksum: tuple[str, bytes] | None
) -> Upload:
    upload = turn.upload
    digest = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
    with closing(store.appending(upload.id, upload.offset)) as file:
        came, settled, told_at, good = upload.offset, upload.offset, monotonic(), False
        try:
            await asyncio.to_thread(file.cut)
            async for chunk in chunks:
                if came + len(chunk) > upload.length:
                    raise BadUploadRequest(Text("Gửi nhiều byte hơn đã báo.", "More bytes than were announced."))
                if digest is not None:
                    digest.update(chunk)
                await asyncio.to_thread(file.add, chunk)
                came += len(chunk)
                if came - settled >= SETTLE_BYTES or monotonic() - told_at >= SETTLE_S:
                    if digest is None:
                        await turn.settle(file, writing=True)
                        settled = came
                    else:  # nothing is kept before its checksum fits
                        await turn.tell(file.offset, writing=True)
                    told_at = monotonic()
            good = True
        except ClientGone:
            good = True  # what came is kept
            raise
        finally:
            fits = digest is None or (checksum is not None and digest.digest() == checksum[1])
            told = await asyncio.shield(turn.settle(file, writing=False) if good and fits else turn.tell(file.offset))
    if not fits:
        raise WrongChecksum
    return told


async def end(db: Database, clock: Clock, store: Store, name: str) -> None:
    """The upload is gone, unless a report has it. Raises: UploadNotFound."""
    upload = await look(db, clock, name)
    if not await repository.end(db, upload.id):
        raise UploadNotFound
    with suppress(OSError):  # what stays lies on a shelf that is swept
        await asyncio.to_thread(store.drop, upload.id)


async def take(
    db: Database,
    clock: Clock,
    store: Store,
    key: bytes,
    owner: str,
    *,
    filename: str,
    content: Readable,
    most_bytes: int,
    sender: FileSender | None,
) -> str:
    """The name of an upload of this content, all of it here; the same again for the same owner and content.

    For forms, which browsers send as a whole and perhaps twice: it is counted the first time. `sender`: None for an
    officer. Raises: UploadTooLarge, UploadUnfinished for what is no kind of file that we take, StorageFull,
    StorageAway, LimitReached, UploadBudgetSpent.
    """
    digest, length, head = hashlib.sha256(), 0, b""
    while chunk := await content.read(_CHUNK_BYTES):
        head = head or chunk[:64]
        length += len(chunk)
        digest.update(chunk)
    if length > most_bytes:
        raise UploadTooLarge(most_bytes)
    if domain.kind_of(head) is None:
        raise UploadUnfinished(Refusal.UNKNOWN.sentence)
    seed = signing.derive(key, f"form:{owner}:{digest.hexdigest()}")
    upload_id, secret = UUID(bytes=seed[:16]), base64.urlsafe_b64encode(signing.derive(seed, "secret")).decode()[:43]
    name = domain.upload_name(upload_id, secret)
    patience = monotonic() + PATIENCE_S
    while True:
        known = await repository.find(db, upload_id)
        if known is None:
            await admit(db, store, sender, length, clock.now())
            upload = await _announce(db, clock, upload_id, secret, length, domain.checked_filename(filename))
        else:
            upload, _ = known
        if upload.state is not UploadState.RECEIVING:
            await repository.put_off(db, [upload_id], clock.now() + domain.EXPIRES_AFTER)
            return name
        await content.seek(upload.offset)
        try:
            await _append(db, clock, store, upload, _chunks(content))
        except (UploadBusy, WrongOffset):  # the same form came twice at once: the other one is at it
            if monotonic() > patience:
                raise
            await asyncio.sleep(LOOK_AGAIN_S)
        else:
            return name


async def _chunks(content: Readable) -> AsyncIterator[bytes]:
    while chunk := await content.read(_CHUNK_BYTES):
        yield chunk


async def attachable(
    db: Database, names: Sequence[str], now: datetime, *, pointer: str = "/media/{}", also_refused: bool = False
) -> list[UUID]:
    """Ids of these uploads, all of which may become a report's. One statement, none for none.

    Whether another report has one already, or it has gone meanwhile, shows when the report is written. `pointer`:
    where in the body the one at a place is named. `also_refused`: what was looked at and not taken is attached as what
    is looked at only later, and its sender sees why: nobody's words hang on how soon a file was looked at.
    Raises: UploadGone when one is not here and never will be, UploadUnfinished.
    """
    if not names:
        return []
    told = [domain.read_name(name) for name in names]
    found = await repository.list_by_id(db, [one.id for one in told if one is not None])
    errors: list[dict[str, object]] = []
    ids: list[UUID] = []
    for place, one in enumerate(told):
        upload = _proven(one, found.get(one.id) if one is not None else None)
        wrong = _unusable(upload, ids, now, also_refused=also_refused)
        if wrong is not None:
            errors.append({"pointer": pointer.format(place), "detail": wrong})
        elif upload is not None:
            ids.append(upload.id)
    if errors:
        reasons = {error["detail"] for error in errors}
        raise (
            UploadGone(errors=errors)
            if UPLOAD_MISSING in reasons
            else UploadUnfinished(waits=reasons == {UPLOAD_ON_ITS_WAY}, errors=errors)
        )
    return ids


def _unusable(upload: Upload | None, named: Collection[UUID], now: datetime, *, also_refused: bool) -> Text | None:
    """Why the upload cannot be attached beside those that were named before it; None when it can."""
    if upload is None or upload.has_expired(now):
        return UPLOAD_MISSING
    if upload.state is UploadState.RECEIVING:
        return UPLOAD_ON_ITS_WAY
    if upload.refusal is not None and not also_refused:
        return upload.refusal.sentence
    return _TWICE if upload.id in named else None


def attach(work: Recorder, tenant_id: TenantId, report_id: ReportId, uploads: Sequence[UUID]) -> None:
    """The uploads are the report's, written with it; one that is another's, or gone, makes the writing fail."""
    repository.put_claims(work, tenant_id, report_id, uploads)


async def attach_more(work: Work, tenant_id: TenantId, report_id: ReportId, uploads: Sequence[UUID]) -> None:
    """The uploads are the report's after those it has, for whoever holds its case. One statement, none for none.

    Raises: UploadUnfinished when they are too many.
    """
    if not uploads:
        return
    first = await repository.next_place(work, tenant_id, report_id)
    if first + len(uploads) > MOST_WITH_REPLIES:
        raise UploadUnfinished(_TOO_MANY.fill(most=MOST_WITH_REPLIES))
    repository.put_claims(work, tenant_id, report_id, uploads, first=first)


def claim(work: Recorder, tenant_id: TenantId, subject_id: UUID, uploads: Sequence[UUID]) -> None:
    """The uploads are the subject's, which keeps what they are; one that is another's, or gone, fails the writing."""
    for upload_id in uploads:
        repository.put_claim(work, tenant_id, subject_id, upload_id)


async def put_off(db: Database, uploads: Collection[UUID], until: datetime) -> None:
    """What waits in somebody's draft does not expire before then. One statement."""
    await repository.put_off(db, uploads, until)
