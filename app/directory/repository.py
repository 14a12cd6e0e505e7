"""Statements of the directory but the seed's: one load of everything, and the sets of boundaries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from sys import intern
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.work import Work
from app.kit.geo import Box, Point
from app.kit.ids import TenantId, UnitId

from .models import (
    Area as AreaRow,
    AreaBoundary,
    AreaSuccession,
    BoundarySet,
    Jurisdiction as JurisdictionRow,
    MapEdition,
    Tenant as TenantRecord,
    Unit as UnitRow,
)
from .snapshot import (
    Area,
    AreaMap,
    Boundaries,
    Directory,
    Edition,
    Jurisdiction,
    Succession,
    Tenant,
    Unit,
)
from .terms import AreaCode, EditionId, Share, SuccessionKind, Tier, UnitKind


@dataclass(slots=True)
class DirectoryLoader:
    """Reads the whole directory; boundaries only when the active sets have changed since the last time.

    Seven statements, no lock: editions, areas by code, successions, tenants, units, jurisdictions, active sets; an
    eighth with the boundaries themselves. Maps are built in a thread, so that requests go on meanwhile. Areas and
    successions are read by the thousand: what is read and let go in between would leave holes that memory never fills.
    """

    default_tenant: str
    locates: bool = True  # a process that places nothing needs no boundaries
    _built: dict[EditionId, tuple[tuple[UUID, ...], Boundaries]] = field(default_factory=dict)

    async def __call__(self, session: AsyncSession) -> Directory:
        """The directory as this transaction sees it."""
        editions = (await session.scalars(select(MapEdition).order_by(MapEdition.id))).all()
        areas = [_area(*row) async for row in _by_the_thousand(session, select(*_AREA_COLUMNS).order_by(AreaRow.code))]
        ways = [_succession(*row) async for row in _by_the_thousand(session, select(*_WAY_COLUMNS))]
        tenants = (await session.scalars(select(TenantRecord))).all()
        units = (await session.scalars(select(UnitRow))).all()
        jurisdictions = (await session.execute(select(*_JURISDICTION_COLUMNS))).all()
        boundaries = await self._boundaries(session) if self.locates else {}
        return await asyncio.to_thread(
            _build,
            [_edition(row) for row in editions],
            areas,
            ways,
            [_tenant(row) for row in tenants],
            [_unit(row) for row in units],
            [_jurisdiction(*row) for row in jurisdictions],
            boundaries,
            self.default_tenant,
            self.locates,
        )

    async def _boundaries(self, session: AsyncSession) -> dict[EditionId, Boundaries]:
        """Boundaries of each edition that has any; of all active sets that name an area the newest counts."""
        active = await active_sets(session)
        for edition in set(self._built) - set(active):
            del self._built[edition]
        for edition, set_ids in active.items():
            if edition not in self._built or self._built[edition][0] != set_ids:
                shapes = await boundaries_of(session, set_ids)
                self._built[edition] = (set_ids, await asyncio.to_thread(Boundaries, shapes))
        return {edition: built for edition, (_, built) in self._built.items()}


_AREA_COLUMNS = (
    AreaRow.edition_id,
    AreaRow.code,
    AreaRow.name,
    AreaRow.type_name,
    AreaRow.tier,
    AreaRow.parent_code,
    AreaRow.lat,
    AreaRow.lon,
    AreaRow.south,
    AreaRow.west,
    AreaRow.north,
    AreaRow.east,
    AreaRow.search_name,
)
_WAY_COLUMNS = (
    AreaSuccession.from_edition_id,
    AreaSuccession.from_code,
    AreaSuccession.to_edition_id,
    AreaSuccession.to_code,
    AreaSuccession.kind,
    AreaSuccession.share,
)
_JURISDICTION_COLUMNS = (
    JurisdictionRow.tenant_id,
    JurisdictionRow.unit_id,
    JurisdictionRow.area_code,
    JurisdictionRow.category_code,
    JurisdictionRow.valid_from,
    JurisdictionRow.valid_to,
)


async def _by_the_thousand(session: AsyncSession, statement: Executable) -> AsyncIterator[Sequence[Any]]:
    """Rows of the statement, never more than a thousand of them in memory."""
    rows = await session.stream(statement, execution_options={"yield_per": 1000})
    async for some in rows.partitions():
        for row in some:
            yield row


async def active_sets(session: AsyncSession) -> dict[EditionId, tuple[UUID, ...]]:
    """Active sets of boundaries of every edition that has any, the oldest first."""
    rows = await session.execute(
        select(BoundarySet.edition_id, BoundarySet.id)
        .where(BoundarySet.active)
        .order_by(BoundarySet.imported_at, BoundarySet.id)
    )
    found: dict[EditionId, tuple[UUID, ...]] = {}
    for edition, set_id in rows:
        found[EditionId(edition)] = (*found.get(EditionId(edition), ()), set_id)
    return found


async def some_boundaries(
    session: AsyncSession, set_ids: Sequence[UUID], codes: Collection[str]
) -> dict[AreaCode, bytes]:
    """The same for these areas alone."""
    return await _latest(session, AreaBoundary.boundary_set_id.in_(set_ids) & AreaBoundary.code.in_(codes), set_ids)


async def boundaries_of(session: AsyncSession, set_ids: Sequence[UUID]) -> dict[AreaCode, bytes]:
    """WKB by area of these sets, a later set's in place of an earlier one's."""
    return await _latest(session, AreaBoundary.boundary_set_id.in_(set_ids), set_ids)


async def _latest(session: AsyncSession, wanted: ColumnElement[bool], set_ids: Sequence[UUID]) -> dict[AreaCode, bytes]:
    rows = await session.execute(
        select(AreaBoundary.boundary_set_id, AreaBoundary.code, AreaBoundary.wkb).where(wanted)
    )
    age = {set_id: number for number, set_id in enumerate(set_ids)}
    ordered = sorted(rows, key=lambda row: age[row.boundary_set_id])
    return {AreaCode(row.code): row.wkb for row in ordered}


async def editions(session: AsyncSession) -> list[Edition]:
    """All editions, by number."""
    return [_edition(row) for row in await session.scalars(select(MapEdition).order_by(MapEdition.id))]


async def areas_of(session: AsyncSession, edition: EditionId) -> dict[AreaCode, Area]:
    """All areas of the edition, by code."""
    rows: Sequence[Sequence[Any]] = (
        await session.execute(select(*_AREA_COLUMNS).where(AreaRow.edition_id == edition))
    ).all()
    areas = [_area(*row) for row in rows]
    return {area.code: area for area in areas}


async def standing_boundaries(session: AsyncSession, edition: EditionId) -> dict[AreaCode, bytes]:
    """WKB of the boundaries in use, by area."""
    return await boundaries_of(session, (await active_sets(session)).get(edition, ()))


async def add_set(
    work: Work, set_id: UUID, edition: EditionId, name: str, shapes: Mapping[AreaCode, bytes], *, active: bool
) -> None:
    """Write one set of boundaries."""
    work.session.add(BoundarySet(id=set_id, edition_id=edition, name=name, imported_at=work.now, active=active))
    await work.session.flush()
    rows = [{"boundary_set_id": set_id, "code": code, "wkb": wkb} for code, wkb in shapes.items()]
    await work.session.execute(insert(AreaBoundary), rows)


async def switch_set(session: AsyncSession, set_id: UUID, *, active: bool) -> bool:
    """Switch one set on or off; whether it exists."""
    found = await session.scalar(
        update(BoundarySet).where(BoundarySet.id == set_id).values(active=active).returning(BoundarySet.id)
    )
    return found is not None


async def switch_covered_sets_off(session: AsyncSession, edition: EditionId) -> None:
    """Switch off the active sets of which every area is in a newer active set of the edition."""
    set_ids = (await active_sets(session)).get(edition, ())
    rows = await session.execute(
        select(AreaBoundary.boundary_set_id, AreaBoundary.code).where(AreaBoundary.boundary_set_id.in_(set_ids))
    )
    codes: dict[UUID, set[str]] = {}
    for set_id, code in rows:
        codes.setdefault(set_id, set()).add(code)
    newer: set[str] = set()
    for set_id in reversed(set_ids):
        if codes[set_id] <= newer:
            await switch_set(session, set_id, active=False)
        newer |= codes[set_id]


def _build(
    editions: Iterable[Edition],
    areas: Iterable[Area],
    successions: Sequence[Succession],
    tenants: Iterable[Tenant],
    units: Iterable[Unit],
    jurisdictions: Iterable[Jurisdiction],
    boundaries: Mapping[EditionId, Boundaries],
    default_tenant: str,
    locates: bool,  # noqa: FBT001 - called in a thread, which takes no keywords
) -> Directory:
    """The directory from what was read."""
    by_edition: dict[EditionId, list[Area]] = {}
    for area in areas:
        by_edition.setdefault(area.edition, []).append(area)
    maps = [
        AreaMap(
            edition,
            by_edition.get(edition.id, ()),
            after=[way for way in successions if way.from_edition == edition.id],
            before=[way for way in successions if way.to_edition == edition.id],
            boundaries=boundaries.get(edition.id),
            locates=locates,
        )
        for edition in editions
    ]
    return Directory(maps, tenants, units, jurisdictions, default_tenant=default_tenant)


def _edition(row: MapEdition) -> Edition:
    return Edition(EditionId(row.id), row.code, row.name, row.name_en, row.valid_from, row.valid_to)


# Codes and types are kept once each: the same text comes in many rows, and these objects live as long as the process.


def _area(
    edition: int,
    code: str,
    name: str,
    type_name: str,
    tier: str,
    parent: str | None,
    lat: float,
    lon: float,
    south: float | None,
    west: float | None,
    north: float | None,
    east: float | None,
    search_name: str,
) -> Area:
    boxed = south is not None and west is not None and north is not None and east is not None
    return Area(
        edition=EditionId(edition),
        code=AreaCode(intern(code)),
        name=name,
        type_name=intern(type_name),
        tier=Tier(tier),
        parent=AreaCode(intern(parent)) if parent is not None else None,
        centroid=Point(lat, lon),
        box=Box(south, west, north, east) if boxed else None,  # type: ignore[arg-type]  # boxed: none is None
        search_name=search_name,
    )


def _succession(from_edition: int, from_code: str, to_edition: int, to_code: str, kind: str, share: str) -> Succession:
    return Succession(
        EditionId(from_edition),
        AreaCode(intern(from_code)),
        EditionId(to_edition),
        AreaCode(intern(to_code)),
        SuccessionKind(kind),
        Share(share),
    )


def _tenant(row: TenantRecord) -> Tenant:
    return Tenant(
        id=TenantId(row.id),
        slug=row.slug,
        name=row.name,
        name_en=row.name_en,
        province=AreaCode(row.province_code),
        edition=EditionId(row.edition_id),
        agency_code=row.agency_code,
        hosts=tuple(row.hosts),
        time_zone=row.time_zone,
        active=row.active,
    )


def _unit(row: UnitRow) -> Unit:
    return Unit(
        tenant_id=TenantId(row.tenant_id),
        id=UnitId(row.id),
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        kind=UnitKind(row.kind),
        tier=Tier(row.tier),
        parent_id=UnitId(row.parent_id) if row.parent_id is not None else None,
        area_code=AreaCode(row.area_code),
        contact=dict(row.contact),
        active=row.active,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _jurisdiction(
    tenant_id: int, unit_id: UUID, area: str, category: str | None, valid_from: date | None, valid_to: date | None
) -> Jurisdiction:
    return Jurisdiction(TenantId(tenant_id), UnitId(unit_id), AreaCode(area), category, valid_from, valid_to)


async def set_contact(work: Work, tenant_id: TenantId, unit_id: UnitId, contact: Mapping[str, str]) -> None:
    """How the unit is reached from now on. One statement."""
    where = (UnitRow.tenant_id == tenant_id, UnitRow.id == unit_id)
    await work.session.execute(update(UnitRow).where(*where).values(contact=dict(contact)))
