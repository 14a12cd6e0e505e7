"""What people type and scan: references that betray mistakes, and the text of a VietQR picture."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from app.kit.ids import TenantId
from app.payments.domain import make_reference, read_reference, references_in, vietqr
from app.payments.domain.references import ALPHABET, LENGTH, MOST_TENANTS
from app.payments.domain.vietqr import checksum
from app.payments.terms import BankAccount


def references(count: int = 40) -> list[str]:
    chance = random.Random(20261127)
    return [make_reference(TenantId(number * 7 % MOST_TENANTS), chance.randrange) for number in range(count)]


def test_any_wrong_character_and_any_two_that_changed_places_are_noticed() -> None:
    for reference in references():
        assert len(reference) == LENGTH
        for at in range(2, LENGTH):
            for other in ALPHABET:
                changed = reference[:at] + other + reference[at + 1 :]
                assert read_reference(changed) == (reference if other == reference[at] else None)
            for later in range(at + 1, LENGTH):
                marks = list(reference)
                marks[at], marks[later] = marks[later], marks[at]
                swapped = "".join(marks)
                assert (read_reference(swapped) is not None) == (swapped == reference)


@pytest.mark.parametrize(
    "text",
    ["{}", "MBVCB.5512.{}.CT tu 0123 NGUYEN VAN A", "nop phi {} ho so H23", "{}-CHUYEN TIEN", "QR - {}", "9{}9"],
)
def test_a_reference_is_found_in_what_banks_make_of_it(text: str) -> None:
    for reference in references():
        spaced = f"{reference[:4].lower()} {reference[4:8]}-{reference[8:]}"
        assert reference in references_in(text.format(reference))
        assert reference in references_in(text.format(spaced))
        assert read_reference(spaced) == reference


def test_tenants_have_references_of_their_own_and_one_without_a_place_is_refused() -> None:
    chance = random.Random(1)
    heads = {make_reference(TenantId(number), chance.randrange)[:4] for number in range(MOST_TENANTS)}
    assert len(heads) == MOST_TENANTS
    with pytest.raises(ValueError, match="no place"):
        make_reference(TenantId(MOST_TENANTS), chance.randrange)


def test_the_checksum_is_that_of_the_standard_and_of_napas_own_example() -> None:
    assert checksum(b"123456789") == 0x29B1
    example = (
        "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
        "62340107NPS68690819thanh toan don hang6304"
    )
    assert checksum(example.encode()) == 0x2E2E


def test_a_picture_says_bank_account_amount_and_reference() -> None:
    made = vietqr(BankAccount("970403", "0011012345678", "Kho bạc"), Decimal(180000), "TT23456789AB")
    head = "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    assert made == f"{head}62160812TT23456789AB6304{made[-4:]}"
    assert checksum(made[:-4].encode()) == int(made[-4:], 16)
    for number in ("", "số 1", "9" * 100):
        with pytest.raises(ValueError, match="cannot hold"):
            vietqr(BankAccount("970403", number, "Kho bạc"), Decimal(1), "TT23456789AB")
