"""Reporters' identities, and the keys they are sealed with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.kit.ids import ReportId, UnitId


class KeyStanding(StrEnum):
    """What a database says to a key."""

    KNOWN = "known"  # it was begun with this one
    UNCLAIMED = "unclaimed"  # it has none yet, and nothing in it speaks against this one
    OTHER = "other"  # it was begun with another one


class Seals(NamedTuple):
    """How many identities, or papers, one key of the vault has sealed; `key` None: as before 2026-11-26."""

    key: str | None
    identities: int
    here: bool  # whether the key is
    newest: bool  # whether it seals what comes in today


class Reading(NamedTuple):
    """One opening of a reporter's identity. `unit_id` None: the program itself, to send a notice."""

    report_id: ReportId
    unit_id: UnitId | None
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReporterIdentity:
    """Who handed in a report. `phone` is E.164, `identity_number` 9 or 12 digits. Nothing of it shows in a log."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    identity_number: str | None = field(default=None, repr=False)
    home_address: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.name or self.phone or self.email or self.identity_number or self.home_address)
