"""Packed documents without the names of whoever wrote them: what is shown stays as it is. Pure.

Word and Excel keep names apart from the text: in properties of the document, beside comments and tracked changes, in
paths of a home folder. These go, as by "Inspect document" of the programs themselves. What people typed into the text
is theirs, and stays. Where a name cannot be taken out without a change to what is shown, nothing is done.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple
from xml.parsers import expat

from app.media.terms import FileKind

from . import office
from .pictures import bare_picture

SOMEBODY: Final = b"Author"  # as the programs themselves call whoever is not named
MOST_TEXT: Final = 64_000_000  # bytes of one part that is read for names
_HEAD: Final = 30
_PICTURES: Final = (".jpg", ".jpeg", ".jpe", ".png")
_EMPTY: Final[Mapping[str, bytes]] = {
    "core-properties": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "extended-properties": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"/>',
    "custom-properties": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'custom-properties"/>',
}
_USUAL: Final = {
    "docprops/core.xml": _EMPTY["core-properties"],
    "docprops/app.xml": _EMPTY["extended-properties"],
    "docprops/custom.xml": _EMPTY["custom-properties"],
    "word/people.xml": b'<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"/>',
}
_HOME: Final = re.compile(
    rb"((?:[A-Za-z]:|file:/{2,3}[A-Za-z]:)?[\\/]+(?:Users|Documents(?: |%20)and(?: |%20)Settings|home)[\\/]+)"
    rb"[^\\/\"'<>]+",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(rb"""\s([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_TAG: Final = re.compile(rb"""<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")
_NAMING: Final = {
    b"author": SOMEBODY,
    b"initials": b"A",
    b"userId": b"",
    b"userName": SOMEBODY,
    b"lastModifiedBy": SOMEBODY,
}
_PERSONS: Final = {**_NAMING, b"displayName": SOMEBODY}  # elsewhere it is the name of a table
_WORTH_A_LOOK: Final = re.compile(
    rb"author|initials|userId|displayName|userName|lastModifiedBy|Users|Settings|/home/", re.IGNORECASE
)
# A name that is shown where the document says: without it something else would be shown.
_SHOWN: Final = re.compile(
    rb"dataBinding[^>]*(?:core-?properties|extended-?properties|documentManagement)", re.IGNORECASE
)
_LIBRARY: Final = b"documentManagement"  # what a library of documents keeps of one, with people in it


class _Stays(Exception):  # noqa: N818 - it is no error of ours
    """A part that names may be in, and that we do not understand well enough."""


class _Member(NamedTuple):
    """One packed part."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: bytes
    length: int


def without_names(kind: FileKind, content: bytes) -> bytes | None:
    """The document without names, None when they cannot be taken out. For one that `office.checked` has taken.

    What is not touched is copied as it is packed; times and owners of parts, which the package keeps, go.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = packed.infolist()
    try:
        said = _properties(content, members)
        made = _packed([_bare(content, member, said) for member in members])
    except (_Stays, expat.ExpatError, zlib.error):
        return None
    return made if office.checked(made) is kind else None


def _properties(content: bytes, members: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """What takes the place of parts that tell of the document, by their names in lower case."""
    found = dict(_USUAL)
    for member in members:
        if member.filename.lower() == "_rels/.rels":
            for kind, target in _links(_unfolded(content, member)):
                if kind in _EMPTY:
                    found[target.lstrip("/").lower()] = _EMPTY[kind]
    return found


def _links(content: bytes) -> list[tuple[str, str]]:
    """The last word of the kind of each link, and where it leads."""
    found = list[tuple[str, str]]()

    def begins(name: str, said: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            found.append((said.get("Type", "").rpartition("/")[2].lower(), said.get("Target", "")))

    _read(content, begins)
    return found


def _read(content: bytes, begins: Callable[[str, dict[str, str]], None]) -> None:
    """Every element as it begins. Raises: _Stays for what declares entities."""
    reader = expat.ParserCreate()
    reader.StartElementHandler = begins
    reader.StartDoctypeDeclHandler = _declares
    reader.Parse(content, True)  # noqa: FBT003 - no other way to say that it is all


def _declares(*_: object) -> None:
    raise _Stays


def _bare(content: bytes, member: zipfile.ZipInfo, said: Mapping[str, bytes]) -> _Member:
    """The part without names."""
    name = member.filename.lower()
    if name in said:
        return _member(member, said[name])
    if name.endswith(_PICTURES):
        return _changed(content, member, bare_picture)
    if name.endswith((".xml", ".rels")) and not name.startswith("customxml/"):
        naming = _PERSONS if name.startswith("xl/persons/") else _NAMING
        return _changed(content, member, _comments if name.startswith("xl/comments") else partial(_text, naming=naming))
    if name.startswith("customxml/") and _LIBRARY in _unfolded(content, member):
        raise _Stays
    return _as_it_is(content, member)


def _changed(content: bytes, member: zipfile.ZipInfo, change: Callable[[bytes], bytes]) -> _Member:
    before = _unfolded(content, member)
    after = change(before)
    return _as_it_is(content, member) if after == before else _member(member, after)


def _text(content: bytes, *, naming: Mapping[bytes, bytes] = _NAMING) -> bytes:
    """The part with other values in attributes that name somebody. Raises: _Stays, also for what is too long."""
    if b"\0" in content[:4] or _SHOWN.search(content):  # UTF-16 is nobody's who has nothing to hide
        raise _Stays
    if not _WORTH_A_LOOK.search(content):
        return content
    if len(content) > MOST_TEXT:
        raise _Stays
    reader, kept, at = expat.ParserCreate(), list[bytes](), 0
    words = {word.decode() for word in naming}

    def begins(_: str, said: list[str]) -> None:
        nonlocal at
        names, values = said[::2], said[1::2]
        if any(name.rpartition(":")[2] in words for name in names) or any("/" in one or "\\" in one for one in values):
            start = reader.CurrentByteIndex
            tag = content[start : _end_of_tag(content, start)]
            kept.extend((content[at:start], _ATTRIBUTE.sub(partial(_renamed, naming), tag)))
            at = start + len(tag)

    reader.ordered_attributes = True
    reader.StartElementHandler = begins
    reader.StartDoctypeDeclHandler = _declares
    reader.Parse(content, True)  # noqa: FBT003
    return b"".join([*kept, content[at:]])


def _end_of_tag(content: bytes, start: int) -> int:
    """Just after the tag that begins there: a > within a value does not end it. Raises: _Stays for none."""
    found = _TAG.match(content, start)
    if found is None:
        raise _Stays
    return found.end()


def _renamed(naming: Mapping[bytes, bytes], attribute: re.Match[bytes]) -> bytes:
    value, instead = attribute[2], naming.get(attribute[1].rpartition(b":")[2])
    if instead is not None and len(value) > 2:
        value = value[:1] + instead + value[-1:]
    value = _HOME.sub(rb"\1user", value)
    start = attribute.start()
    return attribute[0][: attribute.start(2) - start] + value


def _comments(content: bytes) -> bytes:
    """Comments of a sheet: their authors are elements of a list, to which comments refer by number."""
    if b"\0" in content[:4] or b"<!" in content:
        raise _Stays
    authors = re.compile(rb"(<(?:[\w.-]+:)?author(?:\s[^>]*)?>)[^<]*(?=</)")
    return _text(authors.sub(lambda found: found[1] + SOMEBODY, content))


def _unfolded(content: bytes, member: zipfile.ZipInfo) -> bytes:
    """What is packed there; it is as long as it says: that was looked at before."""
    packed = _as_it_is(content, member).packed
    return packed if member.compress_type == zipfile.ZIP_STORED else zlib.decompress(packed, -zlib.MAX_WBITS)


def _as_it_is(content: bytes, member: zipfile.ZipInfo) -> _Member:
    at = member.header_offset
    begin = at + _HEAD + sum(int.from_bytes(content[at + where : at + where + 2], "little") for where in (26, 28))
    packed = content[begin : begin + member.compress_size]
    return _Member(*_name(member), member.compress_type, member.CRC, packed, member.file_size)


def _member(member: zipfile.ZipInfo, content: bytes) -> _Member:
    packing = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packing.compress(content) + packing.flush()
    return _Member(*_name(member), zipfile.ZIP_DEFLATED, zlib.crc32(content), packed, len(content))


def _name(member: zipfile.ZipInfo) -> tuple[bytes, int]:
    """Its name as it is kept, and the flag that says in which letters."""
    return member.filename.encode("utf-8"), 0 if member.filename.isascii() else 1 << 11


def _packed(members: list[_Member]) -> bytes:
    """A package of these parts (APPNOTE 4.3), all of the first day that it can name."""
    parts, directory, at = list[bytes](), list[bytes](), 0
    for one in members:
        said = b"".join(_little((20, 2), (one.flags, 2), (one.method, 2), (0, 2), (0x21, 2)))
        said += b"".join(_little((one.crc, 4), (len(one.packed), 4), (one.length, 4), (len(one.name), 2), (0, 2)))
        parts += [b"PK\3\4", said, one.name, one.packed]
        directory += [b"PK\1\2", (20).to_bytes(2, "little"), said, bytes(10), at.to_bytes(4, "little"), one.name]
        at += 4 + len(said) + len(one.name) + len(one.packed)
    listed = b"".join(directory)
    ends = b"".join(_little((0, 4), (len(members), 2), (len(members), 2), (len(listed), 4), (at, 4), (0, 2)))
    return b"".join([*parts, listed, b"PK\5\6", ends])


def _little(*numbers: tuple[int, int]) -> Iterator[bytes]:
    return (number.to_bytes(size, "little") for number, size in numbers)
