"""Frozen records of the directory as the whole program sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.directory.terms import AreaCode, Confidence, EditionId, Share, SuccessionKind, Tier, UnitKind
from app.kit.geo import Box, Point
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the map."""

    id: EditionId
    code: str
    name: str
    name_en: str
    valid_from: date | None
    valid_to: date | None

    def in_force(self, on: date) -> bool:
        """Whether the edition is the map in force on that day."""
        return in_force(self.valid_from, self.valid_to, on)


@dataclass(frozen=True, slots=True)
class Area:
    """A province, district or commune. `parent` is None for a province; `box` None where nobody measured it."""

    edition: EditionId
    code: AreaCode
    name: str
    type_name: str
    tier: Tier
    parent: AreaCode | None
    centroid: Point
    box: Box | None
    search_name: str

    @property
    def inside(self) -> Text:
        """Its name as it stands in the middle of a sentence: `phường Cẩm Thượng`."""
        kind = self.type_name
        named = bool(kind) and self.name.startswith(kind)
        return Text(kind.lower() + self.name.removeprefix(kind) if named else self.name, self.name)


@dataclass(frozen=True, slots=True)
class AreaChain:
    """An area with all it belongs to; what lies below the area itself is None."""

    commune: Area | None
    district: Area | None
    province: Area
    codes: tuple[AreaCode, ...]
    """Codes from the area itself up to the province."""

    @property
    def area(self) -> Area:
        """The area itself: the deepest one named."""
        return self.commune or self.district or self.province

    @property
    def edition(self) -> EditionId:
        """The edition all of them belong to."""
        return self.province.edition


class Succession(NamedTuple):
    """One way from an area of an older edition to an area of a newer one."""

    from_edition: EditionId
    from_code: AreaCode
    to_edition: EditionId
    to_code: AreaCode
    kind: SuccessionKind
    share: Share


@dataclass(frozen=True, slots=True)
class Tenant:
    """A province this installation serves, on the edition of the map it works with."""

    id: TenantId
    slug: str
    name: str
    name_en: str
    province: AreaCode
    edition: EditionId
    agency_code: str
    hosts: tuple[str, ...]
    time_zone: str
    active: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisational unit. `contact` has any of phone, email, website, address."""

    tenant_id: TenantId
    id: UnitId
    code: str
    name: str
    name_en: str
    kind: UnitKind
    tier: Tier
    parent_id: UnitId | None
    area_code: AreaCode
    contact: Mapping[str, str]
    active: bool
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether the unit may be given cases on that day."""
        return self.active and in_force(self.valid_from, self.valid_to, on)


class Jurisdiction(NamedTuple):
    """Unit × area × category (None: every category), with validity dates."""

    tenant_id: TenantId
    unit_id: UnitId
    area_code: AreaCode
    category_code: str | None
    valid_from: date | None = None
    valid_to: date | None = None


class Neighbour(NamedTuple):
    """Another area that may be meant, and how far away it is in metres (to its boundary, else to its centroid)."""

    area: Area
    distance_m: float


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point is. `distance_m` is 0 inside a boundary, else metres to the boundary or the centroid chosen."""

    chain: AreaChain
    confidence: Confidence
    distance_m: float = 0.0
    neighbours: tuple[Neighbour, ...] = ()


def in_force(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Whether the day lies between both dates, which belong to the time themselves; None is open."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def root_of(units: Iterable[Unit]) -> Unit | None:
    """The unit of a tenant that stands above all others; None: there is none."""
    return next((unit for unit in units if unit.parent_id is None), None)
