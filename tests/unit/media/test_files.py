"""What files are by their content, and what of a picture is kept."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from PIL import Image, ImageDraw

from app.kit.geo import Point
from app.media import domain
from app.media.errors import BadUploadRequest
from app.media.terms import Drawn, FileKind, Patch, Refusal
from tests.films import MP4
from tests.pictures import PDF, named, office, photo, tripping

DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")
BOMB = office("word/document.xml", content=b"0" * 210_000_000)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (photo(width=80, height=64), FileKind.JPEG),
        (photo(width=80, height=64, kind="PNG"), FileKind.PNG),
        (photo(width=80, height=64, kind="WEBP"), FileKind.WEBP),
        (PDF, FileKind.PDF),
        (DOCX, FileKind.DOCX),
        (MP4, FileKind.MP4),
        (b"\x00\x00\x00\x18ftyp3gp4" + bytes(50), FileKind.THREE_GP),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), FileKind.HEIC),
        (b"\x1aE\xdf\xa3" + bytes(50), FileKind.WEBM),
        (b"MZ\x90\x00" + bytes(60), None),
        (b"<html><script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"GIF89a" + bytes(50), None),
        (b"", None),
    ],
    ids=named,
)
def test_a_file_is_what_its_content_says(content: bytes, kind: FileKind | None) -> None:
    assert domain.kind_of(content[:64]) is kind


def test_a_photo_is_turned_and_keeps_nothing_but_what_is_seen() -> None:
    content = photo(turned=True)
    assert b"SM-G991B" in content
    made = domain.drawn(content)
    assert isinstance(made, Drawn)
    assert (made.width, made.height) == (1200, 1600), "it was held upright"
    for part in (made.whole, made.thumbnail):
        assert b"SM-G991B" not in part
        with Image.open(io.BytesIO(part)) as opened:
            assert not opened.getexif()
            assert opened.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    with Image.open(io.BytesIO(made.thumbnail)) as small:
        assert max(small.size) == domain.THUMBNAIL_SIDE


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({1: "N", 2: (20.0, 56.0, 48.0), 3: "E", 4: (106.0, 18.0, 48.0)}, Point(20.94667, 106.31333)),
        ({1: "S", 2: (20.0, 30.0, 0.0), 3: "W", 4: (106.0, 0.0, 0.0)}, Point(-20.5, -106.0)),
        ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (99.0, 0.0, 0.0), 3: "E", 4: (106.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (20.0, 30.0), 3: "E", 4: (106.0, 0.0, 0.0)}, None),
        ({}, None),
    ],
)
def test_where_a_photo_was_taken_is_read_unless_it_is_nonsense(said: dict[int, Any], found: Point | None) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(said)
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG", exif=exif)
    assert domain.point_of(made.getvalue()) == found


def test_what_hides_behind_a_picture_is_gone() -> None:
    made = domain.drawn(photo(width=200, height=100) + b"PK\x03\x04<script>alert(1)</script>")
    assert isinstance(made, Drawn)
    assert b"<script>" not in made.whole


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (photo(width=200, height=100)[:300], Refusal.DAMAGED),
        (b"\xff\xd8\xff" + bytes(100), Refusal.DAMAGED),
        (
            b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00\x00\xff\xff" * 2 + b"\x08\x02\x00\x00\x00" + bytes(4),
            Refusal.DAMAGED,
        ),
        (tripping(), Refusal.DAMAGED),
    ],
    ids=named,
)
def test_a_picture_that_cannot_be_opened_is_refused(content: bytes, why: Refusal) -> None:
    assert domain.drawn(content) is why
    assert domain.covered(content, ()) is why


def test_a_picture_that_unfolds_into_too_many_pixels_is_never_unfolded() -> None:
    flat = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(flat, "PNG")
    assert len(flat.getvalue()) < 100_000
    assert domain.drawn(flat.getvalue()) is Refusal.TOO_MANY_PIXELS


_REL = 'Target="http://x/" TargetMode="External"/></Relationships>'
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TEMPLATE = f'<Relationships><Relationship Id="r1" Type="{_OF}/attachedTemplate" {_REL}'.encode()
LINK = f'<Relationships><Relationship Id="r1" Type="{_OF}/hyperlink" {_REL}'.encode()


def packed_objects(written: bytes, *, broken: bool = False) -> bytes:
    """A PDF that keeps these objects in a stream."""
    packed = b"?" * 20 if broken else zlib.compress(written)
    head = b"2 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return PDF.replace(b"trailer", head + packed + b"\nendstream\nendobj\ntrailer")


def lying(packed: bytes) -> bytes:
    """The same with a directory that says less than is in it."""
    return packed.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        (FileKind.PDF, PDF, FileKind.PDF),
        (FileKind.PDF, PDF.replace(b"/Type", b"/OpenAction << /JavaScript (app.alert) >> /Type"), Refusal.MACROS),
        (FileKind.PDF, b"%PDF-1.7\n<html><script>", Refusal.TWO_FACED),
        (FileKind.PDF, PDF[:-10], Refusal.DAMAGED),
        (FileKind.PDF, PDF.replace(b"/Type", b"/OpenAction << /S /Java#53cript >> /Type"), Refusal.MACROS),
        (FileKind.PDF, PDF.replace(b"/Type", b"/Names << /EmbeddedFiles 2 0 R >> /Type"), Refusal.MACROS),
        (FileKind.PDF, PDF.replace(b"/Type", b"/OpenAction << /S /URI /URI (http://x) >> /Type"), Refusal.MACROS),
        (FileKind.PDF, PDF.replace(b"/Type", b"/A << /S /URI /URI (http://x) >> /Type"), FileKind.PDF),
        (FileKind.PDF, packed_objects(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>"), Refusal.MACROS),
        (FileKind.PDF, packed_objects(b"1 0 << /Type /Page >>"), FileKind.PDF),
        (FileKind.PDF, packed_objects(b"1 0", broken=True), Refusal.DAMAGED),
        (FileKind.PDF, PDF + office("word/document.xml") + b"%%EOF", Refusal.TWO_FACED),
        (
            FileKind.DOCX,
            office("a.txt", "word/document.xml", content=b"%PDF-1.7 <script>", packed_as=0),
            Refusal.TWO_FACED,
        ),
        (FileKind.DOCX, office("word/document.xml", "word/_rels/document.xml.rels", content=TEMPLATE), Refusal.MACROS),
        (FileKind.DOCX, office("word/document.xml", "word/_rels/document.xml.rels", content=LINK), FileKind.DOCX),
        (FileKind.DOCX, lying(office("word/document.xml", content=b"x" * 5000)), Refusal.DAMAGED),
        (FileKind.DOCX, DOCX, FileKind.DOCX),
        (FileKind.DOCX, XLSX, FileKind.XLSX),
        (FileKind.DOCX, office("word/document.xml", "word/vbaProject.bin"), Refusal.MACROS),
        (FileKind.DOCX, office("virus.exe"), Refusal.UNKNOWN),
        (FileKind.DOCX, DOCX[:40], Refusal.DAMAGED),
        (FileKind.DOCX, BOMB, Refusal.BOMB),
    ],
    ids=named,
)
def test_documents_are_searched(kind: FileKind, content: bytes, found: FileKind | Refusal) -> None:
    assert domain.document(kind, content) is found


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\ảnh\\đèn.jpg", "đèn.jpg"),
        ("a" * 300 + ".jpg", "a" * 116 + ".jpg"),
        ("\x00", ""),
    ],
)
def test_a_name_is_its_last_part(typed: str, kept: str) -> None:
    assert domain.checked_filename(typed) == kept


@pytest.mark.parametrize("header", ["filename %%%", "filename /w==", "sha256 AAAA"])
def test_headers_that_cannot_be_read_are_refused(header: str) -> None:
    with pytest.raises(BadUploadRequest):
        (domain.read_checksum if header.startswith("sha") else domain.read_metadata)(header)


def plate(number: str, *, size: tuple[int, int] = (2000, 1500)) -> bytes:
    """A street in which a car shows its plate, between 40 and 60 hundredths from the left, 50 and 60 from the top."""
    street = Image.new("RGB", size, (90, 120, 90))
    width, height = size
    box = (width * 40 // 100, height * 50 // 100, width * 60 // 100, height * 60 // 100)
    drawn = ImageDraw.Draw(street)
    drawn.rectangle(box, fill=(150, 150, 150))
    drawn.text((box[0] + width // 40, box[1] + height // 60), number, fill=(60, 60, 60), font_size=height // 22)
    made = io.BytesIO()
    street.save(made, "JPEG", quality=85, subsampling=2)
    return made.getvalue()


@pytest.mark.parametrize(
    "patches",
    [
        [Patch(40, 50, 20, 10)],
        [Patch(40 + step * 2, 50, 2, 10) for step in range(10)],  # one for each letter tells no more
        [Patch(-5, 45, 200, 70), Patch(99.9, 99.9, 50, 50)],
    ],
    ids=["one", "many", "beyond the edge"],
)
def test_of_what_is_covered_nothing_is_left_that_tells_one_plate_from_another(patches: list[Patch]) -> None:
    one, other = plate("34A-123.45"), plate("34A-876.09")
    open_one, open_other = domain.covered(one, []), domain.covered(other, [])
    assert isinstance(open_one, Drawn)
    assert isinstance(open_other, Drawn)
    assert open_one.whole != open_other.whole, "without a patch the plates can be told apart"
    assert (open_one.width, open_one.height) == (domain.PUBLIC_SIDE, 1200)
    assert open_one.whole != one, "even as it is the public gets another file"
    hidden, again = domain.covered(one, patches), domain.covered(other, patches)
    assert isinstance(hidden, Drawn)
    assert hidden == again
    with Image.open(io.BytesIO(hidden.whole)) as shown, Image.open(io.BytesIO(open_one.whole)) as before:
        if patches[0].x >= 0:
            assert shown.crop((0, 0, 1600, 500)).tobytes() == before.crop((0, 0, 1600, 500)).tobytes()
        assert not shown.getexif()


def test_what_is_no_picture_is_not_covered() -> None:
    assert domain.covered(b"\xff\xd8\xff" + bytes(100), [Patch(0, 0, 10, 10)]) is Refusal.DAMAGED
