"""Files as people send them: a phone's photo with its place in it, and some that are not what they say."""

from __future__ import annotations

import io
import os
import zipfile

import pillow_heif
from PIL import Image


def photo(*, width: int = 1600, height: int = 1200, turned: bool = True, kind: str = "JPEG") -> bytes:
    """A photo with the place, the time and the phone in its metadata; noise, so that it does not shrink to nothing."""
    picture = Image.frombytes("RGB", (width // 8, height // 8), os.urandom(width // 8 * (height // 8) * 3))
    picture = picture.resize((width, height))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Samsung", "SM-G991B"
    exif[0x0112] = 6 if turned else 1  # to be turned by a quarter
    exif.get_ifd(0x8825).update({1: "N", 2: (20.0, 56.0, 48.0), 3: "E", 4: (106.0, 18.0, 48.0)})
    made = io.BytesIO()
    picture.save(made, kind, exif=exif, **({"quality": 90} if kind == "JPEG" else {}))
    return made.getvalue()


def heic() -> bytes:
    """What an iPhone takes, with the same metadata."""
    with Image.open(io.BytesIO(photo(width=800, height=600))) as opened:
        held = pillow_heif.from_pillow(opened)
        made = io.BytesIO()
        held.save(made, quality=60, exif=opened.info["exif"])
    return made.getvalue()


def office(*names: str, content: bytes = b"<xml/>", packed_as: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A packed document with these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed_as) as packed:
        for name in names:
            packed.writestr(name, content)
    return made.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def named(value: object) -> str | None:
    """How a test with a file is called: never by the file's bytes, which are others each time."""
    return "file" if isinstance(value, bytes) else None


def tripping() -> bytes:
    """A small photo whose metadata make Pillow raise a TypeError when it is turned: a latitude that is bytes."""
    exif = bytes.fromhex(
        "45786966 0000 4d4d002a00000008 0002"  # Exif, big-endian, two entries
        "0112 0003 00000001 00060000"  # to be turned by a quarter
        "8825 0004 00000001 00000026 00000000"  # the place is further on
        "0001 0004 0001 00000003 01020300 00000000"
    )
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG", exif=exif)
    return made.getvalue()
