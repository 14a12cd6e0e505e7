"""Takes the names of its authors out of one PDF file: a program of its own, held to little memory and time.

`service` starts it, and it ends with the file. In comes the file, out goes another one that shows the same; none, and
NAMES_KEPT, when names have to stay: a signature would not hold, or the file is locked. It opens nothing else.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import pikepdf

from .domain.pictures import bare_picture
from .terms import NAMES_KEPT

MEMORY_BYTES, CPU_S = 1 << 30, 20
MOST_OBJECTS, _DEEPEST = 500_000, 40
_NOTES: Final = ("/Metadata", "/PieceInfo")  # XMP, and what programs keep for themselves
_REMARKS: Final = frozenset(
    {"/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline"}
    | {"/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/FileAttachment", "/Redact"}
)


class Stays(Exception):  # noqa: N818 - it is no error of ours
    """Names cannot be taken out without harm."""


def without_names(content: bytes) -> bytes:
    """The file without properties, XMP, names of who commented, and what cameras wrote into photos in it.

    Raises: Stays for one that is signed or locked; whatever a damaged file makes the library raise.
    """
    if b"/ByteRange" in content:
        raise Stays
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if pdf.is_encrypted or len(pdf.objects) > MOST_OBJECTS:
            raise Stays
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        for one in pdf.objects:
            _clean(one, _DEEPEST)
        made = io.BytesIO()
        pdf.save(
            made,
            deterministic_id=True,
            fix_metadata_version=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
        )
    return made.getvalue()


def _clean(one: pikepdf.Object, deep: int) -> None:
    """The object, and all that is written within it; what it only refers to has a turn of its own."""
    if deep == 0:
        raise Stays
    if isinstance(one, pikepdf.Array):
        _clean_all(one, deep)
    elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        _clean_entries(one)
        if isinstance(one, pikepdf.Stream):
            _clean_photo(one)
        _clean_all((one.stream_dict if isinstance(one, pikepdf.Stream) else one).as_dict().values(), deep)


def _clean_all(inner: Iterable[pikepdf.Object], deep: int) -> None:
    for one in inner:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Array) and not one.is_indirect:
            _clean(one, deep - 1)


def _clean_entries(one: pikepdf.Object) -> None:
    if "/ByteRange" in one:
        raise Stays
    for note in _NOTES:
        if note in one:
            del one[note]
    if "/T" in one and str(one.get("/Subtype", "")) in _REMARKS:
        del one["/T"]


def _clean_photo(one: pikepdf.Stream) -> None:
    """What a camera wrote into a photo that is kept as it came, as JPEG."""
    if one.get("/Filter") in (pikepdf.Name.DCTDecode, [pikepdf.Name.DCTDecode]):
        before = one.read_raw_bytes()
        after, parms = bare_picture(before), one.get("/DecodeParms")
        if after != before:
            known = parms if isinstance(parms, pikepdf.Dictionary | pikepdf.Array) else None
            one.write(after, filter=pikepdf.Name.DCTDecode, decode_parms=known)


def main() -> None:
    """Read the file from the standard input, write the other one to the standard output."""
    for limit, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, 0)):
        with suppress(ValueError, OSError):  # a system that knows no such limit
            resource.setrlimit(limit, (most, most))
    try:
        made = without_names(sys.stdin.buffer.read())
    except Stays:
        sys.exit(NAMES_KEPT)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
