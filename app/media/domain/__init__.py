"""Decisions about files: what they are by their content, how they are named, who may fetch them. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, floor
from uuid import UUID

from pi_heif import register_heif_opener
from PIL import Image, ImageOps
from PIL.ExifTags import GPS, IFD

from app.kit import signing
from app.kit.geo import Point
from app.kit.text import Text, has_forbidden_characters, nfc
from app.media.errors import BadUploadRequest
from app.media.terms import PARTS, RAW, Drawn, FileKind, Patch, Refusal, UploadName, UploadState, Variant

from . import boxes, elements, nameless, office, pdf

EXPIRES_AFTER = timedelta(hours=24)  # what nobody has attached since it was touched last
LINK_LIFETIME = timedelta(minutes=15)
MOST_PIXELS = 50_000_000
LONGEST_SIDE, THUMBNAIL_SIDE = 2560, 320
PUBLIC_SIDE = 1600  # of what everyone is shown: enough for a pothole, less for a face far away
MOSAIC_CELLS = 12  # of one colour each, along the longer side of a whole picture
_COARSE = tuple(value // 64 * 64 + 32 for value in range(256)) * 3  # four shades of red, green and blue are left
_TOGETHER = 16  # pixels that JPEG may keep together in what we are given: they are covered together
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
CHECKSUMS = ("sha256", "sha1", "md5")
_NAME = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_SCRIPTS = re.compile(rb"<script|<html|<!doctype|<svg|MZ\x90|\x7fELF", re.IGNORECASE)
_SNIFFED = 2048  # bytes in which readers and browsers look for what a file is

register_heif_opener()  # Pillow opens pictures of iPhones from now on
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def upload_name(upload_id: UUID, secret: str) -> str:
    """The last part of an upload's address; whoever knows it may go on sending, and attach it."""
    return f"{upload_id.hex}.{secret}"


def read_name(text: str) -> UploadName | None:
    """What an upload's name says, None when it is none of ours. Nothing is proven yet."""
    found = _NAME.fullmatch(text)
    return UploadName(UUID(hex=found[1]), found[2]) if found else None


def read_metadata(header: str) -> dict[str, str]:
    """The pairs of `Upload-Metadata` (tus 1.0 creation). Raises: BadUploadRequest."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadUploadRequest(
                Text("Upload-Metadata không đọc được.", "Upload-Metadata cannot be read.")
            ) from error
    return found


def checked_filename(typed: str) -> str:
    """A file's name as it is kept: its last part, without what could be mistaken for something else; at most 120."""
    name = nfc(typed).replace("\\", "/").rpartition("/")[2].strip()
    return name[-120:] if name and not has_forbidden_characters(name) else ""


def read_checksum(header: str) -> tuple[str, bytes]:
    """Algorithm and digest of `Upload-Checksum`. Raises: BadUploadRequest."""
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if algorithm not in CHECKSUMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise BadUploadRequest(
            Text("Upload-Checksum dùng sha256, sha1 hoặc md5.", "Upload-Checksum takes sha256, sha1 or md5.")
        )
    return algorithm, digest


_BEGINNINGS = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"%PDF-", FileKind.PDF),
    (b"\x1aE\xdf\xa3", FileKind.WEBM),
    (b"PK\x03\x04", FileKind.DOCX),  # or another office file: seen inside
)


def kind_of(head: bytes) -> FileKind | None:
    """What the file is, by its first bytes (64 are enough); None when it is nothing we take."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    box, brand = head[4:8], head[8:12]
    if head.startswith(b"RIFF") and brand == b"WEBP":
        return FileKind.WEBP
    if box != b"ftyp":
        return None
    if brand in _HEIF_BRANDS:
        return FileKind.HEIC
    return FileKind.THREE_GP if brand.startswith(b"3g") else FileKind.MP4


def drawn(content: bytes) -> Drawn | Refusal:
    """The picture drawn anew: the right way up, without metadata, at most LONGEST_SIDE pixels; takes a while."""
    picture = _opened(content)
    return picture if isinstance(picture, Refusal) else _drawn(picture, LONGEST_SIDE)


def covered(content: bytes, patches: Sequence[Patch]) -> Drawn | Refusal:
    """The picture for everyone's eyes: drawn anew, at most PUBLIC_SIDE pixels, patches covered; takes a while.

    A blur keeps what it blurs, spread out, and can be computed back. A patch shows a piece of one coarse mosaic of the
    whole picture instead, in sixty-four colours: all patches together, however many and small, tell no more than that.
    """
    picture = _opened(content)
    if isinstance(picture, Refusal):
        return picture
    longest = max(picture.size)
    width, height = (max(1, side * MOSAIC_CELLS // longest) for side in picture.size)
    cells = picture.resize((width, height), Image.Resampling.BOX).point(_COARSE)
    mosaic = cells.resize(picture.size, Image.Resampling.NEAREST)
    for patch in patches:
        box = _box(patch, picture.size)
        picture.paste(mosaic.crop(box), box)
    return _drawn(picture, PUBLIC_SIDE)


def _box(patch: Patch, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The patch in pixels, grown to whole squares that JPEG keeps together, inside the picture."""
    width, height = size
    left = floor(patch.x * width / 100 / _TOGETHER) * _TOGETHER
    top = floor(patch.y * height / 100 / _TOGETHER) * _TOGETHER
    right = ceil((patch.x + patch.width) * width / 100 / _TOGETHER) * _TOGETHER
    bottom = ceil((patch.y + patch.height) * height / 100 / _TOGETHER) * _TOGETHER
    left, top = min(left, width - 1), min(top, height - 1)
    return left, top, max(left + 1, min(right, width)), max(top + 1, min(bottom, height))


