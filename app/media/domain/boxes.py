"""Videos in boxes (ISO/IEC 14496-12: MP4, 3GP, QuickTime): what is not needed to play them is blanked where it stands.

A box that goes becomes `free`, filled with zeros, of the same size: nothing moves, so every offset holds. What stays is
listed; whatever else a telephone has put there, under whichever name, goes. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MOST_BOXES, MOST_DATA = 20_000, 64
_ROOT, _SEEN, _HEARD = b"", b"vide", b"soun"
# Boxes that hold boxes, and which of these stay as they are, are searched, or are blanked in part.
_STAYING: dict[bytes, frozenset[bytes]] = {
    _ROOT: frozenset({b"ftyp", b"moov", b"mdat"}),
    b"moov": frozenset({b"mvhd", b"trak"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia"}),
    b"edts": frozenset({b"elst"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"}),
    b"dinf": frozenset({b"dref"}),
    b"stbl": frozenset(
        {b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stco", b"co64", b"stss", b"stps", b"sdtp"}
    ),
}
_OF_A_PICTURE = frozenset(
    {b"avcC", b"hvcC", b"av1C", b"vpcC", b"esds", b"d263", b"dvcC", b"dvvC", b"dvwC"}
    | {b"colr", b"pasp", b"clap", b"fiel", b"btrt", b"mdcv", b"clli", b"amve"}
)
_PICTURES = frozenset(
    {b"avc1", b"avc3", b"hvc1", b"hev1", b"dvh1", b"dvhe", b"av01", b"vp08", b"vp09", b"mp4v", b"s263"}
)
_SOUNDS = frozenset({b"mp4a", b"samr", b"sawb", b"ac-3", b"ec-3", b"Opus", b"alac", b"fLaC", b".mp3"})
_ENTRY_BYTES, _PICTURE_BYTES = 8, 78  # of a sample entry after its box's head, before the boxes in it


class Uncleanable(Exception):  # noqa: N818 - it is no error of ours
    """A part of the video that we do not understand well enough to vouch for it."""


class _Box(NamedTuple):
    """One box: its name, where it begins, where its content begins and ends."""

    name: bytes
    start: int
    body: int
    end: int


class _Video:
    """A video in boxes while it is cleaned."""

    def __init__(self, content: bytes) -> None:
        self._bytes = bytearray(content)
        self._seen = 0
        self._kept: list[tuple[int, int]] = []  # what of `mdat` is pictures and sound
        self._kinds = {_SEEN: list[bool](), _HEARD: list[bool]()}  # of each track of a kind, whether it stays

    def clean(self) -> bytes:
        """The video with pictures and sound, and nothing else."""
        boxes = list(self._boxes(0, len(self._bytes)))
        if any(box.name in {b"moof", b"mfra"} for box in boxes):
            raise Uncleanable  # in fragments: what is a picture is told in between
        for box in boxes:
            if box.name == b"moov":
                self._moov(box)
            elif box.name not in _STAYING[_ROOT]:
                self._free(box)
        if not any(self._kinds[_SEEN]) or (self._kinds[_HEARD] and not any(self._kinds[_HEARD])):
            raise Uncleanable  # nothing would be seen, or heard, any more
        self._blank_the_rest([box for box in boxes if box.name == b"mdat"])
        return bytes(self._bytes)

    def _boxes(self, start: int, end: int) -> Iterator[_Box]:
        """Boxes of this stretch, which they fill."""
        while start < end:
            self._seen += 1
            if end - start < 8 or self._seen > MOST_BOXES:
                if end - start == 4 and not any(self._bytes[start:end]):
                    return  # QuickTime ends a list by a zero
                raise Uncleanable
            length, name = struct.unpack_from(">I4s", self._bytes, start)
            body = start + 8
            if length == 1 and end - start >= 16:
                (length,) = struct.unpack_from(">Q", self._bytes, body)
                body += 8
            elif length == 0:
                length = end - start
            if not body - start <= length <= end - start:
                raise Uncleanable
            yield _Box(name, start, body, start + length)
            start += length

    def _within(self, box: _Box) -> dict[bytes, _Box]:
        """Boxes in this one that stay, by name; the others are free now."""
        found: dict[bytes, _Box] = {}
        for one in self._boxes(box.body, box.end):
            if one.name not in _STAYING[box.name]:
                self._free(one)
            elif one.name in found:
                raise Uncleanable
            else:
                found[one.name] = one
        return found

    def _free(self, box: _Box) -> None:
        self._bytes[box.start + 4 : box.start + 8] = b"free"
        self._blank(box.body, box.end)

    def _blank(self, start: int, end: int) -> None:
        self._bytes[start:end] = bytes(end - start)

    def _moov(self, moov: _Box) -> None:
        for box in self._boxes(moov.body, moov.end):
            if box.name in {b"mvex", b"cmov"}:
                raise Uncleanable
            if box.name == b"mvhd":
                self._forget_times(box)
            elif box.name != b"trak" or not self._is_seen_or_heard(box):
                self._free(box)
            else:
                self._track(box)

    def _find(self, box: _Box, *path: bytes) -> _Box:
        for name in path:
            box = next((one for one in self._boxes(box.body, box.end) if one.name == name), box)
            if box.name != name:
                raise Uncleanable
        return box

    def _is_seen_or_heard(self, trak: _Box) -> bool:
        """Whether the track is pictures or sound, coded in a way that we know."""
        kind = self._kind(self._find(trak, b"mdia", b"hdlr"))
        if kind not in self._kinds:
            return False
        coded = self._find(trak, b"mdia", b"minf", b"stbl", b"stsd")
        names = {entry.name for entry in self._boxes(coded.body + 8, coded.end)}
        self._kinds[kind].append(bool(names) and names <= (_PICTURES if kind == _SEEN else _SOUNDS))
        return self._kinds[kind][-1]

    def _kind(self, handler: _Box) -> bytes:
        return bytes(self._bytes[handler.body + 8 : handler.body + 12])

    def _track(self, trak: _Box) -> None:
        track = self._within(trak)
        media = self._within(self._of(track, b"mdia"))
        inner = self._within(self._of(media, b"minf"))
        if b"edts" in track:
            self._within(track[b"edts"])
        self._forget_times(self._of(track, b"tkhd"))
        self._forget_times(self._of(media, b"mdhd"))
        for one in (media[b"hdlr"], *([inner[b"hdlr"]] if b"hdlr" in inner else [])):
            self._blank(min(one.body + 12, one.end), one.end)  # maker and name; which kind it is stays
        self._references(self._within(self._of(inner, b"dinf")))
        table = self._within(self._of(inner, b"stbl"))
        if self._kind(media[b"hdlr"]) == _SEEN:
            self._pictures(self._of(table, b"stsd"))
        self._kept += self._chunks(table)

    @staticmethod
    def _of(found: dict[bytes, _Box], name: bytes) -> _Box:
        if name not in found:
            raise Uncleanable
        return found[name]

    def _forget_times(self, box: _Box) -> None:
        """When it was made and changed."""
        wide = box.end > box.body and self._bytes[box.body] == 1
        self._blank(box.body + 4, box.body + 4 + (16 if wide else 8))

    def _references(self, found: dict[bytes, _Box]) -> None:
        """Where the data is: in this very file, without the path it once had."""
        box = self._of(found, b"dref")
        for entry in self._boxes(box.body + 8, box.end):
            if entry.end - entry.body < 4 or not self._bytes[entry.body + 3] & 1:
                raise Uncleanable
            self._blank(entry.body + 4, entry.end)

    def _pictures(self, box: _Box) -> None:
        """How pictures are coded, without the name of what made them."""
        for entry in self._boxes(box.body + 8, box.end):
            at = entry.body + _ENTRY_BYTES
            inside = entry.body + _PICTURE_BYTES
            if inside > entry.end:
                raise Uncleanable
            self._blank(at + 4, at + 8)  # whose coder it was
            self._blank(at + 34, at + 66)  # what it is called
            for one in self._boxes(inside, entry.end):
                if one.name not in _OF_A_PICTURE:
                    self._free(one)

    def _chunks(self, table: dict[bytes, _Box]) -> Iterator[tuple[int, int]]:
        """Where the samples of a track lie, chunk by chunk."""
        wide = b"co64" in table
        begins = self._numbers(self._of(table, b"co64" if wide else b"stco"), "Q" if wide else "I")
        runs = self._numbers(self._of(table, b"stsc"), "III")
        sizes, every = self._sizes(self._of(table, b"stsz"))
        taken, at = 0, 0
        for place, (begin,) in enumerate(begins, 1):
            while at + 1 < len(runs) and runs[at + 1][0] <= place:
                at += 1
            if not runs:
                raise Uncleanable
            count = runs[at][1]
            if every is None and taken + count > len(sizes):
                raise Uncleanable
            length = count * every if every is not None else sum(sizes[taken : taken + count])
            taken += count
            yield begin, begin + length

    def _numbers(self, box: _Box, form: str) -> list[tuple[int, ...]]:
        """Rows of a table that says first how many they are."""
        row = struct.Struct(f">{form}")
        if box.end - box.body < 8:
            raise Uncleanable
        (count,) = struct.unpack_from(">I", self._bytes, box.body + 4)
        if count * row.size > box.end - box.body - 8:
            raise Uncleanable
        return list(row.iter_unpack(self._bytes[box.body + 8 : box.body + 8 + count * row.size]))

    def _sizes(self, box: _Box) -> tuple[Sequence[int], int | None]:
        """Sizes of the samples, or the one that all of them have."""
        if box.end - box.body < 12:
            raise Uncleanable
        every, count = struct.unpack_from(">II", self._bytes, box.body + 4)
        if every:
            return (), every
        if count * 4 > box.end - box.body - 12:
            raise Uncleanable
        return struct.unpack_from(f">{count}I", self._bytes, box.body + 12), None

    def _blank_the_rest(self, data: Sequence[_Box]) -> None:
        """Only samples of what is seen or heard are left in the data: places of a journey lie there as well."""
        if len(data) > MOST_DATA:
            raise Uncleanable  # each chunk is looked for in all of them
        kept = sorted(self._kept)
        for start, end in kept:
            if not any(box.body <= start <= end <= box.end for box in data):
                raise Uncleanable
        for box in data:
            at = box.body
            for start, end in kept:
                if box.body <= start < box.end:
                    self._blank(at, max(at, start))
                    at = max(at, end)
            self._blank(at, box.end)


def clean(content: bytes) -> bytes:
    """The video without anything but pictures and sound. Raises: Uncleanable."""
    return _Video(content).clean()
