"""Where a report lies: the pin first, then the area named, then what the address says."""

from __future__ import annotations

import pytest

from app.directory.errors import AreaMismatch, AreaOutsideTenant, BadPoint
from app.directory.terms import Confidence
from app.kit.geo import Point
from app.kit.ids import TenantId
from app.reports.domain import find_in_address, place
from app.reports.errors import PlaceNeeded
from app.reports.terms import NewReport
from tests.provinces import HAIDUONG, KHANHHOA, packaged_provinces

LAMP = Point(20.9467, 106.3134)
NHA_TRANG = Point(12.2465, 109.1899)


def a_report(
    point: Point | None = None, area: str | None = None, address: str | None = None, accuracy_m: float | None = None
) -> NewReport:
    return NewReport("other", "Văn bản.", point=point, area=area, address=address, accuracy_m=accuracy_m)


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("12 phố Cẩm Thượng, Phường Cẩm Thượng, Thành phố Hải Dương, Tỉnh Hải Dương", "10507"),
        ("số 5, P. Cẩm Thượng, TP. Hải Dương", "10507"),
        ("so 5, p.cam thuong, tp hai duong", "10507"),
        ("CẨM THƯỢNG", "10507"),
        ("thôn Đông, xã Thanh Tùng, huyện Thanh Miện", "11242"),
        ("thôn Đông, x. Thanh Tùng", "11242"),
        ("đâu đó, H. Thanh Miện", "300"),
        ("TT Thanh Miện, huyện Thanh Miện", "11239"),
        ("ngã tư Máy Sứ", "30"),
        ("", "30"),
        (",,,", "30"),
        ("Hà Nội", "30"),
    ],
)
def test_an_address_is_read_as_far_as_it_is_clear(address: str, area: str) -> None:
    directory = packaged_provinces().directory
    chain = find_in_address(directory, directory.tenant(HAIDUONG), address)
    assert chain.area.code == area


def test_a_name_that_several_communes_bear_needs_its_district() -> None:
    directory = packaged_provinces().directory
    tenant = directory.tenant(HAIDUONG)
    by_name: dict[str, list[str]] = {}
    for district in directory.children(tenant.edition, tenant.province):
        for commune in directory.children(tenant.edition, district.code):
            by_name.setdefault(commune.name, []).append(commune.code)
    shared = {name: codes for name, codes in by_name.items() if len(codes) > 1}
    assert shared
    for name, codes in shared.items():
        assert find_in_address(directory, tenant, name).area.code == "30"
        for code in codes:
            above = directory.chain(tenant.edition, code).district
            assert above is not None
            assert find_in_address(directory, tenant, f"{name}, {above.name}").area.code == code


def test_somewhere_must_be_named() -> None:
    with pytest.raises(PlaceNeeded):
        place(packaged_provinces().directory, HAIDUONG, a_report())


@pytest.mark.parametrize("host", [None, HAIDUONG])
def test_a_pin_names_tenant_and_commune(host: TenantId | None) -> None:
    placed = place(packaged_provinces().directory, host, a_report(LAMP))
    assert (placed.tenant.id, placed.chain.area.code) == (HAIDUONG, "10507")


def test_without_a_host_the_place_decides_whose_report_it_is() -> None:
    directory = packaged_provinces().directory
    assert place(directory, None, a_report(NHA_TRANG)).tenant.id == KHANHHOA
    with pytest.raises(BadPoint):
        place(directory, HAIDUONG, a_report(NHA_TRANG))
    with pytest.raises(AreaOutsideTenant):
        place(directory, HAIDUONG, a_report(area="99999"))


def test_the_area_named_must_be_the_pins_own_or_beside_it() -> None:
    directory = packaged_provinces().directory
    located = place(directory, HAIDUONG, a_report(LAMP, accuracy_m=900))
    assert located.neighbours
    beside = place(directory, HAIDUONG, a_report(LAMP, area=located.neighbours[0], accuracy_m=900))
    assert (beside.chain.area.code, beside.confidence) == (located.neighbours[0], Confidence.STATED)
    own = place(directory, HAIDUONG, a_report(LAMP, area="10507"))
    assert own.chain.area.code == "10507"
    with pytest.raises(AreaMismatch):
        place(directory, HAIDUONG, a_report(LAMP, area="11245"))