def _opened(content: bytes) -> Image.Image | Refusal:
    """The picture the right way up."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return Refusal.TOO_MANY_PIXELS
            return ImageOps.exif_transpose(opened).convert("RGB")
    except Image.DecompressionBombError:
        return Refusal.TOO_MANY_PIXELS
    except MemoryError:
        raise  # of this process, perhaps not of the picture
    except Exception:  # noqa: BLE001 - strangers write it, and libraries trip over it in ways of their own
        return Refusal.DAMAGED


def _drawn(picture: Image.Image, side: int) -> Drawn:
    """The picture as JPEG, at most `side` pixels long, and a small one; nothing but its pixels goes along."""
    picture.thumbnail((side, side))
    width, height = picture.size
    whole, small = io.BytesIO(), io.BytesIO()
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    bare.save(whole, "JPEG", quality=85, optimize=True)
    bare.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    bare.save(small, "JPEG", quality=75)
    return Drawn(whole.getvalue(), small.getvalue(), width, height)


def point_of(content: bytes) -> Point | None:
    """Where the picture says that it was taken (EXIF GPS); None when it does not, or says nonsense."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            said = opened.getexif().get_ifd(IFD.GPSInfo)
        lat, lon = (
            _degrees(said[number], str(said[letter]))
            for letter, number in ((GPS.GPSLatitudeRef, GPS.GPSLatitude), (GPS.GPSLongitudeRef, GPS.GPSLongitude))
        )
    except Exception:  # noqa: BLE001 - strangers write it, and libraries trip over it in ways of their own
        return None
    return Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0) else None


def _degrees(parts: Iterable[float], letter: str) -> float:
    """Degrees, minutes and seconds as one number, to a metre. Raises: ValueError, also for what is no number."""
    degrees, minutes, seconds = (float(part) for part in parts)
    found = round(degrees + minutes / 60 + seconds / 3600, 5)
    if not math.isfinite(found):
        raise ValueError
    return -found if letter.strip("\0 ") in {"S", "W"} else found


def document(kind: FileKind, content: bytes) -> FileKind | Refusal:
    """What a document is, or why it is not taken: scripts, macros, bombs, and what is two things at once."""
    head = content[:_SNIFFED]
    if _SCRIPTS.search(head) or (kind is not FileKind.PDF and b"%PDF" in head):
        return Refusal.TWO_FACED
    return pdf.checked(content) if kind is FileKind.PDF else office.checked(content)


def packed_without_names(kind: FileKind, content: bytes) -> bytes | None:
    """The office document without names of its authors; None when they cannot be taken out without harm."""
    return nameless.without_names(kind, content)


def video(kind: FileKind, content: bytes) -> bytes | Refusal:
    """The video without anything but pictures and sound, not coded anew; what it shows is not looked at."""
    if _SCRIPTS.search(content[:4096]):
        return Refusal.TWO_FACED
    try:
        return elements.clean(content) if kind is FileKind.WEBM else boxes.clean(content)
    except boxes.Uncleanable:
        return Refusal.UNCLEANABLE


def parts_of(state: UploadState | None, *, as_sent: bool = False) -> tuple[str, ...]:
    """Parts that an upload in this state may have; None: there is no such upload. `as_sent`: its original is kept."""
    match state:
        case UploadState.RECEIVING:
            return (RAW,)
        case UploadState.RECEIVED:  # somebody may be at it
            return PARTS
        case UploadState.CLEARED:
            return (Variant.WHOLE, Variant.THUMBNAIL, *((Variant.ORIGINAL,) if as_sent else ()))
        case UploadState.REFUSED | None:
            return ()


def read_range(header: str | None, length: int) -> range | None:
    """The bytes that a `Range` asks for (RFC 9110, 14.2); None when all of them are to be sent.

    As they are for what cannot be read, cannot be met or is several ranges at once: a server may ignore any of these.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = length - min(int(found[2]), length), length
    else:
        start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else length, length)
    return range(start, end) if start < end else None


def signature(key: bytes, upload_id: UUID, variant: Variant, expires: int) -> str:
    """What proves that an address was made here, for this file, this form and this time."""
    raw = signing.derive(key, f"{upload_id.hex}:{variant}:{expires}")
    return base64.urlsafe_b64encode(raw[:18]).decode()


def link(key: bytes, upload_id: UUID, variant: Variant, now: datetime) -> str:
    """Where the file is fetched until LINK_LIFETIME from now, to the minute, so that it can be kept in caches."""
    expires = (int((now + LINK_LIFETIME).timestamp()) // 60 + 1) * 60
    proof = signature(key, upload_id, variant, expires)
    return f"/api/v1/media/{upload_id}/{variant}?expires={expires}&signature={proof}"
