"""VietQR: what a banking app reads off a picture to fill in a transfer (NAPAS on EMVCo's merchant-presented QR).

Every field is a tag of two digits, a length of two digits, and its value; the last is a checksum of all before.
"""

from __future__ import annotations

from decimal import Decimal

from app.payments.terms import CURRENCY, BankAccount

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_DONG = "704"  # ISO 4217
_COUNTRY = "VN"
_DYNAMIC = "12"  # made for one payment
_MOST_VALUE = 99


def vietqr(account: BankAccount, amount: Decimal, reference: str) -> str:
    """The text of the picture for one transfer of `amount` whole đồng with `reference` as its text."""
    to = _field("00", account.bin) + _field("01", account.number)
    fields = (
        _field("00", "01"),
        _field("01", _DYNAMIC),
        _field("38", _field("00", _NAPAS) + _field("01", to) + _field("02", _TO_ACCOUNT)),
        _field("53", _DONG),
        _field("54", f"{amount:.0f}"),
        _field("58", _COUNTRY),
        _field("62", _field("08", reference)),
    )
    assert CURRENCY == "VND"
    unchecked = "".join(fields) + "6304"
    return f"{unchecked}{checksum(unchecked.encode('ascii')):04X}"


def checksum(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, begun with 0xFFFF, nothing reflected."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _field(tag: str, value: str) -> str:
    """Raises: ValueError for a value whose length two digits cannot tell."""
    if not 0 < len(value) <= _MOST_VALUE or not value.isascii():
        message = f"tag {tag} cannot hold {value!r}"
        raise ValueError(message)
    return f"{tag}{len(value):02}{value}"
