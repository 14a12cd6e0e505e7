"""Vocabulary of publication: what was masked, what the public sees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Personal(StrEnum):
    """A kind of personal data."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    EMAIL = "email"
    PLATE = "plate"
    BANK_ACCOUNT = "bank_account"
    NUMBER = "number"  # a run of digits too long to be anything but an account of some kind
    NAME = "name"
    HOUSE = "house"
    BIRTH = "birth"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data as it stood in the text; lives in memory only."""

    kind: Personal
    found: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text in which personal data is masked, and what was found in it, in the order of the text per pass."""

    text: str
    findings: tuple[Finding, ...]
