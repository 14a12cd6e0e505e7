"""References: what people type into a transfer's text, and how they are found again in what banks make of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from app.kit.ids import TenantId

# 30 letters and digits that nobody takes for another: no 0 and O, 1, I and L, U and V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "TT"  # thanh toán
TENANT_MARKS, CHANCE_MARKS = 2, 7
LENGTH = len(PREFIX) + TENANT_MARKS + CHANCE_MARKS + 1
MOST_TENANTS = len(ALPHABET) ** TENANT_MARKS
_MODULUS = 31  # a prime above 30: see _weighed
_WEIGHTS = tuple(pow(3, place, _MODULUS) for place in range(LENGTH - len(PREFIX)))
_SHAPE = re.compile(f"(?=({PREFIX}[{ALPHABET}]{{{LENGTH - len(PREFIX)}}}))")


def make_reference(tenant_id: TenantId, chance: Callable[[int], int]) -> str:
    """A reference of the tenant; `chance(n)` gives a number from 0 up to n, without n.

    It holds the tenant's number, so that what is unique within each tenant is so in the installation.
    Raises: ValueError for a tenant whose number does not fit.
    """
    if not 0 <= tenant_id < MOST_TENANTS:
        message = f"tenant {tenant_id} has no place in a reference"
        raise ValueError(message)
    of_tenant = [tenant_id // len(ALPHABET), tenant_id % len(ALPHABET)]
    while True:
        marks = of_tenant + [chance(len(ALPHABET)) for _ in range(CHANCE_MARKS)]
        # The check character is what makes the sum a multiple of 31; one in 31 would need a 31st character: draw again.
        check = -_weighed(marks) * pow(_WEIGHTS[-1], -1, _MODULUS) % _MODULUS
        if check < len(ALPHABET):
            return PREFIX + "".join(ALPHABET[mark] for mark in (*marks, check))


def read_reference(typed: str) -> str | None:
    """The reference that somebody has typed, in small letters or in groups, too; None when there is a mistake in it."""
    plain = re.sub(r"[\s.\-]", "", typed).upper()
    return plain if len(plain) == LENGTH and plain in references_in(plain) else None


def references_in(text: str) -> list[str]:
    """References in the text of a transfer, in their order, each once.

    Banks add words of their own on both sides, drop spaces and put others in: only letters and digits count.
    """
    return list(dict.fromkeys(_found(re.sub(r"[^0-9A-Z]", "", text.upper()))))


def _found(plain: str) -> Iterator[str]:
    for match in _SHAPE.finditer(plain):
        marks = [ALPHABET.index(mark) for mark in match.group(1)[len(PREFIX) :]]
        if _weighed(marks) % _MODULUS == 0:
            yield match.group(1)


def _weighed(marks: list[int]) -> int:
    """Sum of the marks, each times a weight of its own place.

    Weights are different and not 0 modulo the prime, marks differ by less than it: so any one wrong character, and any
    two that changed places, change the sum.
    """
    return sum(weight * mark for weight, mark in zip(_WEIGHTS, marks, strict=False))
