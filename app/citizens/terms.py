"""Vocabulary of citizens signing in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a code: the phone (E.164), the address, and the account of the device, if it has one."""

    phone: str = field(repr=False)
    address: str
    device: str | None


class Allowances(NamedTuple):
    """How many codes are sent within an hour."""

    phone: int
    address: int
