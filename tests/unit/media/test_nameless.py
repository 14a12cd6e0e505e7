"""Documents lose the names of whoever wrote them, and nothing that is shown."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from app.media import domain
from app.media.domain.pictures import bare_picture
from app.media.rewriter import Stays, without_names as rewritten
from app.media.service.naming import without_names
from app.media.terms import FileKind
from tests.pictures import DOCX_NAMES, WHO, a_pdf, docx, photo, xlsx


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def _pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.tobytes()


def test_a_text_loses_its_author_wherever_word_keeps_one_and_reads_the_same() -> None:
    before = docx()
    made = domain.packed_without_names(FileKind.DOCX, before)
    assert made is not None
    old, new = _parts(before), _parts(made)
    assert list(old) == list(new)
    whole = b"".join(content for name, content in new.items() if name != "word/document.xml")
    assert not any(name.encode() in whole for name in DOCX_NAMES)
    assert b"SM-G991B" not in whole
    text = new["word/document.xml"].decode()
    assert text.count(WHO) == 1, "what was typed is the writer's own"
    assert text == old["word/document.xml"].decode().replace(f'author="{WHO}"', 'author="Author"').replace(
        'initials="NVS"', 'initials="A"'
    )
    assert new["word/styles.xml"] == old["word/styles.xml"]
    photos = [name for name in new if name.endswith(".jpeg")]
    assert [_pixels(new[name]) for name in photos] == [_pixels(old[name]) for name in photos]
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_sheet_loses_its_authors_and_keeps_the_names_of_its_tables() -> None:
    made = domain.packed_without_names(FileKind.XLSX, xlsx())
    assert made is not None
    whole = b"".join(_parts(made).values()).decode()
    assert WHO not in whole
    assert "nguyenvanso" not in whole
    assert 'displayName="BangGia"' in whole
    assert whole.count("<author>Author</author>") == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/header1.xml", b'<w:hdr xmlns:w="w"><w:dataBinding w:prefixMappings="x/core-properties"/></w:hdr>'),
        ("word/comments.xml", f'<?xml version="1.0" encoding="UTF-16"?><c author="{WHO}"/>'.encode("utf-16")),
        ("word/comments.xml", b'<!DOCTYPE c [<!ENTITY a "b">]><c author="&a;"/>'),
        ("word/comments.xml", b"<c author='x'"),
        ("customXml/item1.xml", b"<p:properties><documentManagement><Author>An</Author></documentManagement>"),
    ],
    ids=["shown in the text", "in other letters", "declared elsewhere", "broken off", "of a library"],
)
def test_where_a_name_cannot_be_taken_out_without_harm_it_is_said(name: str, content: bytes) -> None:
    assert domain.packed_without_names(FileKind.DOCX, docx(**{name: content})) is None


def _drawn(pdf: bytes) -> bytes:
    page = pypdfium2.PdfDocument(pdf)[0]
    return bytes(page.render(may_draw_forms=False).to_numpy().tobytes())


def _all_of(pdf: bytes) -> str:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        streams = [one.read_raw_bytes() for one in opened.objects if isinstance(one, pikepdf.Stream)]
        return repr([opened.trailer, *opened.objects]) + b"".join(streams).decode("latin-1")


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_a_pdf_loses_its_author_wherever_one_is_kept_and_is_drawn_the_same(packed: bool) -> None:
    before = a_pdf(packed=packed)
    made = rewritten(before)
    assert (WHO in _all_of(before), "SM-G991B" in _all_of(before)) == (True, True)
    assert (WHO in _all_of(made), "SM-G991B" in _all_of(made)) == (False, False)
    assert _drawn(made) == _drawn(before)
    assert domain.document(FileKind.PDF, made) is FileKind.PDF


def test_an_earlier_edition_that_a_file_drags_along_is_gone() -> None:
    later = IncrementalPdfFileWriter(io.BytesIO(a_pdf()))
    del later.root["/Metadata"]
    later.update_root()  # type: ignore[no-untyped-call]  # the library gives it no types
    whole = io.BytesIO()
    later.write(whole)  # type: ignore[no-untyped-call]
    assert b"dc:creator" in whole.getvalue()
    assert b"dc:creator" not in rewritten(whole.getvalue())


@pytest.mark.parametrize("why", ["signed", "locked"])
async def test_a_signed_or_a_locked_pdf_stays_as_it_is(why: str) -> None:
    pdf, made = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    if why == "signed":
        pdf.Root.Seal = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3])
    encryption = pikepdf.Encryption(owner="x", user="", R=6) if why == "locked" else None
    pdf.save(made, encryption=encryption)
    with pytest.raises(Stays):
        rewritten(made.getvalue())
    assert await without_names(FileKind.PDF, made.getvalue()) is None


async def test_the_program_that_rewrites_is_given_up_in_time_and_held_to_its_memory() -> None:
    assert await without_names(FileKind.PDF, a_pdf(), wait_s=0.001) is None
    assert await without_names(FileKind.PDF, b"%PDF-1.7 nothing else") is None
    made = await without_names(FileKind.PDF, a_pdf())
    assert made is not None
    assert WHO not in _all_of(made)


def test_a_picture_keeps_which_way_up_it_is_and_a_damaged_one_what_it_has() -> None:
    turned = bare_picture(photo(width=64, height=48))
    with Image.open(io.BytesIO(turned)) as opened:
        assert dict(opened.getexif()) == {0x0112: 6}
    png = photo(width=64, height=48, kind="PNG")
    assert b"SM-G991B" in png
    assert b"SM-G991B" not in bare_picture(png)
    assert _pixels(bare_picture(png)) == _pixels(png)
    assert bare_picture(png[:-20]) == png[:-20]
    assert bare_picture(b"\xff\xd8\xff\xe1\xff\xff Exif") == b"\xff\xd8\xff\xe1\xff\xff Exif"
    assert bare_picture(b"GIF89a") == b"GIF89a"
