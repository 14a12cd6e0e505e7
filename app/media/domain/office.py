"""What a packed document may not hold: macros, other files, what is fetched on opening, more than it says. Pure."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from app.media.terms import FileKind, Refusal

MOST_UNFOLDED: Final = 200_000_000
MOST_OF_LINKS: Final = 4_000_000
MOST_MEMBERS: Final = 5000
_PIECE: Final = 1 << 20
_HEAD: Final = 30  # bytes of a member's own head, before its name
_LINKS: Final = ".rels"
_RUNS = frozenset(
    {"vbaproject", "wordvbadata", "oleobject", "package", "control", "activexcontrolbinary"}
    | {"xlmacrosheet", "xlintlmacrosheet"}
)
# A template or a workbook on a disk of its author is fetched from nowhere; what names a host is.
_HERE = re.compile(r"(?:file:///)?[a-z]:[\\/]|[^\\/:]+\Z|(?![\\/]{2})[^:\\]+\Z", re.IGNORECASE)


class _Unfit(Exception):  # noqa: N818 - what it means is in the refusal
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def checked(content: bytes) -> FileKind | Refusal:
    """Which document it is, or why it is not taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
        names = _names(members, has_comment=bool(packed.comment))
        _look_through(content, members)
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        return Refusal.DAMAGED
    except _Unfit as found:
        return found.refusal
    if "word/document.xml" in names:
        return FileKind.DOCX
    return FileKind.XLSX if "xl/workbook.xml" in names else Refusal.UNKNOWN


def _names(members: list[zipfile.ZipInfo], *, has_comment: bool) -> set[str]:
    """What is in it, by its directory. Raises: _Unfit."""
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > MOST_UNFOLDED:
        raise _Unfit(Refusal.BOMB)
    names = {one.filename.lower() for one in members}
    if has_comment or len(names) < len(members) or all(one.header_offset for one in members):
        raise _Unfit(Refusal.TWO_FACED)  # readers would not agree on what it is
    if any(name.endswith("vbaproject.bin") or "/embeddings/" in name or "/activex/" in name for name in names):
        raise _Unfit(Refusal.MACROS)
    return names


def _look_through(content: bytes, members: list[zipfile.ZipInfo]) -> None:
    """Unfold every member, whatever the directory says of it. Raises: _Unfit."""
    room = MOST_UNFOLDED
    for member in members:
        kept, length, has_links = list[bytes](), 0, member.filename.lower().endswith(_LINKS)
        for piece in _pieces(content, member):
            length += len(piece)
            if length > room or (has_links and length > MOST_OF_LINKS):
                raise _Unfit(Refusal.BOMB)
            if length > member.file_size:
                raise _Unfit(Refusal.DAMAGED)
            if has_links:
                kept.append(piece)
        if length != member.file_size:
            raise _Unfit(Refusal.DAMAGED)
        room -= length
        if kept:
            _look_at_links(b"".join(kept))


def _pieces(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What is packed there, a piece at a time. Raises: _Unfit."""
    head = content[member.header_offset : member.header_offset + _HEAD]
    if len(head) < _HEAD or not head.startswith(b"PK\3\4") or member.flag_bits & 1:
        raise _Unfit(Refusal.DAMAGED)
    begin = member.header_offset + _HEAD + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = content[begin : begin + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise _Unfit(Refusal.DAMAGED)
    unfolding = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not unfolding.eof:
            yield unfolding.decompress(packed, _PIECE)
            packed = unfolding.unconsumed_tail
        yield unfolding.flush()
    except zlib.error as error:
        raise _Unfit(Refusal.DAMAGED) from error
    if not unfolding.eof:
        raise _Unfit(Refusal.DAMAGED)


def _look_at_links(content: bytes) -> None:
    """Nothing that runs is linked, and nothing is fetched on opening. Raises: _Unfit."""
    reader = expat.ParserCreate(namespace_separator=" ")

    def begins(name: str, said: dict[str, str]) -> None:
        if name.rpartition(" ")[2] != "Relationship":
            return
        kind = said.get("Type", "").rpartition("/")[2].lower()
        is_outside = said.get("TargetMode", "").strip().lower() == "external"
        if kind in _RUNS or (is_outside and kind != "hyperlink" and not _HERE.match(said.get("Target", ""))):
            raise _Unfit(Refusal.MACROS)

    def declares(*_: object) -> None:
        raise _Unfit(Refusal.TWO_FACED)  # entities: nobody needs them here

    reader.StartElementHandler = begins
    reader.StartDoctypeDeclHandler = declares
    try:
        reader.Parse(content, True)  # noqa: FBT003 - no other way to say that it is all
    except expat.ExpatError as error:
        raise _Unfit(Refusal.DAMAGED) from error
