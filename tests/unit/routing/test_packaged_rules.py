"""The packaged rulebooks at real places: each kind of matter goes to the kind of unit that answers for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.catalogue import domain as catalogue_domain, service as catalogue_service
from app.catalogue.terms import Answers, Kind
from app.directory.terms import Confidence
from app.kit.ids import TenantId
from app.routing import domain, service
from app.routing.terms import Decision, Fallback, RuleCode, Skipped, Why
from tests.provinces import HAIDUONG, KHANHHOA, WORKDAY, packaged_provinces

CAM_THUONG, THANH_MIEN, THANH_MIEN_COMMUNE = "10507", "300", "11242"  # a ward, a district, a rural commune of it
NHA_TRANG = "22366"


def decided(
    category: str,
    area: str,
    answers: Answers | None = None,
    *,
    tenant: TenantId = HAIDUONG,
    kind: Kind | None = None,
    at: datetime = WORKDAY,
    confidence: Confidence = Confidence.EXACT,
) -> Decision:
    """What a report of this category, filed at this area, is decided to be."""
    provinces = packaged_provinces()
    classified = catalogue_service.classify(
        provinces.catalogue, tenant=tenant, code=category, kind=kind, answers=answers, on=at.date()
    )
    return service.decide(
        provinces.rulebooks,
        provinces.directory,
        provinces.catalogue,
        tenant=tenant,
        chain=provinces.directory.chain_in(tenant, area),
        confidence=confidence,
        category=category,
        kind=classified.kind,
        priority=classified.priority,
        answers=classified.answers,
        at=at,
    )


def test_a_lamp_in_a_ward_goes_to_the_ward() -> None:
    decision = decided("lighting.street_lamp", CAM_THUONG)
    assert decision.unit_name.vi == "UBND phường Cẩm Thượng"
    assert decision.rule == "lamp-urban"
    assert decision.reason.vi == (
        "Chiếu sáng công cộng ở phường, thị trấn do UBND phường Cẩm Thượng quản lý; "
        "vị trí thuộc Phường Cẩm Thượng, Thành phố Hải Dương."
    )


def test_a_pothole_on_a_district_road_goes_to_the_district_office() -> None:
    decision = decided(
        "roads.pothole", THANH_MIEN_COMMUNE, {"road_class": "district"}, confidence=Confidence.APPROXIMATE
    )
    assert decision.unit_name.vi == "Phòng Kinh tế, Hạ tầng và Đô thị huyện Thanh Miện"
    assert decision.tier == "district"
    assert decision.reason.vi.startswith(
        "“Ổ gà, hố trên mặt đường” trên đường huyện thuộc trách nhiệm của Phòng Kinh tế, Hạ tầng và Đô thị huyện"
    )
    assert decision.reason.vi.endswith("(xác định gần đúng).")
    assert decision.considered[0] == Skipped(RuleCode("legal-track"), Why.KIND)


@pytest.mark.parametrize(
    ("category", "answers", "unit"),
    [
        ("electricity.power_cut", {}, "H23.91"),
        ("roads.pothole", {"road_class": "national"}, "H23.02"),
        ("water_supply.leak", {}, "H23.92"),
        ("water_supply.quality", {"people_sick": True}, "H23.05"),
        ("trees.fallen", {"on_power_line": True}, "H23.91"),
        ("telecom.cable", {"provider": "viettel"}, "H23.07"),
        ("telecom.cable", {"provider": "unknown"}, "H23.93"),
        ("security.disorder", {"violence": True}, "H23.13"),
        ("food.unsafe", {"food_place": "market"}, "H23.04"),
        ("food.unsafe", {"food_place": "market", "people_sick": True}, "H23.05"),
        ("conduct.misconduct", {"office_tier": "commune"}, "H23.12"),
        ("conduct.attitude", {"office_tier": "district"}, "H23.08"),
        ("complaint.decision", {}, "H23.12"),
        ("waste.dumping", {"waste_kind": "hazardous"}, "H23.03"),
        ("health_education.school", {"school_level": "upper"}, "H23.06"),
        ("other.question", {}, "H23.19"),
        ("public_services.online", {}, "H23.19"),
    ],
)
def test_each_matter_of_hai_duong_has_its_unit(category: str, answers: Answers, unit: str) -> None:
    assert decided(category, THANH_MIEN_COMMUNE, answers).unit_code == unit


def test_conduct_of_commune_staff_never_goes_back_to_the_commune() -> None:
    decision = decided("conduct.attitude", THANH_MIEN_COMMUNE, {"office_tier": "commune"})
    assert decision.unit_name.vi == "UBND huyện Thanh Miện"


def test_a_complaint_is_diverted_whatever_category_it_names() -> None:
    assert decided("roads.pothole", CAM_THUONG, kind=Kind.COMPLAINT).rule == "legal-track"


def test_an_old_district_matter_goes_to_the_commune_where_there_are_no_districts() -> None:
    decision = decided("construction.unpermitted", NHA_TRANG, tenant=KHANHHOA)
    assert (decision.tier, decision.rule) == ("commune", Fallback.RECEPTION)
    assert decision.unit_name.vi.startswith("UBND phường")


def test_a_former_district_road_is_the_communes_in_khanh_hoa() -> None:
    decision = decided("roads.pothole", NHA_TRANG, {"road_class": "district"}, tenant=KHANHHOA)
    assert (decision.tier, decision.rule) == ("commune", "road-commune")


def test_karaoke_after_ten_is_the_night_rule() -> None:
    night = WORKDAY + timedelta(hours=13)  # 23:00
    assert decided("noise.karaoke", CAM_THUONG, at=night).rule == "noise-at-night"
    assert decided("noise.karaoke", CAM_THUONG).rule == Fallback.CATEGORY_DEFAULT


def test_a_place_known_only_by_its_district_still_has_a_unit() -> None:
    decision = decided("waste.uncollected", THANH_MIEN)
    assert decision.unit_name.vi == "UBND huyện Thanh Miện"


def test_packaged_rulebooks_may_be_published() -> None:
    provinces = packaged_provinces()
    for tenant in (HAIDUONG, KHANHHOA):
        book = provinces.rulebooks.book(tenant, WORKDAY)
        assert book.version == 1
        assert len(book.rules) >= 15
        domain.check_rules(book.rules, provinces.directory, provinces.catalogue, tenant=tenant, on=WORKDAY.date())


def test_no_packaged_rule_is_dead_for_want_of_its_unit() -> None:
    provinces = packaged_provinces()
    for tenant, area in ((HAIDUONG, THANH_MIEN_COMMUNE), (KHANHHOA, NHA_TRANG)):
        for category in provinces.catalogue.all(tenant):
            decision = decided(category.code, area, tenant=tenant)
            assert all(skipped.why is not Why.NO_UNIT for skipped in decision.considered), decision


def test_the_promise_of_an_emergency_is_one_working_day() -> None:
    for category in packaged_provinces().catalogue.all(HAIDUONG):
        if category.emergency:
            priority = catalogue_domain.initial_priority(category, {})
            assert catalogue_domain.target_working_days(category, priority) == 1
