"""Vocabulary of the map: where public cases are counted, and what is asked of the counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.kit.geo import Box
from app.kit.ids import TenantId

RESOLUTIONS = range(5, 10)  # of hexagons: from 250 square kilometres down to a tenth of one


class Counted(NamedTuple):
    """A public case as it is counted on the map, at the place that everyone is told."""

    spot: int
    state: str
    category: str
    case_id: UUID
    lat: float
    lon: float
    district: str  # empty where there is none
    commune: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Public cases near each other on a tile: how many in each state that was asked for, and where they are in middle.

    `single` is code, category and state of the only one there is.
    """

    x: float
    y: float
    counts: Mapping[str, int]
    single: tuple[str, str, str] | None

    @property
    def count(self) -> int:
        """How many they are."""
        return sum(self.counts.values())


class Drawn(NamedTuple):
    """A tile's version and bytes; no bytes when that version is held already."""

    version: int
    content: bytes | None


class DensityAsked(NamedTuple):
    """Whose density of which cases; opened from the month of `since` on, until today."""

    tenant: TenantId
    since: date | None
    until: date
    area: tuple[str, str] | None
    box: Box | None
