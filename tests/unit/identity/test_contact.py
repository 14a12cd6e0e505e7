"""Contact details as people write them, stored in one form."""

from __future__ import annotations

import pytest

from app.identity.domain import checked_identity, email_address
from app.identity.errors import InvalidContact
from app.identity.terms import ReporterIdentity
from app.kit.phones import phone_as_written, phone_e164


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0912345678", "+84912345678"),
        ("0912 345 678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("(091) 234-5678", "+84912345678"),
        ("+84912345678", "+84912345678"),
        ("+84 (0) 912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("0084 912 345 678", "+84912345678"),
        ("0849 123 456", "+84849123456"),
        ("０９１２３４５６７８", "+84912345678"),
        ("0220 3 853 155", "+842203853155"),
        ("024 3825 3536", "+842438253536"),
        ("+61 412 345 678", "+61412345678"),
        ("001 415 555 2671", "+14155552671"),
    ],
)
def test_a_phone_is_stored_as_e164(typed: str, stored: str) -> None:
    assert phone_e164(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "113",
        "1900 1022",
        "091234567",
        "09123456789",
        "0112345678",
        "0412345678",
        "912345678",
        "+84 112345678",
        "+849123456780",
        "+0912345678",
        "++84912345678",
        "0912345678" + " " * 40,
        "0912345678; DROP",
        "09१2345678",
        "\ud8000912345678",
    ],
)
def test_what_cannot_be_a_phone_is_refused(typed: str) -> None:
    assert phone_e164(typed) is None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" hoa.nguyen@Example.VN ", "hoa.nguyen@example.vn"),
        ("Hoa+tag@mail.haiduong.gov.vn", "Hoa+tag@mail.haiduong.gov.vn"),
    ],
)
def test_an_email_keeps_its_local_part_and_lowers_its_domain(typed: str, stored: str) -> None:
    assert email_address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "a@b",
        "@example.vn",
        "a@@example.vn",
        "a b@example.vn",
        "a..b@example.vn",
        "a@-x.vn",
        "a@x.vn\r\nBcc: b",
        "a" * 65 + "@example.vn",
        "a@" + "b" * 250 + ".vn",
        "a@example.v",
        "a@exa mple.vn",
        "a\x00@example.vn",
    ],
)
def test_what_cannot_be_an_email_is_refused(typed: str) -> None:
    assert email_address(typed) is None


def test_every_wrong_detail_is_pointed_at_at_once() -> None:
    with pytest.raises(InvalidContact) as raised:
        checked_identity("x" * 121, "12", "nobody", pointer="/reporter")
    errors = raised.value.extensions["errors"]
    assert isinstance(errors, list)
    assert [error["pointer"] for error in errors] == ["/reporter/name", "/reporter/phone", "/reporter/email"]


def test_empty_details_are_nobody() -> None:
    assert not checked_identity("  ", "", None)
    assert checked_identity(None, None, None) == ReporterIdentity()


def test_details_are_tidied() -> None:
    identity = checked_identity(" Nguyễn   Thị Hoa ", "0912 345 678", None)
    assert identity == ReporterIdentity("Nguyễn Thị Hoa", "+84912345678", None)


def test_an_identity_does_not_show_in_a_log() -> None:
    assert "Hoa" not in repr(ReporterIdentity("Hoa", "+84912345678", "hoa@example.vn"))
    assert "912" not in repr(ReporterIdentity("Hoa", "+84912345678", "hoa@example.vn"))


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842203853155", "0220 3853 155"),
        ("+842438253536", "024 3825 3536"),
        ("+33612345678", "+33612345678"),
        ("+8412", "+8412"),
        ("", ""),
    ],
)
def test_a_number_is_shown_as_people_here_write_it(stored: str, shown: str) -> None:
    assert phone_as_written(stored) == shown
