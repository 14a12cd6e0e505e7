"""Uploads by tus 1.0 (https://tus.io/protocols/resumable-upload), and fetching what was cleared.

The protocol has a document of its own, so these are not in ours; docs/api.md tells how to use them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from app.identity.deps import CurrentKeyring
from app.kit.problems import TooSlow
from app.kit.text import Text
from app.web.state import CurrentClock, CurrentDatabase, CurrentSettings

from . import domain, service
from .deps import CurrentFileSender, CurrentStore
from .errors import BadUploadRequest, OtherProtocol
from .terms import ClientGone, Fetched, Upload, Variant

TUS = "1.0.0"
BYTES = "application/offset+octet-stream"
router = APIRouter(prefix="/api/v1", tags=["uploads"], include_in_schema=False)


def spoken(request: Request) -> None:
    """Nothing for a request of our version. Raises: OtherProtocol."""
    if request.headers.get("tus-resumable") != TUS:
        raise OtherProtocol


def number_in(request: Request, header: str) -> int:
    """The whole number in the header. Raises: BadUploadRequest."""
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise BadUploadRequest(
            Text(f"Cần tiêu đề {header} là số byte.", f"The header {header} must be a number of bytes.")
        )
    return int(value)


async def chunks_of(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises: ClientGone, also for one that is too slow: what came is kept."""
    try:
        async for chunk in request.stream():
            yield chunk
    except (ClientDisconnect, TooSlow) as error:
        raise ClientGone from error


def told(upload: Upload, **more: str) -> dict[str, str]:
    """Headers that say how the upload stands."""
    headers = {"Tus-Resumable": TUS, "Cache-Control": "no-store", "Upload-Offset": str(upload.offset)}
    if upload.expires_at is not None:
        headers["Upload-Expires"] = format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)
    return headers | {name.replace("_", "-"): value for name, value in more.items()}


@router.options("/uploads")
@router.options("/uploads/{name}")
async def get_abilities(settings: CurrentSettings) -> Response:
    """What this server can do."""
    return Response(
        status_code=204,
        headers={
            "Tus-Resumable": TUS,
            "Tus-Version": TUS,
            "Tus-Extension": "creation,creation-with-upload,termination,expiration,checksum",
            "Tus-Max-Size": str(settings.upload_max_bytes),
            "Tus-Checksum-Algorithm": ",".join(domain.CHECKSUMS),
        },
    )


@router.post("/uploads")
async def begin(
    request: Request,
    database: CurrentDatabase,
    clock: CurrentClock,
    store: CurrentStore,
    settings: CurrentSettings,
    sender: CurrentFileSender,
) -> Response:
    """Announce a file; its address is in `Location`, and whoever has it goes on sending. Keep it to attach the file."""
    spoken(request)
    length = number_in(request, "upload-length")
    metadata = domain.read_metadata(request.headers.get("upload-metadata", ""))
    name, upload = await service.begin(
        database, clock, store, sender, length=length, metadata=metadata, most_bytes=settings.upload_max_bytes
    )
    if request.headers.get("content-type") == BYTES or length == 0:
        upload = await service.append(
            database, clock, store, name, offset=0, chunks=chunks_of(request), checksum=_sum(request)
        )
    return Response(status_code=201, headers=told(upload, Location=f"/api/v1/uploads/{name}"))


@router.head("/uploads/{name}")
async def look(name: str, request: Request, database: CurrentDatabase, clock: CurrentClock) -> Response:
    """How much of the file is here."""
    spoken(request)
    upload = await service.look(database, clock, name)
    return Response(status_code=200, headers=told(upload, Upload_Length=str(upload.length)))


@router.patch("/uploads/{name}")
async def append(
    name: str, request: Request, database: CurrentDatabase, clock: CurrentClock, store: CurrentStore
) -> Response:
    """Go on sending; what came before the connection broke is kept."""
    spoken(request)
    if request.headers.get("content-type") != BYTES:
        raise BadUploadRequest(Text(f"Content-Type cần là {BYTES}.", f"Content-Type must be {BYTES}."))
    offset = number_in(request, "upload-offset")
    try:
        upload = await service.append(
            database, clock, store, name, offset=offset, chunks=chunks_of(request), checksum=_sum(request)
        )
    except ClientGone:
        return Response(status_code=400)  # nobody hears it, or the edge says why; what came is kept
    return Response(status_code=204, headers=told(upload))


@router.delete("/uploads/{name}")
async def end(
    name: str, request: Request, database: CurrentDatabase, clock: CurrentClock, store: CurrentStore
) -> Response:
    """Give up a file that no report has."""
    spoken(request)
    await service.end(database, clock, store, name)
    return Response(status_code=204, headers={"Tus-Resumable": TUS})


def _sum(request: Request) -> tuple[str, bytes] | None:
    given = request.headers.get("upload-checksum")
    return domain.read_checksum(given) if given else None


@router.get("/media/{upload_id}/{variant}")
async def fetch(
    request: Request,
    upload_id: UUID,
    variant: Variant,
    expires: Annotated[int, Query(ge=0, le=2**40)],
    signature: Annotated[str, Query(max_length=64)],
    database: CurrentDatabase,
    clock: CurrentClock,
    store: CurrentStore,
    keys: CurrentKeyring,
) -> Response:
    """A file, by an address that was made for somebody who may see its report, and is good for a while."""
    now: datetime = clock.now()
    found = await service.fetch(
        database, store, keys.media, upload_id, variant, expires=expires, signature=signature, now=now
    )
    span = _asked(request, found)
    headers = _described(found, span) | {"Cache-Control": f"private, max-age={max(0, expires - int(now.timestamp()))}"}
    return StreamingResponse(
        service.read(store, found, span or range(found.length)),
        status_code=200 if span is None else 206,
        media_type=found.kind.value,
        headers=headers,
    )


def _asked(request: Request, found: Fetched) -> range | None:
    """The part that is wanted; all of it when the client has another file of this address."""
    known = request.headers.get("if-range", found.tag)
    return domain.read_range(request.headers.get("range"), found.length) if known == found.tag else None


def _described(found: Fetched, span: range | None) -> dict[str, str]:
    shown = "inline" if found.kind.is_image else "attachment"
    headers = {
        "Content-Length": str(found.length if span is None else len(span)),
        "Content-Disposition": f"{shown}; filename*=utf-8''{quote(found.filename)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
        "ETag": found.tag,
    }
    if span is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{found.length}"
    return headers
