"""Where the steps of a procedure go, on the map with districts and on the one without."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.directory.terms import Tier, UnitKind
from app.kit.ids import TenantId
from app.procedures import domain
from app.procedures.terms import Procedure
from tests.provinces import HAIDUONG, KHANHHOA, packaged_provinces

DAY = date(2026, 11, 20)
LAND = "1.004227"


def land(tenant: TenantId) -> Procedure:
    """The procedure that crosses all tiers."""
    return packaged_provinces().procedures.open_procedure(tenant, LAND, DAY)


def places(procedure: Procedure, area: str) -> list[Tier | None]:
    """The tier of the unit that each step goes to for the area."""
    books = packaged_provinces()
    chain = books.directory.chain_in(procedure.tenant_id, area)
    units = [
        domain.unit_of(step, books.directory, books.catalogue, tenant=procedure.tenant_id, chain=chain, on=DAY)
        for step in procedure.steps
    ]
    return [unit.tier if unit else None for unit in units]


def test_steps_cross_the_tiers_of_each_map() -> None:
    commune, district, province = Tier.COMMUNE, Tier.DISTRICT, Tier.PROVINCE
    assert places(land(HAIDUONG), "10507") == [commune, commune, district, district, province, commune]
    assert places(land(KHANHHOA), "22366") == [commune, commune, commune, commune, province, commune]


@pytest.mark.parametrize("tenant", [HAIDUONG, KHANHHOA])
def test_every_packaged_procedure_finds_its_units_everywhere(tenant: TenantId) -> None:
    books = packaged_provinces()
    for procedure in books.procedures.all_open(tenant, DAY):
        found = domain.missing_units(procedure, books.directory, books.catalogue, tenant=tenant, on=DAY)
        assert found == [], procedure.code


def test_a_step_without_a_unit_is_told() -> None:
    books, procedure = packaged_provinces(), land(KHANHHOA)
    steps = list(procedure.steps)
    steps[1] = replace(steps[1], unit_kind=UnitKind.ONE_STOP)
    steps[2] = replace(steps[2], fallback_tier=None)
    steps[4] = replace(steps[4], category="moon")
    spoilt = replace(procedure, steps=tuple(steps))
    found = domain.missing_units(spoilt, books.directory, books.catalogue, tenant=KHANHHOA, on=DAY)
    assert [one.pointer for one in found] == ["/steps/1/unit_kind", "/steps/2/unit_kind", "/steps/4/category"]
    assert "one_stop" in found[0].detail.vi
