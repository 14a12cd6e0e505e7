"""Decisions about reports: where one lies, in which tenant. Pure: the directory is in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.cases.terms import CaseFacts
from app.deadlines.terms import Deadline
from app.directory.errors import AreaOutsideTenant, UnknownArea
from app.directory.snapshot import Area, AreaChain, Directory, Tenant
from app.directory.terms import Confidence, Tier
from app.kit.ids import ReportId, TenantId
from app.kit.text import Text, fold
from app.routing.terms import Decision

from .errors import PlaceNeeded
from .terms import CaptureDoubt, NewReport


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a report lies and whose it is."""

    tenant: Tenant
    chain: AreaChain
    confidence: Confidence
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submitted:
    """A report taken in, with what its sender is told."""

    report_id: ReportId
    facts: CaseFacts
    decision: Decision
    placed: Placed
    deadline: Deadline
    guidance: Text | None
    received_at: datetime
    secret: str | None = field(repr=False)


_AHEAD, _LONG_AGO = timedelta(minutes=5), timedelta(days=30)


def doubt(captured_at: datetime | None, clock_skew_s: int | None, received_at: datetime) -> CaptureDoubt | None:
    """Why it cannot be taken for granted that the report was written then; what a clock is known to be off by is not.

    No deadline counts from `captured_at`, doubted or not.
    """
    if captured_at is None:
        return None
    age = received_at - captured_at + timedelta(seconds=clock_skew_s or 0)
    if age < -_AHEAD:
        return CaptureDoubt.FUTURE
    return CaptureDoubt.LONG_AGO if age > _LONG_AGO else None


def place(directory: Directory, host_tenant: TenantId | None, new: NewReport) -> Placed:
    """The place of a report: by its pin, else by the area named, else by the address.

    The tenant is the host's when the host names one, else the one whose province holds the place. With a pin and an
    area the area must be the pin's own or a neighbour of it: the sender has chosen among them.
    Raises: PlaceNeeded, AreaMismatch, and the directory's problems about points and areas.
    """
    if new.point is not None:
        return _pinned(directory, host_tenant, new)
    if new.area is not None:
        tenant = _tenant_of_area(directory, host_tenant, new.area)
        return Placed(tenant, directory.chain_in(tenant.id, new.area), Confidence.STATED)
    if new.address is not None:
        tenant = directory.tenant(host_tenant if host_tenant is not None else directory.default_tenant())
        return Placed(tenant, find_in_address(directory, tenant, new.address), Confidence.APPROXIMATE)
    raise PlaceNeeded


def _pinned(directory: Directory, host_tenant: TenantId | None, new: NewReport) -> Placed:
    assert new.point is not None
    if new.area is not None:
        tenant = _tenant_of_area(directory, host_tenant, new.area)
        located = directory.locate_stated(tenant.id, new.point, new.area, new.accuracy_m)
    elif host_tenant is not None:
        tenant = directory.tenant(host_tenant)
        located = directory.locate_in(host_tenant, new.point, new.accuracy_m)
    else:
        found = directory.locate_tenant(new.point, new.accuracy_m)
        if found is None:  # in Vietnam, but in no province we serve: the default tenant says so in its own words
            default = directory.default_tenant()
            found = directory.tenant(default), directory.locate_in(default, new.point, new.accuracy_m)
        tenant, located = found
    neighbours = tuple(near.area.code for near in located.neighbours)
    return Placed(tenant, located.chain, located.confidence, neighbours)


def _tenant_of_area(directory: Directory, host_tenant: TenantId | None, area: str) -> Tenant:
    """The host's tenant, else the first tenant (the default one before the others) whose province has the area."""
    if host_tenant is not None:
        return directory.tenant(host_tenant)
    default = directory.default_tenant()
    others = [tenant.id for tenant in directory.tenants if tenant.active and tenant.id != default]
    for tenant_id in (default, *others):
        try:
            directory.chain_in(tenant_id, area)
        except (AreaOutsideTenant, UnknownArea):
            continue
        return directory.tenant(tenant_id)
    return directory.tenant(default)


# How people shorten the types of areas in an address.
_SHORT_TYPES: Final = (
    (re.compile(r"^p\.?\s+|^p\.(?=\S)"), "phuong "),
    (re.compile(r"^x\.?\s+|^x\.(?=\S)"), "xa "),
    (re.compile(r"^tt\.?\s+|^tt\.(?=\S)"), "thi tran "),
    (re.compile(r"^tp\.?\s+|^tp\.(?=\S)"), "thanh pho "),
    (re.compile(r"^tx\.?\s+|^tx\.(?=\S)"), "thi xa "),
    (re.compile(r"^h\.?\s+|^h\.(?=\S)"), "huyen "),
)


def find_in_address(directory: Directory, tenant: Tenant, address: str) -> AreaChain:
    """The smallest area of the province that the parts of an address between commas name; the province when none do.

    A commune is believed when the address names its district too, or when no other commune bears its name.
    """
    parts = {_expanded(part) for part in fold(address).split(",")}
    named = [area for area in _areas_below(directory, tenant) if _names_of(area) & parts]
    districts = {area.code for area in named if area.tier is Tier.DISTRICT}
    communes = [area for area in named if area.tier is Tier.COMMUNE]
    within = [area for area in communes if area.parent in districts]
    certain = within if districts and within else communes
    if len(certain) == 1:
        return directory.chain(tenant.edition, certain[0].code)
    smallest = next(iter(districts)) if len(districts) == 1 else tenant.province
    return directory.chain(tenant.edition, smallest)


def _expanded(part: str) -> str:
    text = part.strip()
    for short, full in _SHORT_TYPES:
        text = short.sub(full, text)
    return text


def _areas_below(directory: Directory, tenant: Tenant) -> Iterator[Area]:
    for area in directory.children(tenant.edition, tenant.province):
        yield area
        yield from directory.children(tenant.edition, area.code)


def _names_of(area: Area) -> frozenset[str]:
    """The name with its type, and without it where that is not a mere number: `phuong 5` is never just `5`."""
    full = area.search_name
    bare = full.removeprefix(fold(area.type_name)).strip()
    return frozenset({full} if bare.isdigit() or not bare else {full, bare})
