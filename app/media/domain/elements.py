"""Videos in elements (EBML, RFC 8794, and Matroska, RFC 9559: WebM): what is not needed to play them is blanked.

An element that goes becomes `Void`, filled with zeros, of the same size: nothing moves, so every position holds. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from .boxes import Uncleanable

MOST_ELEMENTS = 1_000_000
_VOID = 0xEC
_HEAD, _SEGMENT = 0x1A45DFA3, 0x18538067
_SEEK, _INFO, _TRACKS, _CLUSTER, _CUES = 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1F43B675, 0x1C53BB6B
_TIMES = frozenset({0x2AD7B1, 0x4489})  # how long a tick is, how long it lasts
_PROGRAMS = frozenset({0x4D80, 0x5741})  # of which program it is: must be there, may be empty
_ENTRY, _NUMBER, _TYPE, _CODEC, _ENCODINGS = 0xAE, 0xD7, 0x83, 0x86, 0x6D80
_OF_A_TRACK = frozenset(
    {_NUMBER, _TYPE, _CODEC, 0x73C5, 0xB9, 0x88, 0x55AA, 0x9C, 0x23E383, 0x22B59C, 0x63A2, 0x56AA, 0x56BB}
    | {0xE0, 0xE1, 0x6DE7, 0x6DF8, 0x55EE, 0x23314F}
)
_TIME, _SIMPLE, _GROUP, _BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
_OF_A_CLUSTER = frozenset({_TIME, _SIMPLE, _GROUP, 0xA7, 0xAB})
_OF_A_GROUP = frozenset({_BLOCK, 0x9B, 0xFB, 0x75A2})
_CODECS = frozenset({b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG4/ISO/AVC", b"A_OPUS"})
_PICTURES, _SOUND = 1, 2


class _Element(NamedTuple):
    """One element: its id, where it begins, where its content begins and ends; `open`: it does not say where."""

    id: int
    start: int
    body: int
    end: int
    open: bool


class _Video:
    """A video in elements while it is cleaned."""

    def __init__(self, content: bytes) -> None:
        self._bytes = bytearray(content)
        self._seen = 0
        self._tracks = dict[int, int]()  # which of them is seen, which is heard

    def clean(self) -> bytes:
        """The video with pictures and sound, and nothing else."""
        for element in self._elements(0, len(self._bytes)):
            if element.id == _SEGMENT:
                self._segment(element)
            elif element.id != _HEAD:
                self._void(element)
        if _PICTURES not in self._tracks.values():
            raise Uncleanable
        return bytes(self._bytes)

    def _elements(self, start: int, end: int) -> Iterator[_Element]:
        """Elements of this stretch, which they fill."""
        while start < end:
            self._seen += 1
            if self._seen > MOST_ELEMENTS:
                raise Uncleanable
            id_, at, _ = self._number(start, end, marked=True)
            length, body, unknown = self._number(at, end, marked=False)
            if unknown and id_ not in {_SEGMENT, _CLUSTER}:
                raise Uncleanable
            stop = end if unknown else body + length
            if stop > end:
                raise Uncleanable
            yield _Element(id_, start, body, stop, unknown)
            # What is in a cluster that does not say where it ends comes as if it stood beside it.
            start = body if unknown and id_ == _CLUSTER else stop

    def _number(self, at: int, end: int, *, marked: bool) -> tuple[int, int, bool]:
        """A number of its own length, where it ends, and whether it says that nothing is known."""
        first = self._bytes[at] if at < end else 0
        length = 9 - first.bit_length()
        if not first or at + length > end or (marked and length > 4):
            raise Uncleanable
        value = int.from_bytes(self._bytes[at : at + length])
        mark = 1 << (7 * length)
        bare = value & (mark - 1)
        return value if marked else bare, at + length, bare == mark - 1

    def _void(self, element: _Element) -> None:
        if element.open:
            raise Uncleanable
        length = element.end - element.start
        wide = length > 9
        head = bytes([_VOID]) + ((length - 9 | 1 << 56).to_bytes(8) if wide else (length - 2 | 0x80).to_bytes(1))
        self._bytes[element.start : element.end] = head + bytes(length - len(head))

    def _keep(self, element: _Element, staying: Collection[int]) -> Iterator[_Element]:
        """Elements in this one that stay; the others are void by then."""
        for one in list(self._elements(element.body, element.end)):
            if one.id in staying:
                yield one
            else:
                self._void(one)

    def _segment(self, segment: _Element) -> None:
        for one in self._elements(segment.body, segment.end):
            if one.id == _INFO:
                self._info(one)
            elif one.id == _TRACKS:
                for track in self._keep(one, {_ENTRY}):
                    self._track(track)
            elif one.id == _CLUSTER and not one.open:
                for part in self._keep(one, _OF_A_CLUSTER):
                    self._block(part)
            elif one.id in _OF_A_CLUSTER:
                self._block(one)
            elif one.id not in {_SEEK, _CUES, _CLUSTER}:
                self._void(one)

    def _info(self, info: _Element) -> None:
        for said in self._keep(info, _TIMES | _PROGRAMS):
            if said.id in _PROGRAMS:
                self._bytes[said.body : said.end] = bytes(said.end - said.body)

    def _track(self, track: _Element) -> None:
        said = {one.id: one for one in self._elements(track.body, track.end)}
        if _ENCODINGS in said or not {_NUMBER, _TYPE, _CODEC} <= said.keys():
            raise Uncleanable
        number, kind = (int.from_bytes(self._content(said[id_])) for id_ in (_NUMBER, _TYPE))
        if kind not in {_PICTURES, _SOUND}:
            self._void(track)
            return
        if bytes(self._content(said[_CODEC])).rstrip(b"\0") not in _CODECS:
            raise Uncleanable
        self._tracks[number] = kind
        for _ in self._keep(track, _OF_A_TRACK):
            pass

    def _content(self, element: _Element) -> bytearray:
        return self._bytes[element.body : element.end]

    def _block(self, part: _Element) -> None:
        """A part of a cluster: gone when it is of a track that has gone."""
        if part.id == _SIMPLE:
            if self._number(part.body, part.end, marked=False)[0] not in self._tracks:
                self._void(part)
        elif part.id == _GROUP:
            blocks = [one for one in self._keep(part, _OF_A_GROUP) if one.id == _BLOCK]
            if any(self._number(one.body, one.end, marked=False)[0] not in self._tracks for one in blocks):
                self._void(part)


def clean(content: bytes) -> bytes:
    """The video without anything but pictures and sound. Raises: Uncleanable."""
    return _Video(content).clean()
