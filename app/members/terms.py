"""Vocabulary of administering members."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from app.identity.terms import Member, NewLink
from app.kit.ids import UnitId


class HandOver(StrEnum):
    """How a link reaches whom it is for."""

    MAIL = "mail"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Reach:
    """What an administrator administers: these units, or the whole province with None."""

    units: frozenset[UnitId] | None

    def holds(self, unit_id: UnitId) -> bool:
        """Whether the unit is within it."""
        return self.units is None or unit_id in self.units


class Seen(NamedTuple):
    """A member as an administrator sees it: memberships within the reach, and what may be done."""

    member: Member
    may_reset: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """A member with the link that was made. `address` is what to hand over; None when it was mailed."""

    member: Seen
    link: NewLink
    address: str | None = field(repr=False)
