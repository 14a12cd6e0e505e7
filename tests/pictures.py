"""Files as people send them: a phone's photo with its place in it, and some that are not what they say."""

from __future__ import annotations

import io
import os
import zipfile

import pikepdf
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


WHO = "Nguyễn Văn Sợ"
DOCX_NAMES = (WHO, "Công ty Sợ", "NVS", "nguyenvanso")


def docx(**more: bytes) -> bytes:
    """A text of Word with its author's name wherever Word keeps one, and once where it was typed."""
    rels = "http://schemas.openxmlformats.org"
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    links = "".join(
        f'<Relationship Id="r{number}" Type="{rels}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            {
                "officeDocument/2006/relationships/officeDocument": "word/document.xml",
                "package/2006/relationships/metadata/core-properties": "/docProps/core1.xml",
                "officeDocument/2006/relationships/extended-properties": "docProps/app.xml",
                "officeDocument/2006/relationships/custom-properties": "docProps/custom.xml",
            }.items()
        )
    )
    template = "file:///C:\\Users\\nguyenvanso\\AppData\\Roaming\\Normal.dotm"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{rels}/package/2006/relationships">{links}</Relationships>',
        "word/document.xml": f'<w:document {w}><w:body><w:ins w:id="1" w:author="{WHO}" w:date="2026-11-01T00:00:00Z">'
        f'<w:t>Đèn hỏng, "a > b". Ký tên: w:author="x" {WHO} C:\\Users\\ai đó</w:t></w:ins></w:body></w:document>',
        "word/comments.xml": f"<w:comments {w}><w:comment w:initials='NVS' w:author='{WHO}' w:id='0'/></w:comments>",
        "word/people.xml": f'<w15:people xmlns:w15="x"><w15:person w15:author="{WHO}"/></w15:people>',
        "word/styles.xml": f"<w:styles {w}/>",
        "word/_rels/settings.xml.rels": f'<Relationships xmlns="{rels}/package/2006/relationships">'
        f'<Relationship Id="r" Type="{rels}/attachedTemplate" Target="{template}" TargetMode="External"/>'
        "</Relationships>",
        "word/media/image1.jpeg": photo(width=64, height=48),
        "docProps/core1.xml": f"<cp:coreProperties><dc:creator>{WHO}</dc:creator></cp:coreProperties>",
        "docProps/app.xml": "<Properties><Company>Công ty Sợ</Company></Properties>",
        "docProps/custom.xml": f"<Properties><property name='Người lập'>{WHO}</property></Properties>",
        **more,
    }
    return _package(parts)


def xlsx() -> bytes:
    """A sheet with the names of two who remarked on it, the folder of one, and a table with a name of its own."""
    home = "C:\\Users\\nguyenvanso\\Desktop\\"
    authors = f"<authors><author>{WHO}</author><author>{WHO} 2</author></authors>"
    person = f'<person displayName="{WHO}" id="1" userId="nguyenvanso"/>'
    return _package(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<workbook><fileSharing userName="{WHO}"/><x15ac:absPath url="{home}"/></workbook>',
            "xl/tables/table1.xml": '<table id="1" name="BangGia" displayName="BangGia"/>',
            "xl/comments1.xml": f"<comments>{authors}</comments>",
            "xl/persons/person.xml": f"<personList>{person}</personList>",
            "docProps/core.xml": f"<cp:coreProperties><dc:creator>{WHO}</dc:creator></cp:coreProperties>",
        }
    )


def _package(parts: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def a_pdf(*, packed: bool = False) -> bytes:
    """A page with a photo, and its author's name wherever a PDF file keeps one."""
    pdf, made = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    with pdf.open_metadata() as said:
        said["dc:creator"] = [WHO]
    pdf.docinfo["/Author"] = WHO
    image = pdf.make_stream(photo(width=64, height=64, turned=False))
    image.update(
        {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Filter": pikepdf.Name.DCTDecode}
        | {"/Width": 64, "/Height": 64, "/BitsPerComponent": 8, "/ColorSpace": pikepdf.Name.DeviceRGB}
    )
    page = pdf.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    page.Contents = pdf.make_stream(b"q 100 0 0 100 9 9 cm /I Do Q")
    page.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private=pikepdf.String(WHO)))
    remark = {"/Type": pikepdf.Name.Annot, "/Subtype": pikepdf.Name.Highlight, "/Rect": pikepdf.Array([0, 0, 9, 9])}
    page.Annots = pikepdf.Array([pikepdf.Dictionary({**remark, "/T": pikepdf.String(WHO)})])
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    pdf.save(made, object_stream_mode=mode)
    return made.getvalue()
