"""Tables of the directory. Areas and editions are shared by all tenants and have natural keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of

from .terms import Share, SuccessionKind, Tier, UnitKind


class MapEdition(Base):
    """One state of the administrative map; `source` says which data it was loaded from."""

    __tablename__ = "map_editions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str]


class Area(Base):
    """A province, district or commune of one edition, with its centroid and box in degrees WGS 84."""

    __tablename__ = "areas"
    __table_args__ = (
        ForeignKeyConstraint(["edition_id", "parent_code"], ["areas.edition_id", "areas.code"]),
        one_of("tier", Tier),
        Index("ix_areas_parent", "edition_id", "parent_code"),
    )

    edition_id: Mapped[int] = mapped_column(ForeignKey("map_editions.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    tier: Mapped[str]
    name: Mapped[str]
    type_name: Mapped[str]
    parent_code: Mapped[str | None]
    lat: Mapped[float]
    lon: Mapped[float]
    south: Mapped[float | None]
    west: Mapped[float | None]
    north: Mapped[float | None]
    east: Mapped[float | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    search_name: Mapped[str]


class AreaSuccession(Base):
    """What became of an old area; several rows when it was divided."""

    __tablename__ = "area_successions"
    __table_args__ = (
        ForeignKeyConstraint(["from_edition_id", "from_code"], ["areas.edition_id", "areas.code"]),
        ForeignKeyConstraint(["to_edition_id", "to_code"], ["areas.edition_id", "areas.code"]),
        one_of("kind", SuccessionKind),
        one_of("share", Share),
        Index("ix_area_successions_to", "to_edition_id", "to_code"),
    )

    from_edition_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_code: Mapped[str] = mapped_column(primary_key=True)
    to_edition_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    share: Mapped[str]


class BoundarySet(Base):
    """Boundaries of one imported file. Of all active sets of an edition, the newest gives an area's boundary."""

    __tablename__ = "boundary_sets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("map_editions.id"))
    name: Mapped[str]
    imported_at: Mapped[datetime]
    active: Mapped[bool]


class AreaBoundary(Base):
    """Boundary of one area: a valid multipolygon in WKB, longitude before latitude, whole 10⁻⁷ degrees."""

    __tablename__ = "area_boundaries"

    boundary_set_id: Mapped[UUID] = mapped_column(ForeignKey("boundary_sets.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    wkb: Mapped[bytes] = mapped_column(LargeBinary)


class Tenant(Base):
    """A province that this installation serves."""

    __tablename__ = "tenants"
    __table_args__ = (ForeignKeyConstraint(["edition_id", "province_code"], ["areas.edition_id", "areas.code"]),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    province_code: Mapped[str]
    edition_id: Mapped[int]
    agency_code: Mapped[str] = mapped_column(unique=True)
    hosts: Mapped[list[Any]]
    time_zone: Mapped[str]
    active: Mapped[bool]


class Unit(TenantRow, Base):
    """A body that can hold a case."""

    __tablename__ = "units"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["units.tenant_id", "units.id"]),
        UniqueConstraint("tenant_id", "code"),
        one_of("kind", UnitKind),
        one_of("tier", Tier),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]
    tier: Mapped[str]
    parent_id: Mapped[UUID | None]
    area_code: Mapped[str]
    contact: Mapped[dict[str, Any]]
    active: Mapped[bool]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Jurisdiction(TenantRow, Base):
    """One unit answers for one area with its subtree, in one category with its subtree; null: in every category."""

    __tablename__ = "jurisdictions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"], ondelete="CASCADE"),
        UniqueConstraint(
            "tenant_id",
            "unit_id",
            "area_code",
            "category_code",
            "valid_from",
            name="uq_jurisdictions_unit_area_category",  # the convention's name would be longer than 63 letters
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(text("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from"), name="validity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    area_code: Mapped[str]
    category_code: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
