"""Documents are looked through for what acts when they are opened, and for what is two things at once. Pure.

They are kept as they came: nothing here makes them safe, it refuses what office software and PDF readers would run.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from app.media.terms import FileKind, Refusal

MOST_UNFOLDED, MOST_MEMBERS = 200_000_000, 5000
SCRIPTS: Final = re.compile(rb"<script|<html|<!doctype|<svg|MZ\x90|\x7fELF", re.IGNORECASE)
_PDF_ACTIONS: Final = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)\b")
_PDF_ON_OPENING: Final = re.compile(rb"/(?:OpenAction|AA)\s*<<[^>]{0,2000}?/S\s*/(?:URI|GoToR|GoToE)\b")
_PDF_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_OBJECTS: Final = re.compile(rb"/Type\s*/ObjStm\b")
_PDF_FILTER: Final = re.compile(rb"/Filter\s*\[?\s*/(\w+)")
_RELATIONSHIP: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_LOCAL_HEADER_BYTES: Final = 30
_STORED, _DEFLATED = 0, 8


def examined(kind: FileKind, content: bytes) -> FileKind | Refusal:
    """What a document is, or why it is not taken: scripts, macros, bombs, and what is two things at once."""
    return _pdf(content) if kind is FileKind.PDF else _office(content)


def _pdf(content: bytes) -> FileKind | Refusal:
    if SCRIPTS.search(content[:1024]) or zipfile.is_zipfile(io.BytesIO(content)):
        return Refusal.TWO_FACED
    if b"%%EOF" not in content[-2048:]:
        return Refusal.DAMAGED
    try:
        acts = any(_acts(part) for part in (content, *_object_streams(content)))
    except _TooMuch:
        return Refusal.BOMB
    except zlib.error:  # enciphered, or broken: nobody can look through it
        return Refusal.DAMAGED
    return Refusal.MACROS if acts else FileKind.PDF


def _acts(written: bytes) -> bool:
    """Whether objects so written run something; names may be written with `#xx` for any letter (ISO 32000-1, 7.3.5)."""
    plain = _PDF_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), written) if b"#" in written else written
    return _PDF_ACTIONS.search(plain) is not None or _PDF_ON_OPENING.search(plain) is not None


class _TooMuch(Exception):  # noqa: N818 - it says what happened
    """It unfolds into more than anybody needs."""


def _object_streams(content: bytes) -> Iterator[bytes]:
    """What streams of packed objects hold (ISO 32000-1, 7.5.7). Raises: zlib.error, _TooMuch."""
    left = MOST_UNFOLDED
    for found in _PDF_OBJECTS.finditer(content):
        begin = content.find(b"stream", found.end())
        dictionary = content[content.rfind(b"obj", 0, found.start()) : begin]
        filters = _PDF_FILTER.findall(dictionary)
        if begin < 0 or filters not in ([], [b"FlateDecode"]):
            raise zlib.error
        begin += len(b"stream")
        begin += 2 if content[begin : begin + 2] == b"\r\n" else 1
        packed = content[begin : content.find(b"endstream", begin)]
        unfolded = _inflated(packed, zlib.MAX_WBITS, left) if filters else packed
        left -= len(unfolded)
        yield unfolded


def _inflated(packed: bytes, wbits: int, most: int) -> bytes:
    """What is packed in it. Raises: zlib.error, _TooMuch."""
    engine = zlib.decompressobj(wbits)
    unfolded = engine.decompress(packed, most + 1)
    if len(unfolded) > most:
        raise _TooMuch
    return unfolded


def _office(content: bytes) -> FileKind | Refusal:
    if SCRIPTS.search(content[:1024]) or b"%PDF-" in content[:1024]:
        return Refusal.TWO_FACED
    try:
        members = dict(_members(content))
    except _TooMuch:
        return Refusal.BOMB
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError):
        return Refusal.DAMAGED
    if any(_runs(name) or _fetches(written) for name, written in members.items()):
        return Refusal.MACROS
    if "word/document.xml" in members:
        return FileKind.DOCX
    return FileKind.XLSX if "xl/workbook.xml" in members else Refusal.UNKNOWN


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Names of the packed files, with the content of those that say what belongs to what; all are unfolded.

    The directory may say less of a member than is packed in it: readers differ in whom they believe.
    Raises: zipfile.BadZipFile, zlib.error, ValueError, RuntimeError; _TooMuch.
    """
    left = MOST_UNFOLDED
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = packed.infolist()
    if len(members) > MOST_MEMBERS:
        raise _TooMuch
    for one in members:
        head = content[one.header_offset : one.header_offset + _LOCAL_HEADER_BYTES]
        begin = one.header_offset + len(head) + int.from_bytes(head[26:28], "little")
        begin += int.from_bytes(head[28:30], "little")
        raw = content[begin : begin + one.compress_size]
        if one.compress_type not in {_STORED, _DEFLATED}:
            raise ValueError
        unfolded = _inflated(raw, -zlib.MAX_WBITS, left) if one.compress_type == _DEFLATED else raw
        if len(unfolded) != one.file_size:
            raise ValueError
        left -= len(unfolded)
        yield one.filename, unfolded if one.filename.endswith(".rels") else b""


def _runs(name: str) -> bool:
    """Whether what is packed under the name is a program, or another document inside this one."""
    return name.endswith("vbaProject.bin") or "/embeddings/" in name or "/activeX/" in name


def _fetches(relationships: bytes) -> bool:
    """Whether opening the document fetches something from elsewhere; a link that somebody has to follow does not."""
    return any(b'"External"' in one and b"/hyperlink" not in one for one in _RELATIONSHIP.findall(relationships))
