"""Documents that carry more than they show are refused, however it is written; honest ones are taken."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from app.media import domain
from app.media.terms import FileKind, Refusal
from tests.pictures import office


def _on_opening(pdf: pikepdf.Pdf, **action: Any) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(**action))


def _linked(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(link)])
    pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])


_DEEDS: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "nothing": lambda _: None,
    "going-to-its-first-page": lambda pdf: _on_opening(
        pdf, S=pikepdf.Name.GoTo, D=[pdf.pages[0].obj, pikepdf.Name.Fit]
    ),
    "a-link": _linked,
    "a-script": lambda pdf: _on_opening(pdf, S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")),
    "an-address": lambda pdf: _on_opening(pdf, S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org")),
    "a-file": lambda pdf: pdf.attachments.__setitem__("a.txt", b"hello"),
}
_HONEST = ("nothing", "going-to-its-first-page", "a-link")


def _written(deed: str, *, packed: bool, locked: bool = False) -> bytes:
    pdf, made = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    _DEEDS[deed](pdf)
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    encryption = pikepdf.Encryption(owner="x", user="", R=6) if locked else None
    pdf.save(made, object_stream_mode=mode, encryption=encryption)
    return made.getvalue()


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
@pytest.mark.parametrize("deed", _DEEDS)
def test_what_a_pdf_does_is_seen_in_packed_objects_as_in_plain_ones(deed: str, packed: bool) -> None:
    found = domain.document(FileKind.PDF, _written(deed, packed=packed))
    assert found is (FileKind.PDF if deed in _HONEST else Refusal.MACROS)


def test_what_cannot_be_looked_through_is_not_taken() -> None:
    assert domain.document(FileKind.PDF, _written("nothing", packed=True, locked=True)) is Refusal.LOCKED


def _plain(body: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj <<" + body + b">> endobj\ntrailer <<>>\n%%EOF\n"


_SCRIPT = b"5 0 <</S/JavaScript/JS(app.alert(1))>>"
_PACKED = zlib.compress(_SCRIPT)


def _objects(said: bytes, content: bytes, keyword: bytes = b"stream\n") -> bytes:
    return _plain(b"").replace(
        b"endobj", b"endobj 4 0 obj <<" + said + b">>\n" + keyword + content + b"\nendstream endobj"
    )


def _zip(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
        packed.comment = b"%%EOF"
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_plain(b"/OpenAction <</S/Java#53cript/#4aS(app.alert(1))>>"), Refusal.MACROS),
        (_plain(b"/OpenAction <</S/La#75nch/F(cmd.exe)>>"), Refusal.MACROS),
        (_plain(b"/X (stream\n) /OpenAction <</S/JavaScript/JS(1)>>"), Refusal.MACROS),
        (_plain(b"/Names <</EmbeddedFiles 3 0 R>>"), Refusal.MACROS),
        (_plain(b"/AA <</O <</S/URI/URI(https://example.org)>>>>"), Refusal.MACROS),
        (_plain(b"/OpenAction 9 0 R"), Refusal.MACROS),
        (b"%PDF-1.4\nhello\n" + _zip(x=b"y"), Refusal.TWO_FACED),
        (_objects(b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode", _PACKED), Refusal.MACROS),
        (_objects(b"/N 1/First 4/Filter/FlateDecode", _PACKED[:-4] + b"none"), Refusal.MACROS),
        (_objects(b"/N 1/First 4/Filter/FlateDecode", _PACKED, b"stream of objects\r\n"), Refusal.MACROS),
        (_objects(b"/Filter[/FlateDecode/FlateDecode]", zlib.compress(_PACKED)), Refusal.MACROS),
        (_objects(b"/Type/ObjStm/Filter/ASCIIHexDecode", _SCRIPT.hex().encode() + b">"), Refusal.TWO_FACED),
        (_objects(b"/Type/Obj#53tm/Filter/FlateDecode", b"what is this"), Refusal.DAMAGED),
        (_objects(b"/Type/ObjStm", zlib.compress(b"5 0 " + b" " * 70_000_000)), Refusal.BOMB),
        (_plain(b"/Title (JavaScript, /JSON)"), FileKind.PDF),
        (_objects(b"/Subtype/Image/Filter/FlateDecode", zlib.compress(b"\1" * 100_000 + _SCRIPT)), FileKind.PDF),
        (_objects(b"/Subtype/Image/Filter/FlateDecode", zlib.compress(bytes(70_000_000))), FileKind.PDF),
        (_objects(b"/Filter/FlateDecode", zlib.compress(bytes(100_000) + _SCRIPT)), Refusal.MACROS),
    ],
)
def test_a_pdf_is_searched_however_its_names_and_objects_are_written(content: bytes, why: Refusal | FileKind) -> None:
    assert domain.document(FileKind.PDF, content) is why


def _links(kind: str, target: str, *, outside: bool = True) -> bytes:
    mode = "&#x45;xternal" if outside else "Internal"
    link = f'<r:Relationship Id="a>b" Type="http://x/{kind}" TargetMode="{mode}" Target="{target}"/>'
    return f'<r:Relationships xmlns:r="http://x">{link}</r:Relationships>'.encode("utf-16")


def _document(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {"word/document.xml": b"<x/>", **members}.items():
            packed.writestr(name, content)
    return made.getvalue()


_LINKS = "word/_rels/settings.xml.rels"
_HONEST_BOMB = office("word/document.xml", content=bytes(3_000_000))
_LYING_BOMB = _HONEST_BOMB.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 1000))
_SPOKEN = struct.pack("<I", zlib.crc32(bytes(3_000_000))), struct.pack("<I", zlib.crc32(bytes(1000)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_LYING_BOMB, Refusal.DAMAGED),
        (_LYING_BOMB.replace(*_SPOKEN), Refusal.DAMAGED),
        (_HONEST_BOMB, FileKind.DOCX),
        (_document(**{"WORD/document.xml": b"<y/>"}), Refusal.TWO_FACED),
        (_document() + _document(), Refusal.TWO_FACED),
        (_document(**{_LINKS: _links("attachedTemplate", "https://example.org/a.dotm")}), Refusal.MACROS),
        (_document(**{_LINKS: _links("attachedTemplate", "\\\\host\\a.dotm")}), Refusal.MACROS),
        (_document(**{_LINKS: _links("image", "//host/a.png")}), Refusal.MACROS),
        (_document(**{_LINKS: _links("vbaProject", "harmless.bin", outside=False)}), Refusal.MACROS),
        (_document(**{_LINKS: b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}), Refusal.TWO_FACED),
        (_document(**{_LINKS: b"<x"}), Refusal.DAMAGED),
        (_document(**{_LINKS: _links("attachedTemplate", "file:///C:\\Mau\\don.dotx")}), FileKind.DOCX),
        (_document(**{_LINKS: _links("hyperlink", "https://example.org")}), FileKind.DOCX),
        (_document(**{_LINKS: _links("image", "media/a.png", outside=False)}), FileKind.DOCX),
    ],
)
def test_a_packed_document_is_unfolded_and_its_links_are_read(content: bytes, why: Refusal | FileKind) -> None:
    assert domain.document(FileKind.DOCX, content) is why


def test_a_packed_document_that_begins_as_another_file_is_not_taken() -> None:
    for head in (b"%PDF-1.4\n", b"<script>alert(1)</script>"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as packed:
            packed.writestr("a", head)
            packed.writestr("word/document.xml", "<x/>")
        assert domain.document(FileKind.DOCX, made.getvalue()) is Refusal.TWO_FACED
