"""A paper is its facts: whatever changes in them changes its checksum, and nothing else does."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from app.papers import domain
from app.papers.service import template_of
from app.papers.terms import PERSONAL, WORDS, Document, PaperFacts, PaperKind
from tests.papers import FACTS, HERE, a_paper

OTHER: dict[str, Any] = {
    "documents": (*FACTS.documents[:2], Document("Hợp đồng thuê địa điểm kinh doanh", 2, "Bản điện tử")),
    "fee_vnd": 0,
    "sets": 2,
    "reasons": (),
    "issued_at": datetime(2026, 11, 27, 8, 31, tzinfo=HERE),
}


def test_facts_come_back_from_storage_as_they_were() -> None:
    for facts in (FACTS, dataclasses.replace(FACTS, appointment_at=None, documents=(), fee_vnd=None, phone="")):
        stored = orjson.loads(orjson.dumps(domain.as_json(facts)))
        assert domain.as_facts(stored) == facts
    assert "phone" not in stored, "what is not stated changes no checksum when it is added one day"


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(PaperFacts)])
def test_every_fact_counts(name: str) -> None:
    value = getattr(FACTS, name)
    changed: dict[str, Any] = {name: OTHER.get(name, f"{value}." if isinstance(value, str) else None)}
    assert domain.is_intact(a_paper())
    assert not domain.is_intact(dataclasses.replace(a_paper(), facts=dataclasses.replace(FACTS, **changed)))


def test_bonds_stand_for_whom_it_is_about() -> None:
    bonds = {name: domain.bond_of(b"salt", value) for name, value in domain.personal_of(FACTS).items()}
    checksum = domain.checksum_of(PaperKind.RECEIPT, "1", FACTS, "receipt@1", bonds)
    paper = dataclasses.replace(a_paper(), number="1", bonds=bonds, checksum=checksum)
    nobody = dataclasses.replace(paper, facts=domain.public_of(paper.facts), whole=False)
    words = {name for name in WORDS if getattr(FACTS, name)}
    assert set(bonds) == {*PERSONAL, *words}
    assert words
    assert domain.is_intact(paper)
    assert domain.is_intact(nobody)
    assert not domain.is_intact(dataclasses.replace(nobody, bonds={**bonds, "applicant": domain.bond_of(b"salt", "x")}))


def test_kind_number_and_template_count_as_well() -> None:
    paper = a_paper()
    for other in ({"kind": PaperKind.REFUSAL}, {"number": "02-GTN-X"}, {"template": "receipt@2"}):
        assert not domain.is_intact(dataclasses.replace(paper, **other))


def test_what_was_typed_is_made_fit_for_paper() -> None:
    facts = domain.tidied(
        dataclasses.replace(
            FACTS,
            applicant=" Nguye\u0302\u0303n\u202e  Thi\u0323\x00\tHoa\n",
            requirements=("Một\r\nhai.",),
            issued_at=datetime(2026, 11, 27, 8, 30, 1, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        )
    )
    assert (facts.applicant, facts.requirements) == ("Nguyễn Thị Hoa", ("Một hai.",))
    assert facts == domain.as_facts(domain.as_json(facts)), "the same before and after storage"


def test_the_short_code_is_read_back_however_it_is_typed() -> None:
    whole = a_paper().checksum
    short = domain.short_code(whole)
    assert len(short) == 24
    for typed in (short, short.lower(), short.replace("-", " "), f" {short}\n", whole, whole.upper()):
        span = domain.checksums_beginning(typed)
        assert span is not None
        assert span[0] <= whole <= span[1]
    for typed in ("", short[:-1], short + "0", "Z" * 20, whole[:-1], "٣" * 20):
        assert domain.checksums_beginning(typed) is None


def test_words_of_a_receipt_leave_out_what_is_not_stated() -> None:
    paper = a_paper(phone="", fee_vnd=0, appointment_at=datetime(2026, 2, 3, 9, 5, tzinfo=HERE), tracking_url="")
    from_facts = {part["label"]: part for part in domain.sheet_of(paper, template_of(paper.template)).body}
    assert "Số điện thoại" not in from_facts
    assert from_facts["Phí, lệ phí"]["text"] == "không thu"
    assert from_facts["Thời gian trả kết quả giải quyết hồ sơ"]["text"] == "09 giờ 05 phút, ngày 03 tháng 02 năm 2026"
    sheet = domain.sheet_of(paper, template_of(paper.template))
    assert [one.leads_to for one in sheet.marks] == [f"https://haiduong.example.vn/verify/{paper.checksum}"]
    assert (sheet.parent, sheet.agency) == ("UBND tỉnh Hải Dương", ("Ủy ban nhân dân", "thành phố Hải Dương"))
