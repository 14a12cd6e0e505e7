"""Letters as they are filled in and kept."""

from __future__ import annotations

from datetime import date

import pytest

from app.kit.text import Lang, Text
from app.letters import domain, service
from app.letters.terms import LetterKind, Occasion

OCCASION = Occasion(
    code="H23-261120-0042",
    unit=Text("UBND phường Cẩm Thượng", "People's Committee of Cẩm Thượng"),
    seat="Hải Dương",
    category=Text("Đèn đường", "Street lamps"),
    place=Text("phường Cẩm Thượng", "Phường Cẩm Thượng"),
    received_on=date(2026, 11, 20),
    due_before=date(2026, 11, 26),
    due_on=date(2026, 12, 3),
    original_due_on=date(2026, 11, 26),
    reason="Chờ vật tư {unit}; xin lỗi ông bà.",
)
TEMPLATE = service.template_of(LetterKind.EXTENSION)
NUMBER = domain.number_of(OCCASION.code, 1)


def test_a_letter_names_report_reason_and_both_days_in_both_languages() -> None:
    sheets = domain.filled(TEMPLATE, OCCASION, number=NUMBER, on=date(2026, 11, 25))
    vi, en = sheets[Lang.VI], sheets[Lang.EN]
    assert (vi.number, vi.written) == (
        "Số: 01-TXL-H23-261120-0042",
        "Hải Dương, ngày 25 tháng 11 năm 2026",
    )
    body = " ".join(vi.paragraphs)
    for said in ("20/11/2026", "đèn đường", "26/11/2026", "03/12/2026", "xin lỗi", "phường Cẩm Thượng"):
        assert said in body
    assert OCCASION.code in vi.to
    assert "2026-12-03" in " ".join(en.paragraphs)
    assert en.agency == OCCASION.unit.en


def test_what_an_officer_writes_is_words_and_no_template() -> None:
    sheets = domain.filled(TEMPLATE, OCCASION, number=NUMBER, on=date(2026, 11, 25))
    assert OCCASION.reason in " ".join(sheets[Lang.VI].paragraphs)


def test_what_is_kept_reads_as_it_was_and_its_checksum_notices_every_change() -> None:
    sheets = domain.filled(TEMPLATE, OCCASION, number=NUMBER, on=date(2026, 11, 25))
    content, checksum = domain.frozen(sheets)
    assert domain.read(content) == sheets
    assert domain.checksum_of(content) == checksum
    assert domain.checksum_of(content.replace("03/12/2026", "04/12/2026")) != checksum


@pytest.mark.parametrize("lang", list(Lang))
def test_the_packaged_letter_has_every_part_in_every_language(lang: Lang) -> None:
    sheet = domain.filled(TEMPLATE, OCCASION, number=NUMBER, on=date(2026, 11, 25))[lang]
    assert all(sheet)
    assert "{" not in "".join([*sheet.paragraphs, sheet.subject, sheet.note]).replace("{unit}", "")
