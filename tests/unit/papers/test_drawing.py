"""Papers on paper: archival PDF of one A4 page with every word, every Vietnamese letter, and readable QR codes."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import io
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest

from app.papers import domain, service
from app.papers.domain.frozen import _NOT_IN_FONTS
from app.papers.terms import Document, Paper, PaperKind
from tests.house.code import ROOT
from tests.papers import FACTS, a_paper

DATA = ROOT / "app/papers/data"
VERSIONS = {
    "apology-1.toml": "54f0c97cd0d0a189",
    "apology-2.toml": "66ae9c41638ea010",
    "paper-1.typ": "c7c97e757a70d687",
    "receipt-1.toml": "eb43bc5aa5d5fcb8",
    "refusal-1.toml": "f5dcc589442fe2db",
    "result_cover-1.toml": "065d9a937b8b6831",
    "result_cover-2.toml": "a3eb22575e47baa0",
    "supplement_request-1.toml": "01e2304ecc977d78",
}
VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
LETTERS = "đĐ" + "".join(
    unicodedata.normalize("NFC", letter + tone) for base in VOWELS for letter in (base, base.upper()) for tone in TONES
)


def drawn(paper: Paper) -> bytes:
    return asyncio.run(service.pdf_of(paper))


def words(pdf: bytes) -> tuple[int, str]:
    """How many pages there are, and all that is written on them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
        return len(pages), " ".join("".join(pages).translate({0xFFFE: None, 0x200B: None}).split())
    finally:
        document.close()


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_says_what_it_states_on_one_page(kind: PaperKind) -> None:
    paper = a_paper(kind)
    pages, text = words(drawn(paper))
    assert pages == 1
    template = service.template_of(paper.template)
    for said in (
        *("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "UBND TỈNH HẢI DƯƠNG"),
        *("THÀNH PHỐ HẢI DƯƠNG", f"Số: {paper.number}", "Hải Dương, ngày 27 tháng 11 năm 2026", "Nơi nhận:"),
        *(template.words["title"], FACTS.applicant, FACTS.code, FACTS.officer, domain.short_code(paper.checksum)),
    ):
        assert said in text, said
    assert "{" not in text, "a word of the template was not filled in"
    stated = {
        PaperKind.RECEIPT: [one.name for one in FACTS.documents] + ["17 giờ 00 phút, ngày 02 tháng 12 năm 2026"],
        PaperKind.SUPPLEMENT_REQUEST: [*FACTS.requirements, *FACTS.reasons, "ngày 11 tháng 12 năm 2026"],
        PaperKind.REFUSAL: [*FACTS.reasons],
        PaperKind.APOLOGY: [*FACTS.reasons, "ngày 07 tháng 12 năm 2026", "xin lỗi"],
        PaperKind.RESULT_COVER: [one.name for one in FACTS.results] + ["9f9f9f9f " * 4, "3c3c3c3c " * 4],
    }
    squeezed = "".join(text.split())
    for said in stated[kind]:
        assert "".join(said.split()) in squeezed, said


@pytest.mark.parametrize("passed", [True, False])
def test_an_apology_says_that_a_date_has_passed_only_when_it_has(passed: bool) -> None:
    promised = FACTS.issued_at + timedelta(days=-3 if passed else 3)
    paper = a_paper(
        PaperKind.APOLOGY,
        appointment_at=promised,
        desk="UBND phường Cẩm Thượng",
        agency="Sở Xây dựng",
        first_appointment_at=None,
    )
    _, text = words(drawn(paper))
    assert f"Kính gửi: Ông/Bà {FACTS.applicant}" in text
    assert "UBND phường Cẩm Thượng tiếp nhận hồ sơ" in text, "whoever took the papers in, not whoever apologises"
    assert ("chưa trả được kết quả đúng thời hạn" in text) is passed
    assert ("Thời hạn trên chưa hết" in text) is not passed
    assert ("Sự chậm trễ này" in text) is passed
    assert "lần đầu" not in text, "there was one date only"
    assert "hẹn trả kết quả lần đầu" in words(drawn(a_paper(PaperKind.APOLOGY)))[1]


def test_every_letter_of_vietnamese_is_a_glyph_in_every_style() -> None:
    assert len(LETTERS) == 2 + 12 * 2 * 6
    every = "".join(chr(code) for code in range(0x20, 0x2266) if not _NOT_IN_FONTS.match(chr(code)))
    assert set(LETTERS) < set(every)
    # The agency is bold, the seat italic, the address upright; recipients are bold italic. A glyph that a font has
    # not is an error of PDF/A, so that to be drawn at all says it is there.
    _, text = words(drawn(a_paper(agency=LETTERS, seat=LETTERS, address=LETTERS, officer=LETTERS)))
    assert "".join(text.split()).count(LETTERS) == 3
    drawn(a_paper(agency=every, seat=every, address=every, officer=every))


def test_what_no_font_has_and_what_reads_like_markup_spoils_nothing() -> None:
    typed = '漢 😀 #panic("x") *đậm* _nghiêng_ $x$ \\ @a <b> [c] `d` // e'
    pages, text = words(drawn(a_paper(applicant=typed, documents=(Document("x" * 300, 1, "y" * 80),))))
    assert pages == 1
    assert '□ □ #panic("x") *đậm* _nghiêng_ $x$ \\ @a <b> [c] `d` // e' in text
    many = tuple(Document(f"Giấy tờ số {number}", 1, "Bản sao") for number in range(60))
    pages, text = words(drawn(a_paper(documents=many)))
    assert pages == 3
    assert "Giấy tờ số 59" in text


def test_the_same_facts_give_the_same_bytes_also_side_by_side() -> None:
    paper = a_paper()
    with ThreadPoolExecutor(4) as threads:
        files = set(threads.map(drawn, [paper] * 8))
    assert len(files) == 1
    assert drawn(a_paper(officer="Trần Văn An")) not in files
    assert service.tag_of(paper) == service.tag_of(dataclasses.replace(paper)) != service.tag_of(a_paper(sets=2))


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_is_an_archival_file(kind: PaperKind) -> None:
    """What of PDF/A-2a another program can see; typst itself refuses to write what breaks the standard."""
    paper = a_paper(kind)
    pdf = drawn(paper)
    assert domain.checksum_named_in(pdf) == paper.checksum
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert not file.is_encrypted
        assert not file.check_pdf_syntax()
        with file.open_metadata() as metadata:
            assert (metadata.pdfa_status, metadata["pdfuaid:part"]) == ("2A", "1")
            assert metadata["xmp:CreateDate"].startswith("2026-11-27T01:30")
        (intent,) = file.Root.OutputIntents
        assert intent.S == pikepdf.Name.GTS_PDFA1
        assert intent.DestOutputProfile.read_bytes()
        assert file.Root.MarkInfo.Marked
        assert file.Root.Lang == "vi-VN"
        assert not {"/AA", "/OpenAction", "/AcroForm"} & set(file.Root.keys())
        fonts = [one for page in file.pages for one in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())
            assert "/ToUnicode" in font


def test_what_papers_were_issued_with_never_changes() -> None:
    """Other words, or another layout, are another version: the papers that were issued keep theirs."""
    files = sorted(one for one in DATA.iterdir() if one.suffix in {".toml", ".typ"})
    assert {one.name: hashlib.sha256(one.read_bytes()).hexdigest()[:16] for one in files} == VERSIONS
