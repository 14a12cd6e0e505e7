"""The tables of publication: what the public sees of a case, and of its pictures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of

from .terms import PhotoChoice

_SHOWN = text("published")


def _feed(name: str, *columns: str, where: str = "published") -> Index:
    """An index that holds the newest changes of a filter's value first, so that a page is one short index range."""
    return Index(
        f"ix_publications_{name}", "tenant_id", *columns, "updated_at", "case_id", postgresql_where=text(where)
    )


class Publication(TenantRow, Base):
    """What the public may see of a case, as bytes ready to serve, with the columns lists are filtered by.

    A case taken back leaves its row as a tombstone: no content, and a line that says only that it is gone. `updated_at`
    is when the public's view last changed, `revision` how often it did; both are of the publication, not of the case.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        _feed("feed"),
        _feed("district", "area_district"),
        _feed("commune", "area_commune"),
        _feed("category", "category_code"),
        _feed("group", "group_code"),
        _feed("state", "state"),
        _feed("overdue", where="published AND overdue"),
        _feed("withdrawn", where="NOT published"),
        # Without the tenant: provinces do not overlap, and a GiST index of a number needs an extension.
        Index(
            "ix_publications_place",
            text("point(lon, lat)"),
            postgresql_using="gist",
            postgresql_where=text("published AND lon IS NOT NULL"),
        ),
        # What goes on somewhere stays a small part of what ever went on there, however old the archive gets.
        Index(
            "ix_publications_open_place",
            text("point(lon, lat)"),
            postgresql_using="gist",
            postgresql_where=text("published AND lon IS NOT NULL AND state NOT IN ('resolved', 'closed')"),
        ),
        Index("ix_publications_terms", "terms", postgresql_using="gin", postgresql_where=_SHOWN),
        Index(
            "ix_publications_unindexed", "tenant_id", "case_id", postgresql_where=text("published AND terms IS NULL")
        ),
        Index(
            "ix_publications_unplaced",
            "tenant_id",
            "case_id",
            postgresql_where=text("placed IS DISTINCT FROM revision"),
        ),
        Index("ix_publications_spot", "tenant_id", "spot", postgresql_where=text("spot IS NOT NULL")),
        Index(
            "ix_publications_uncounted",
            "tenant_id",
            "case_id",
            postgresql_where=text("published AND lon IS NOT NULL AND spot IS NULL"),
        ),
        Index(
            "ix_publications_untallied",
            "tenant_id",
            "case_id",
            postgresql_where=text("published AND tallied IS NULL"),
        ),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    published: Mapped[bool]
    case_version: Mapped[int]
    revision: Mapped[int]
    digest: Mapped[str]
    etag: Mapped[str]

    state: Mapped[str]
    category_code: Mapped[str]
    group_code: Mapped[str]
    area_province: Mapped[str]
    area_district: Mapped[str | None]
    area_commune: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    # Where it is counted on the map (`domain.mercator`); null without a place, and until a backfill has come by.
    spot: Mapped[int | None] = mapped_column(BigInteger)
    # The units it counts for in figures; null while it counts for none, and until a backfill has come by.
    tallied: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()))
    updated_at: Mapped[datetime]
    overdue: Mapped[bool]

    search_text: Mapped[str]
    terms: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))  # of the words; null until a backfill has come by
    body: Mapped[bytes] = mapped_column(LargeBinary)
    line: Mapped[bytes] = mapped_column(LargeBinary)
    feature: Mapped[bytes | None] = mapped_column(LargeBinary)
    photos: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))  # copies among it
    placed: Mapped[int | None]  # the revision that the portals of units show; another one: an earlier release wrote it


class UnitPublication(TenantRow, Base):
    """A publication as one unit's portal shows it: of the unit responsible, and of every unit above that one.

    A case that was taken back, or that went to a unit elsewhere, leaves its row as a tombstone: no longer `shown`.
    """

    __tablename__ = "unit_publications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["publications.tenant_id", "publications.case_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        *(
            Index(
                f"ix_unit_publications_{name}",
                "tenant_id",
                "unit_id",
                "updated_at",
                "case_id",
                postgresql_where=text(where),
            )
            for name, where in (("shown", "shown"), ("gone", "NOT shown"))
        ),
        Index(
            "ix_unit_publications_day",
            "tenant_id",
            "unit_id",
            "opened_on",
            "case_id",
            postgresql_where=text("shown"),
        ),
        Index("ix_unit_publications_days", "tenant_id", "unit_id", "opened_on", postgresql_where=text("shown")),
        Index(
            "ix_unit_publications_open", "tenant_id", "unit_id", "is_open", "overdue", postgresql_where=text("shown")
        ),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    opened_on: Mapped[date]  # where the province is
    shown: Mapped[bool]
    revision: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))  # of the line in canonical form (RFC 8785); empty when gone
    is_open: Mapped[bool]
    overdue: Mapped[bool]
    updated_at: Mapped[datetime]


class PortalDayRow(TenantRow, Base):
    """The digest of the cases that a portal shows and that were opened on one day, as the worker has made it.

    Whatever changes such a case counts `changes` up in its own statement. The digest holds while it is `kept` for that
    number; else it is made when somebody asks.
    """

    __tablename__ = "portal_days"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        Index(
            "ix_portal_days_changed",
            "tenant_id",
            "opened_on",
            postgresql_where=text("kept IS DISTINCT FROM changes"),
        ),
    )

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    opened_on: Mapped[date] = mapped_column(primary_key=True)
    changes: Mapped[int]
    kept: Mapped[int | None]
    cases: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))


class PublicPhoto(TenantRow, Base):
    """What was decided about a picture, with the copy that was made of it for everyone, if one was.

    The next decision ends it and makes a row of its own, so that an address never shows another picture. A copy is
    fetched while it has not ended and stands in its case's publication.
    """

    __tablename__ = "public_photos"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        one_of("choice", PhotoChoice),
        CheckConstraint("(choice = 'withhold') = (sha256 IS NULL)", name="copy"),
        Index(
            "uq_public_photos_standing",
            "tenant_id",
            "case_id",
            "upload_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_public_photos_ended",
            "tenant_id",
            "id",
            postgresql_where=text("ended_at IS NOT NULL AND dropped_at IS NULL AND sha256 IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    case_version: Mapped[int]  # of the case once it was decided
    upload_id: Mapped[UUID]
    place: Mapped[int]
    choice: Mapped[str]
    patches: Mapped[list[Any]]  # of x, y, width and height in hundredths
    alt: Mapped[str | None]
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[bytes | None]
    thumbnail_sha256: Mapped[bytes | None]
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]  # when the copy was removed from the disk


class ByState:
    """How many cases are in each state."""

    received: Mapped[int]
    assigned: Mapped[int]
    in_progress: Mapped[int]
    awaiting_reporter: Mapped[int]
    awaiting_approval: Mapped[int]
    resolved: Mapped[int]
    closed: Mapped[int]


class MapCell(ByState, TenantRow, Base):
    """How many public cases lie in a square of the map, by state: of one category, or of all where it is empty.

    Written in the transaction of the publications it counts, by whoever holds the consumer's cursor, so that no two
    write at once. `x` and `y` are sums of their spots' columns and rows; `version` grows with every change, and a row
    whose last case has gone stays, so that it never begins again.
    """

    __tablename__ = "map_cells"

    depth: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    x: Mapped[int] = mapped_column(BigInteger)
    y: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)


class DensityCell(TenantRow, Base):
    """How many public cases lie in a hexagon (H3) and an area, of those opened in a period; written as map cells are.

    A period is a month (202611), a year (2026) or all time (0).
    """

    __tablename__ = "density_cells"

    resolution: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    area_district: Mapped[str] = mapped_column(primary_key=True)
    area_commune: Mapped[str] = mapped_column(primary_key=True)
    cases: Mapped[int]


class FigureCell(ByState, TenantRow, Base):
    """How many public cases a unit's portal shows, by state: of a category, of a period, of an area; as map cells are.

    No category is every one, period 0 all time, `*` every commune, or with the district every area. `overdue` counts
    those that are open. Cases without a place are among them.
    """

    __tablename__ = "figure_cells"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),)

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    area_district: Mapped[str] = mapped_column(primary_key=True)
    area_commune: Mapped[str] = mapped_column(primary_key=True)
    overdue: Mapped[int]
