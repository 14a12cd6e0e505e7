"""The whole directory in memory: maps, tenants, units, jurisdictions. Built once, then only read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from app.directory.errors import (
    AreaMismatch,
    AreaOutsideTenant,
    PointInNoArea,
    PointOutsideTenant,
    UnknownEdition,
    UnknownTenant,
    UnknownUnit,
)
from app.directory.terms import AreaCode, Confidence, EditionId, Tier, UnitKind
from app.kit.geo import Point, distance_m
from app.kit.ids import TenantId, UnitId
from app.kit.text import fold

from .maps import AreaMap
from .records import Area, AreaChain, Edition, Jurisdiction, Located, Neighbour, Tenant, Unit, in_force

ROOM_M = 5_000.0  # how much larger an area may be than the box that a geocoder gave it
AT_SEA_M = 700_000.0  # Trường Sa and Hoàng Sa spread over hundreds of kilometres of sea
_AGENCY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_Held = tuple[Unit, date | None, date | None]
_Key = tuple[TenantId, UnitKind, Tier, AreaCode, str | None]


class Directory:
    """Areas, tenants and units. Every answer is a value that nobody changes; order is by code unless said otherwise."""

    def __init__(
        self,
        maps: Iterable[AreaMap],
        tenants: Iterable[Tenant] = (),
        units: Iterable[Unit] = (),
        jurisdictions: Iterable[Jurisdiction] = (),
        *,
        default_tenant: str = "",
    ) -> None:
        """`default_tenant` is the slug of the tenant of requests that name none."""
        self.maps: Mapping[EditionId, AreaMap] = {one.edition.id: one for one in maps}
        self.tenants = tuple(sorted(tenants, key=lambda tenant: tenant.id))
        self._default = default_tenant
        active = [tenant for tenant in self.tenants if tenant.active]
        self._tenants = {tenant.id: tenant for tenant in self.tenants}
        self._slugs = {tenant.slug: tenant for tenant in self.tenants}
        self._hosts = {host.lower(): tenant.id for tenant in active for host in tenant.hosts}
        self._agencies = {tenant.agency_code.upper(): tenant.id for tenant in active}
        self._provinces = {(tenant.edition, tenant.province): tenant for tenant in active}
        self._units: dict[TenantId, dict[UnitId, Unit]] = {tenant.id: {} for tenant in self.tenants}
        self._unit_codes: dict[tuple[TenantId, str], Unit] = {}
        below: dict[tuple[TenantId, UnitId], list[UnitId]] = {}
        for unit in sorted(units, key=lambda unit: unit.code):
            self._units[unit.tenant_id][unit.id] = unit
            self._unit_codes[unit.tenant_id, unit.code] = unit
            if unit.parent_id is not None:
                below.setdefault((unit.tenant_id, unit.parent_id), []).append(unit.id)
        self._below = {key: tuple(ids) for key, ids in below.items()}
        # An officer's scope is asked for with every request of his.
        self._subtrees = {
            (tenant_id, unit_id): self._reach(tenant_id, unit_id)
            for tenant_id, held in self._units.items()
            for unit_id in held
        }
        self._held = self._index(jurisdictions)
        self.memo: dict[object, Any] = {}
        """What others make of this directory again and again, such as names as JSON; it ends with the snapshot."""

    def _index(self, jurisdictions: Iterable[Jurisdiction]) -> dict[_Key, tuple[_Held, ...]]:
        """Jurisdictions by all that a look-up knows, each list in the order of the units' codes."""
        held: dict[_Key, list[_Held]] = {}
        for one in jurisdictions:
            unit = self._units[one.tenant_id][one.unit_id]
            key = (one.tenant_id, unit.kind, unit.tier, one.area_code, one.category_code)
            held.setdefault(key, []).append((unit, one.valid_from, one.valid_to))
        return {key: tuple(sorted(rows, key=lambda row: row[0].code)) for key, rows in held.items()}

    # -- maps

    def map(self, edition: EditionId) -> AreaMap:
        """The map of this edition. Raises: UnknownEdition."""
        found = self.maps.get(edition)
        if found is None:
            raise UnknownEdition(str(edition))
        return found

    def edition_by_code(self, code: str) -> Edition:
        """The edition called `code`, such as `vn-63`. Raises: UnknownEdition."""
        for one in self.maps.values():
            if one.edition.code == code:
                return one.edition
        raise UnknownEdition(code)

    def edition_on(self, on: date) -> Edition:
        """The edition in force on that day. Raises: UnknownEdition."""
        for one in self.maps.values():
            if one.edition.in_force(on):
                return one.edition
        raise UnknownEdition(on.isoformat())

    def area(self, edition: EditionId, code: str) -> Area:
        """The area with this code. Raises: UnknownEdition, UnknownArea."""
        return self.map(edition).area(code)

    def chain(self, edition: EditionId, code: str) -> AreaChain:
        """The area with this code and all it belongs to. Raises: UnknownEdition, UnknownArea."""
        return self.map(edition).chain(code)

    def children(self, edition: EditionId, code: str) -> tuple[Area, ...]:
        """Areas directly below. Raises: UnknownEdition."""
        return self.map(edition).children(code)

    def is_within(self, edition: EditionId, code: str, ancestor: str) -> bool:
        """Whether the area is `ancestor` or lies below it."""
        return self.map(edition).is_within(code, ancestor)

    def chain_in(self, tenant_id: TenantId, code: str) -> AreaChain:
        """The area of the tenant's own map and province with this code. Raises: AreaOutsideTenant."""
        tenant = self.tenant(tenant_id)
        own = self.map(tenant.edition)
        if not own.is_within(code, tenant.province):
            raise AreaOutsideTenant(code=code, tenant=tenant.name)
        return own.chain(code)

    # -- places

    def locate(self, edition: EditionId, point: Point, accuracy_m: float | None = None) -> Located:
        """The area of the point on this edition; see `Locator.locate`. Raises: UnknownEdition and what that raises."""
        return self.map(edition).locator.locate(point, accuracy_m)

    def locate_in(self, tenant_id: TenantId, point: Point, accuracy_m: float | None = None) -> Located:
        """The area of the tenant's own province that holds the point.

        A point that is only probably elsewhere, with an area of the province among its neighbours, is taken for that
        neighbour's: better a report at the border that may be handed over than one refused.
        Raises: what `Locator.locate` raises, PointOutsideTenant.
        """
        tenant = self.tenant(tenant_id)
        own = self.map(tenant.edition)
        located = own.locator.locate(point, accuracy_m)
        if located.chain.province.code == tenant.province:
            return located
        if located.confidence is not Confidence.EXACT:
            for neighbour in located.neighbours:
                if own.is_within(neighbour.area.code, tenant.province):
                    others = [other for other in located.neighbours if other is not neighbour]
                    instead = Neighbour(located.chain.area, located.distance_m)
                    return Located(
                        own.chain(neighbour.area.code),
                        located.confidence,
                        neighbour.distance_m,
                        (instead, *others),
                    )
        raise PointOutsideTenant(area=located.chain.area.name, province=located.chain.province.name, tenant=tenant.name)

    def locate_stated(self, tenant_id: TenantId, point: Point, area: str, accuracy_m: float | None = None) -> Located:
        """The area that somebody names for a point of the tenant's province, when it can be true.

        Inside a boundary it is the area there or a neighbour of it. Where there is no boundary to ask, the person knows
        better than the nearest centre: any area of the province whose box, with some room around it, reaches the point.
        Raises: AreaMismatch with what it may be; UnknownArea, AreaOutsideTenant; BadPoint for points that are none.
        """
        chain = self.chain_in(tenant_id, area)
        try:
            located: Located | None = self.map(self.tenant(tenant_id).edition).locator.locate(point, accuracy_m)
        except PointInNoArea:
            located = None
        if located is not None and located.chain.area.code == area:
            return located
        near = located.neighbours if located is not None else ()
        unsure = located is None or located.confidence is Confidence.APPROXIMATE
        reach = AT_SEA_M if located is None else _reach_m(chain.area)
        believed = unsure and distance_m(point, chain.area.centroid) <= reach
        if not believed and area not in {neighbour.area.code for neighbour in near}:
            possible = [*([located.chain.area] if located else []), *(neighbour.area for neighbour in near)]
            raise AreaMismatch(chain.area.name, area, [{"code": one.code, "name": one.name} for one in possible])
        return Located(chain, Confidence.STATED, 0.0, near)

    def locate_tenant(self, point: Point, accuracy_m: float | None = None) -> tuple[Tenant, Located] | None:
        """The active tenant whose province holds the point on its own map, and where; None when none does.

        Of two tenants on different maps that both hold it, the one with the lower number.
        Raises: what `Locator.locate` raises when no map knows the point.
        """
        nowhere: PointInNoArea | None = None
        somewhere = False
        for edition in dict.fromkeys(tenant.edition for tenant in self.tenants if tenant.active):
            try:
                located = self.map(edition).locator.locate(point, accuracy_m)
            except PointInNoArea as problem:
                nowhere = problem
                continue
            somewhere = True
            tenant = self._provinces.get((edition, located.chain.province.code))
            if tenant is not None:
                return tenant, located
        if nowhere is not None and not somewhere:
            raise nowhere
        return None

    # -- tenants

    def tenant(self, tenant_id: TenantId) -> Tenant:
        """The tenant with this number. Raises: UnknownTenant."""
        found = self._tenants.get(tenant_id)
        if found is None:
            raise UnknownTenant(str(tenant_id))
        return found

    def tenant_by_slug(self, slug: str) -> Tenant:
        """The tenant called `slug`. Raises: UnknownTenant."""
        found = self._slugs.get(slug)
        if found is None:
            raise UnknownTenant(slug)
        return found

    def tenant_of_host(self, host: str) -> TenantId | None:
        """The active tenant that names `host` (no port) as its own, None for a host of nobody."""
        return self._hosts.get(host.lower())

    def serves(self, tenant_id: TenantId) -> bool:
        """Whether the tenant exists and is active."""
        tenant = self._tenants.get(tenant_id)
        return tenant is not None and tenant.active

    def tenant_of_code(self, code: str) -> TenantId | None:
        """The active tenant whose agency code starts a case's or a unit's code: `H23-261122-0042`, `H23.15.03`."""
        found = _AGENCY.match(code)
        return self._agencies.get(found.group().upper()) if found else None

    def tenant_of_province(self, edition: EditionId, province: str) -> Tenant | None:
        """The active tenant that is this province on this edition."""
        return self._provinces.get((edition, AreaCode(province)))

    def default_tenant(self) -> TenantId:
        """The tenant of requests that name none. Raises: UnknownTenant when it is configured wrongly."""
        return self.tenant_by_slug(self._default).id

    def pages_of(self, tenant_id: TenantId, pages: str, asked: str = "") -> str:
        """Where the tenant's pages are reached, without a slash at the end.

        At the host that was `asked`, as its header says, when that is the tenant's own; else `pages` of the default
        tenant, and of another its own host with that port.
        """
        tenant, parts = self.tenant(tenant_id), urlsplit(pages)
        host, _, port = asked.lower().partition(":")
        if self.tenant_of_host(host) == tenant_id and (not port or port.isdecimal()):
            return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
        if tenant_id == self.default_tenant() or not tenant.hosts:
            return pages.rstrip("/")
        return f"{parts.scheme}://{tenant.hosts[0]}{f':{parts.port}' if parts.port else ''}"

    # -- units

    def units(self, tenant_id: TenantId) -> tuple[Unit, ...]:
        """All units of the tenant."""
        return tuple(self._units.get(tenant_id, {}).values())

    def unit_codes(self, tenant_id: TenantId) -> dict[UnitId, str]:
        """Codes of all units of the tenant by id."""
        return {UnitId(unit.id): unit.code for unit in self.units(tenant_id)}

    def unit_code(self, tenant_id: TenantId, unit_id: UnitId) -> str | None:
        """Code of the unit with this id; None when this process does not know it (yet)."""
        unit = self._units.get(tenant_id, {}).get(unit_id)
        return unit.code if unit else None

    def search_units(
        self,
        tenant_id: TenantId,
        query: str = "",
        *,
        tier: Tier | None = None,
        kind: UnitKind | None = None,
        parent: str | None = None,
        after: str = "",
        on: date,
    ) -> Iterator[Unit]:
        """Units in force on that day whose name holds every word of `query`, diacritics and case aside, by code.

        Args:
            parent: code of a unit; only units directly below it.
            after: only codes greater than this one.
        Raises: UnknownUnit for an unknown `parent`, with the first unit taken.
        """
        words = fold(query).split()
        above = self.unit_by_code(tenant_id, parent) if parent is not None else None
        for unit in self.child_units(tenant_id, above.id) if above else self.units(tenant_id):
            if (
                unit.code > after
                and (tier is None or unit.tier is tier)
                and (kind is None or unit.kind is kind)
                and unit.in_force(on)
                and all(word in fold(unit.name) for word in words)
            ):
                yield unit

    def unit(self, tenant_id: TenantId, unit_id: UnitId) -> Unit:
        """The unit with this id. Raises: UnknownUnit."""
        found = self._units.get(tenant_id, {}).get(unit_id)
        if found is None:
            raise UnknownUnit(str(unit_id))
        return found

    def unit_by_code(self, tenant_id: TenantId, code: str) -> Unit:
        """The unit with this code. Raises: UnknownUnit."""
        found = self._unit_codes.get((tenant_id, code))
        if found is None:
            raise UnknownUnit(code)
        return found

    def parent(self, tenant_id: TenantId, unit_id: UnitId) -> Unit | None:
        """The unit directly above, None for the province's own. Raises: UnknownUnit."""
        above = self.unit(tenant_id, unit_id).parent_id
        return self.unit(tenant_id, above) if above is not None else None

    def unit_path(self, tenant_id: TenantId, unit_id: UnitId) -> tuple[UnitId, ...]:
        """Ids from the province's own unit down to this one. Raises: UnknownUnit."""
        path = [unit_id]
        above = self.unit(tenant_id, unit_id).parent_id
        while above is not None:
            path.append(above)
            above = self.unit(tenant_id, above).parent_id
        return tuple(reversed(path))

    def child_units(self, tenant_id: TenantId, unit_id: UnitId) -> tuple[Unit, ...]:
        """Units directly below."""
        return tuple(self._units[tenant_id][below] for below in self._below.get((tenant_id, unit_id), ()))

    def subtree(self, tenant_id: TenantId, unit_ids: Iterable[UnitId]) -> frozenset[UnitId]:
        """The units named and all below them; ids of another tenant or of nobody are left out."""
        known = (self._subtrees.get((tenant_id, unit_id)) for unit_id in unit_ids)
        found = [below for below in known if below is not None]
        return found[0] if len(found) == 1 else frozenset().union(*found)

    def _reach(self, tenant_id: TenantId, unit_id: UnitId) -> frozenset[UnitId]:
        """The unit and all below it."""
        found = {unit_id}
        waiting = [unit_id]
        while waiting:
            fresh = set(self._below.get((tenant_id, waiting.pop()), ())) - found
            found |= fresh
            waiting.extend(fresh)
        return frozenset(found)

    def units_covering(
        self,
        tenant_id: TenantId,
        kind: UnitKind,
        tier: Tier,
        chain: AreaChain,
        category_lineage: Sequence[str],
        on: date,
    ) -> list[Unit]:
        """Units of this kind and tier that answer for the place and the category on that day, the closest fit first.

        A jurisdiction over an area or a category covers what lies below it. Smaller areas come first, within one
        area the narrower category, then the jurisdictions over every category, then the order of the units' codes.

        Args:
            category_lineage: the category's code and those above it, narrowest first: `roads.pothole`, `roads`.
        """
        held = self._held
        found: list[Unit] = []
        for area_code in chain.codes:
            for category in (*category_lineage, None):
                for unit, valid_from, valid_to in held.get((tenant_id, kind, tier, area_code, category), ()):
                    if unit not in found and unit.in_force(on) and in_force(valid_from, valid_to, on):
                        found.append(unit)
        return found

    def reception(self, tenant_id: TenantId, chain: AreaChain, tier: Tier, on: date) -> Unit | None:
        """The unit of this tier that takes in whatever nobody else answers for.

        For a commune and a district its People's Committee, for the province its reception, else its People's
        Committee. None when the tier has no unit there.
        """
        kinds = (UnitKind.RECEPTION, UnitKind.PEOPLE_COMMITTEE)
        for kind in kinds if tier is Tier.PROVINCE else kinds[1:]:
            found = self.units_covering(tenant_id, kind, tier, chain, (), on)
            if found:
                return found[0]
        return None


def _reach_m(area: Area) -> float:
    """How far from its centre the area may reach, in metres."""
    if area.box is None:
        return 3 * ROOM_M
    corners = (Point(area.box.south, area.box.west), Point(area.box.north, area.box.east))
    return ROOM_M + max(distance_m(area.centroid, corner) for corner in corners)
