"""Pictures inside documents: what a camera or an editor wrote beside the pixels goes, the pixels stay. Pure."""

from __future__ import annotations

import struct
import zlib
from typing import Final

_SOI, _SOS, _EOI = 0xD8, 0xDA, 0xD9
_DROPPED: Final = frozenset({0xE1, 0xED, 0xFE})  # Exif and XMP, IPTC, comments
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_SAID: Final = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_ORIENTATION: Final = 0x0112


def bare_picture(content: bytes) -> bytes:
    """A JPEG or PNG without what tells of its author, camera or place; anything else, or a damaged one, as it is.

    Which way up it is to be shown stays: some readers go by it.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return _bare_jpeg(content)
    return _bare_png(content) if content.startswith(_SIGNATURE) else content


def _bare_jpeg(content: bytes) -> bytes:
    """By the segments of ISO/IEC 10918-1, annex B, up to the first scan; the rest is copied."""
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in {_SOS, _EOI}:
            break
        if marker == 0xFF or marker in _BARE:
            kept.append(content[at : at + (1 if marker == 0xFF else 2)])
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if end > len(content) or end < at + 4:
            return content
        segment = content[at:end]
        if marker not in _DROPPED:
            kept.append(segment)
        elif segment[4:10] == b"Exif\0\0":
            kept.append(_upright(segment[10:]))
        at = end
    return b"".join([*kept, content[at:]])


def _upright(tiff: bytes) -> bytes:
    """A segment that says which way up, and nothing else; nothing where that is the usual one, or is not said."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return b""
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    if first + 2 > len(tiff):
        return b""
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for place in range(first + 2, min(first + 2 + 12 * count, len(tiff) - 11), 12):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
        if tag == _ORIENTATION and 1 < value <= 8:
            said = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, value, 0, 0)
            return b"\xff\xe1" + (len(said) + 2).to_bytes(2) + said
    return b""


def _bare_png(content: bytes) -> bytes:
    """By the chunks of ISO/IEC 15948; one that is not whole ends it, and the file stays as it was."""
    kept, at = [_SIGNATURE], len(_SIGNATURE)
    while at < len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        chunk = content[at:end]
        if len(chunk) < 12 or end > len(content) or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
            return content
        if chunk[4:8] not in _SAID:
            kept.append(chunk)
        if chunk[4:8] == b"IEND":
            break  # what follows is no picture
        at = end
    return b"".join(kept)
