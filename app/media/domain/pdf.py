"""What a PDF file may not hold: what runs, opens or carries something else. Pure.

A reader finds objects by their addresses, wherever these lead, and a file can be written so that nobody else sees where
one begins. So nothing is believed of that: names are looked for in all bytes, and in all that can be unfolded into
objects. They are long enough not to come about by chance; `JS` is not, and does nothing without `JavaScript`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from app.media.terms import FileKind, Refusal

MOST_STREAMS, MOST_OBJECT_STREAMS = 100_000, 20_000
MOST_OF_OBJECTS: Final = 64_000_000  # bytes that all streams of objects together may unfold into
MOST_OF_BLANKS: Final = 1_000_000_000  # of all streams, each before anything else: black pictures have many
_MOST_LAYERS: Final = 4
_PEEK: Final = 4096
_AT_A_TIME, _LONGEST = 1 << 18, 128  # bytes searched before others have their turn, and of what is looked for
_MOST_OPENED: Final = 10_000  # things that are done by themselves

_SPACE, _SPACES = rb"\0\t\n\f\r ", b"\0\t\n\f\r "
_ENDS = rb"(?![^" + _SPACE + rb"()<>\[\]{}/%])"  # a name goes on until one of these
_BLANK = rb"(?:[" + _SPACE + rb"]|%[^\r\n]*[\r\n])"
_STREAM = re.compile(rb"(?<!end)stream")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)")
_PAIRS = re.compile(_BLANK + rb"*(?:[0-9]+" + _BLANK + rb"+[0-9]|\Z)")  # how a stream of objects begins
_PAIR = re.compile(_BLANK + rb"*([0-9]{1,10})" + _BLANK + rb"+([0-9]{1,10})" + _BLANK)


def _names(*words: str) -> re.Pattern[bytes]:
    """These names, each letter as it is or by its number: `/JS` is `/J#53`."""

    def written(letter: str) -> str:
        number = f"{ord(letter):02x}"
        return f"(?:{letter}|#{''.join(f'[{digit}{digit.upper()}]' for digit in number)})"

    return re.compile(b"/(?:" + "|".join("".join(map(written, word)) for word in words).encode() + b")" + _ENDS)


_RUNS = _names(
    *("JavaScript", "Launch", "ImportData", "SubmitForm", "XFA", "RichMedia", "Rendition", "Movie", "Sound"),
    *("EmbeddedFile", "EmbeddedFiles", "GoToE"),
)
_AT_ONCE, _OUT = _names("OpenAction", "AA"), _names("URI", "GoToR")
_OBJECTS, _ENCRYPTED = _names("ObjStm"), _names("Encrypt")
_ODD = _names(
    *("LZWDecode", "LZW", "ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "RunLengthDecode", "RL", "Crypt"),
    *("DecodeParms", "DP"),
)
_HEADER = re.compile(rb"(?<![0-9])([0-9]{1,10})[" + _SPACE + rb"]{1,20}[0-9]{1,5}[" + _SPACE + rb"]{1,20}obj")
_GIVEN = re.compile(_BLANK + rb"*(?:(<<)|([0-9]{1,10})" + _BLANK + rb"+[0-9]{1,5}" + _BLANK + rb"+R)")


class _Bomb(Exception):  # noqa: N818 - nobody outside sees it
    """It unfolds into too much."""


class _Room:
    """How much all streams of one file may still unfold into."""

    __slots__ = ("blanks", "objects")

    def __init__(self) -> None:
        self.objects, self.blanks = MOST_OF_OBJECTS, MOST_OF_BLANKS


def checked(content: bytes) -> FileKind | Refusal:
    """That it is a PDF file, or why it is not taken."""
    if b"%%EOF" not in content[-2048:]:
        return Refusal.DAMAGED
    if zipfile.is_zipfile(io.BytesIO(content)) or _packs_oddly(content):
        return Refusal.TWO_FACED
    try:
        unfolded = list(_unfolded(content))
    except _Bomb:
        return Refusal.BOMB
    texts = [content, *filter(None, unfolded)]
    if any(_holds(_RUNS, text) for text in texts) or _goes_out(texts):
        return Refusal.MACROS
    if sum(1 for _ in _all(_OBJECTS, content)) > len(unfolded):  # some could not be read
        return Refusal.LOCKED if _holds(_ENCRYPTED, content) else Refusal.DAMAGED
    return FileKind.PDF


def _all(pattern: re.Pattern[bytes], text: bytes) -> Iterator[re.Match[bytes]]:
    """Every place of it. One search through all of a file would hold up everything else in this process."""
    for at in range(0, len(text), _AT_A_TIME):
        for found in pattern.finditer(text, at, at + _AT_A_TIME + _LONGEST):
            whole = pattern.match(text, found.start()) if found.start() < at + _AT_A_TIME else None
            if whole is not None:
                yield whole


def _holds(pattern: re.Pattern[bytes], text: bytes) -> bool:
    return any(True for _ in _all(pattern, text))


def _packs_oddly(content: bytes) -> bool:
    """Whether objects are packed as nobody packs them who has nothing to hide."""
    for number, name in enumerate(_all(_OBJECTS, content)):
        if number == MOST_OBJECT_STREAMS:
            return True
        before = content[max(0, name.start() - _PEEK) : name.start()]
        begin = max(before.rfind(b"endobj"), before.rfind(b"endstream"), 0)
        after = content[name.end() : name.end() + _PEEK]
        if _ODD.search(before, begin) or _ODD.search(_STREAM.split(after, maxsplit=1)[0]):
            return True
    return False


def _unfolded(content: bytes) -> Iterator[bytes]:
    """What is written in each stream of objects; nothing for one that is not packed. Raises: _Bomb."""
    room = _Room()
    for number, keyword in enumerate(_all(_STREAM, content)):
        if number == MOST_STREAMS:
            raise _Bomb
        line = _LINE.match(content, keyword.end(), keyword.end() + _PEEK)
        if line is None:
            continue
        found = _objects_at(content, line.end(), room)
        if found is not None:
            room.objects -= len(found)
            yield found


def _objects_at(content: bytes, at: int, room: _Room) -> bytes | None:
    """What is written in the stream of objects that begins there, None when it is none. Raises: _Bomb."""
    if not _is_packed(content[at : at + 2]):
        return b"" if _PAIRS.match(content, at, at + _PEEK) else None
    head = _inflated(content, at, _PEEK)
    if len(head) == _PEEK and not head.strip(_SPACES):  # as masks of pictures begin, too
        head = _after_blanks(content, at, room)
    if not head or not (_is_packed(head[:2]) or _PAIRS.match(head)):
        return None
    for _ in range(_MOST_LAYERS):
        content, at = _inflated(content, at, room.objects + 1), 0
        if len(content) > room.objects:
            raise _Bomb
        if not _is_packed(content[:2]):
            return content if content and _PAIRS.match(content) else None
    raise _Bomb


def _is_packed(head: bytes) -> bool:
    """Whether it begins as what zlib packs does (RFC 1950)."""
    return len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head) % 31 == 0


def _inflated(content: bytes, at: int, most: int) -> bytes:
    """What is packed from there on, at most so much; without its checksum, and as far as it is whole: as readers do."""
    unfolding, found, length = zlib.decompressobj(-zlib.MAX_WBITS), list[bytes](), 0
    for begin in range(at + 2, len(content), _PEEK):
        before = unfolding.copy()
        piece = content[begin : begin + _PEEK]
        try:
            found.append(unfolding.decompress(piece, most - length))
        except zlib.error:
            found.extend(_until_broken(before, piece, most - length))
            break
        length += len(found[-1])
        if length >= most or unfolding.eof:
            break
    return b"".join(found)


def _after_blanks(content: bytes, at: int, room: _Room) -> bytes:
    """What comes first that is no blank. Raises: _Bomb."""
    unfolding = zlib.decompressobj(-zlib.MAX_WBITS)
    for begin in range(at + 2, len(content), _PEEK):
        try:
            piece = unfolding.decompress(content[begin : begin + _PEEK])
        except zlib.error:
            break
        if found := piece.lstrip(_SPACES):
            return found[:_PEEK]
        room.blanks -= len(piece)
        if room.blanks < 0:
            raise _Bomb
        if unfolding.eof:
            break
    return b""


def _until_broken(unfolding: zlib._Decompress, piece: bytes, most: int) -> Iterator[bytes]:
    """What comes of the piece before it breaks off, to the byte."""
    step = len(piece) // 16
    for at in range(0, len(piece), step) if step else ():
        before, part = unfolding.copy(), piece[at : at + step]
        try:
            found = unfolding.decompress(part, max(1, most))
        except zlib.error:
            yield from _until_broken(before, part, most)
            return
        most -= len(found)
        yield found
        if most <= 0:
            return


def _goes_out(texts: Sequence[bytes]) -> bool:
    """Whether something that is done on opening leads out of the file, or to what nobody finds."""
    wanted, count = set[int](), 0
    for text in texts:
        for name in _all(_AT_ONCE, text):
            count += 1
            given = _GIVEN.match(text, name.end(), name.end() + _PEEK)
            if count > _MOST_OPENED or (given and given[1] and _leads_out(text[given.end() : given.end() + _PEEK])):
                return True
            if given and given[2]:
                wanted.add(int(given[2]))
    found = [one for text in texts for one in _numbered(text, wanted)] if wanted else []
    return any(_leads_out(said) for _, said in found) or not wanted <= {number for number, _ in found}


def _leads_out(said: bytes) -> bool:
    return _OUT.search(said.partition(b"endobj")[0]) is not None


def _numbered(text: bytes, wanted: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """Beginnings of what may be one of these objects."""
    for header in _all(_HEADER, text):
        if int(header[1]) in wanted:
            yield int(header[1]), text[header.end() : header.end() + _PEEK]
    # In a stream of objects numbers come first, each with where it begins; places count from some way after these.
    at, starts = 0, list[tuple[int, int]]()
    while pair := _PAIR.match(text, at):
        starts.append((int(pair[1]), int(pair[2])))
        at = pair.end()
    places = sorted(start for _, start in starts)
    ends = dict(zip(places, [*places[1:], len(text)], strict=False))
    for number, start in starts:
        if number in wanted:
            yield number, text[at + start : at + min(ends[start], start + _PEEK)]
