"""Which unit a step goes to at a place, and which steps no unit of a province could take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.catalogue.snapshot import Catalogue
from app.directory.snapshot import AreaChain, Directory, Unit
from app.directory.terms import AreaCode, Tier
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.procedures.terms import Mistake, Procedure, Step

_CATEGORY = Text("Tỉnh không có lĩnh vực “{code}”.", "The province has no category “{code}”.")
_NOBODY = Text(
    "Không có đơn vị nào loại {kind} ở cấp {tier} phụ trách{category} tại {missing} trong {all} địa bàn, như {some}.",
    "No unit of the kind {kind} at the tier {tier} answers{category} in {missing} of {all} areas, such as {some}.",
)


def tiers_of(directory: Directory, tenant: TenantId) -> frozenset[Tier]:
    """The tiers that the tenant's map has: three on the older map, two on the newer."""
    own = directory.tenant(tenant)
    below = directory.children(own.edition, own.province)
    return frozenset({Tier.PROVINCE, Tier.COMMUNE, *(area.tier for area in below)})


def unit_of(
    step: Step, directory: Directory, catalogue: Catalogue, *, tenant: TenantId, chain: AreaChain, on: date
) -> Unit | None:
    """The unit that the step goes to for a place; None when no unit of its kind answers there. Pure, no query."""
    tier, kind = step.held_by(tiers_of(directory, tenant))
    known = step.category is not None and catalogue.find(tenant, step.category) is not None
    lineage = catalogue.lineage(tenant, step.category) if step.category is not None and known else ()
    found = directory.units_covering(tenant, kind, tier, chain, lineage, on)
    return found[0] if found else None


def units_of(
    step: Step, directory: Directory, catalogue: Catalogue, *, tenant: TenantId, on: date
) -> frozenset[UnitId]:
    """Every unit that the step goes to, over all places of the province. Some thousand look-ups, no query."""
    tier, _ = step.held_by(tiers_of(directory, tenant))
    found = (
        unit_of(step, directory, catalogue, tenant=tenant, chain=chain, on=on)
        for chain in _places(directory, tenant, tier)
    )
    return frozenset(UnitId(unit.id) for unit in found if unit is not None)


def missing_units(
    procedure: Procedure, directory: Directory, catalogue: Catalogue, *, tenant: TenantId, on: date
) -> list[Mistake]:
    """Steps that have no unit somewhere in the province, at pointers into the procedure's written form."""
    return [
        Mistake(f"/steps/{at}/{field}", detail)
        for at, step in enumerate(procedure.steps)
        for field, detail in _missing(step, directory, catalogue, tenant, on)
    ]


def _missing(
    step: Step, directory: Directory, catalogue: Catalogue, tenant: TenantId, on: date
) -> Iterator[tuple[str, Text]]:
    if step.category is not None and catalogue.find(tenant, step.category) is None:
        yield "category", _CATEGORY.fill(code=step.category)
        return
    tier, kind = step.held_by(tiers_of(directory, tenant))
    chains = list(_places(directory, tenant, tier))
    without = [
        chain for chain in chains if unit_of(step, directory, catalogue, tenant=tenant, chain=chain, on=on) is None
    ]
    if without or not chains:
        some = without[0].area.inside if without else Text("", "")
        category = f" {step.category}" if step.category else ""
        counts = {"kind": kind, "tier": tier, "category": category, "missing": len(without), "all": len(chains)}
        yield "unit_kind", Text(_NOBODY.vi.format(**counts, some=some.vi), _NOBODY.en.format(**counts, some=some.en))


def _places(directory: Directory, tenant: TenantId, tier: Tier) -> Iterator[AreaChain]:
    """Every area of the tenant at that tier, with what it belongs to."""
    own = directory.tenant(tenant)
    waiting = [AreaCode(own.province)]
    while waiting:
        area = directory.area(own.edition, waiting.pop())
        if area.tier is tier:
            yield directory.chain(own.edition, area.code)
        else:
            waiting.extend(below.code for below in directory.children(own.edition, area.code))
