"""Wire shapes of the directory, v1."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from app.kit.geo import Box
from app.kit.text import Lang
from app.web.fields import WireIn

from .snapshot import Area, AreaChain, AreaMap, Directory, Located, Succession, Tenant, Unit
from .terms import Confidence, Share, SuccessionKind, Tier, UnitKind

Bounds = Annotated[
    tuple[float, float, float, float],
    Field(description="west, south, east, north in degrees, as GeoJSON's bbox", examples=[[106.3, 20.9, 106.4, 21.0]]),
]


class AreaRefOut(BaseModel):
    """An area named in another answer."""

    code: str = Field(examples=["10507"])
    name: str = Field(examples=["Phường Cẩm Thượng"])
    tier: Tier

    @classmethod
    def of(cls, area: Area) -> AreaRefOut:
        """`area` by code and name."""
        return cls(code=area.code, name=area.name, tier=area.tier)


class AreaOut(AreaRefOut):
    """An area as one line of a list."""

    type: str = Field(description="Loại đơn vị hành chính", examples=["Phường"])
    parent_code: str | None = Field(examples=["288"])
    edition: str = Field(description="Map edition the area belongs to", examples=["vn-63"])

    @classmethod
    def line(cls, area: Area, edition: str) -> AreaOut:
        """`area` of the edition called `edition`."""
        return cls(
            code=area.code,
            name=area.name,
            tier=area.tier,
            type=area.type_name,
            parent_code=area.parent,
            edition=edition,
        )


class AreaPageOut(BaseModel):
    """A page of areas, by code."""

    items: list[AreaOut]
    next_cursor: str | None


class PlaceOut(BaseModel):
    """An area with all it belongs to; on the map of 34 provinces there is no district."""

    commune: AreaRefOut | None
    district: AreaRefOut | None
    province: AreaRefOut

    @classmethod
    def of(cls, chain: AreaChain) -> PlaceOut:
        """`chain`, each tier by code and name."""
        return cls(
            commune=AreaRefOut.of(chain.commune) if chain.commune else None,
            district=AreaRefOut.of(chain.district) if chain.district else None,
            province=AreaRefOut.of(chain.province),
        )


class PointOut(BaseModel):
    """A point, WGS 84 degrees."""

    lat: float
    lon: float


class SuccessionOut(BaseModel):
    """An area of another edition that shares ground with this one."""

    edition: str = Field(examples=["vn-34"])
    code: str
    name: str
    tier: Tier
    kind: SuccessionKind = Field(description="How the older area went over into the newer one")
    share: Share = Field(description="How much of the older area")


class AreaDetailOut(AreaOut):
    """One area: where it is, what it belongs to, what it was and became."""

    chain: PlaceOut
    children_count: int
    centroid: PointOut
    bbox: Bounds | None
    has_boundary: bool = Field(description="Whether a boundary is loaded; without one places are approximate")
    predecessors: list[SuccessionOut]
    successors: list[SuccessionOut]

    @classmethod
    def read(cls, directory: Directory, own: AreaMap, area: Area) -> AreaDetailOut:
        """All about `area` of the map `own`."""
        return cls(
            **AreaOut.line(area, own.edition.code).model_dump(),
            chain=PlaceOut.of(own.chain(area.code)),
            children_count=len(own.children(area.code)),
            centroid=PointOut(lat=area.centroid.lat, lon=area.centroid.lon),
            bbox=_bounds(area.box) if area.box else None,
            has_boundary=own.boundaries is not None and area.code in own.boundaries.codes,
            predecessors=[_older(directory, way) for way in own.predecessors(area.code)],
            successors=[_newer(directory, way) for way in own.successors(area.code)],
        )


def _bounds(box: Box) -> tuple[float, float, float, float]:
    """West, south, east, north, to a tenth of a metre."""
    return round(box.west, 6), round(box.south, 6), round(box.east, 6), round(box.north, 6)


def _older(directory: Directory, way: Succession) -> SuccessionOut:
    return _succession(directory.map(way.from_edition), way.from_code, way)


def _newer(directory: Directory, way: Succession) -> SuccessionOut:
    return _succession(directory.map(way.to_edition), way.to_code, way)


def _succession(other: AreaMap, code: str, way: Succession) -> SuccessionOut:
    area = other.area(code)
    return SuccessionOut(
        edition=other.edition.code, code=code, name=area.name, tier=area.tier, kind=way.kind, share=way.share
    )


class NeighbourOut(AreaRefOut):
    """Another area that may be meant."""

    distance_m: float = Field(description="Metres to its boundary, else to its centre")


class TenantOut(BaseModel):
    """A province that this installation serves."""

    slug: str = Field(examples=["haiduong"])
    name: str = Field(examples=["Tỉnh Hải Dương"])

    @classmethod
    def of(cls, tenant: Tenant, lang: Lang) -> TenantOut:
        """`tenant` in `lang`."""
        return cls(slug=tenant.slug, name=tenant.name if lang is Lang.VI else tenant.name_en)


class LocatedOut(BaseModel):
    """Where a point is, and how sure that is."""

    area: PlaceOut
    edition: str = Field(examples=["vn-63"])
    confidence: Confidence = Field(
        description="`exact`: inside the boundary; `border`: a neighbour may be meant; `approximate`: by the nearest "
        "centre, let the sender choose among the area and its neighbours"
    )
    distance_m: float = Field(description="0 inside a boundary, else metres to the boundary or the centre chosen")
    neighbours: list[NeighbourOut]
    tenant: TenantOut | None = Field(description="The province that takes reports here; null when none does")

    @classmethod
    def of(cls, directory: Directory, located: Located, lang: Lang) -> LocatedOut:
        """`located`, with the tenant that holds it."""
        province = located.chain.province
        tenant = directory.tenant_of_province(province.edition, province.code)
        return cls(
            area=PlaceOut.of(located.chain),
            edition=directory.map(province.edition).edition.code,
            confidence=located.confidence,
            distance_m=located.distance_m,
            neighbours=[
                NeighbourOut(code=area.code, name=area.name, tier=area.tier, distance_m=distance)
                for area, distance in located.neighbours
            ],
            tenant=TenantOut.of(tenant, lang) if tenant else None,
        )


class ContactOut(BaseModel):
    """How to reach a unit otherwise."""

    phone: str | None = None
    email: str | None = None
    website: str | None = None
    address: str | None = None


class ContactIn(WireIn):
    """How to reach a unit; what is left out there is none of."""

    phone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)] | None = Field(
        None,
        description="Hộp thư nhận nhắc việc. The mail box that reminders go to.",
        examples=["pckhaiduong@example.vn"],
    )
    website: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] | None = None
    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] | None = None


class UnitOut(BaseModel):
    """A body that receives reports."""

    code: str = Field(examples=["H23.21.01"])
    name: str = Field(examples=["UBND phường Cẩm Thượng"])
    kind: UnitKind
    tier: Tier
    parent_code: str | None = Field(examples=["H23.21"])
    area: AreaRefOut
    contact: ContactOut

    @classmethod
    def read(cls, directory: Directory, unit: Unit, lang: Lang) -> UnitOut:
        """`unit` in `lang`."""
        above = directory.parent(unit.tenant_id, unit.id)
        edition = directory.tenant(unit.tenant_id).edition
        return cls(
            code=unit.code,
            name=unit.name if lang is Lang.VI else unit.name_en,
            kind=unit.kind,
            tier=unit.tier,
            parent_code=above.code if above else None,
            area=AreaRefOut.of(directory.area(edition, unit.area_code)),
            contact=ContactOut.model_validate(dict(unit.contact)),
        )


class UnitPageOut(BaseModel):
    """A page of units, by code."""

    items: list[UnitOut]
    next_cursor: str | None
