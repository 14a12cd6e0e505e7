"""The catalogue in memory: found, nearly found, retired."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.catalogue import service
from app.catalogue.errors import RetiredCategory, UnknownCategory
from app.catalogue.seed import packaged_categories
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Kind, Priority
from app.kit.ids import TenantId

TENANT, OTHER = TenantId(1), TenantId(2)
TODAY = date(2026, 11, 20)
CATALOGUE = Catalogue(packaged_categories(TENANT))


def with_change(code: str, **changes: object) -> Catalogue:
    """The catalogue after a tenant's edit."""
    rows = packaged_categories(TENANT)
    return Catalogue(replace(row, **changes) if row.code == code else row for row in rows)  # type: ignore[arg-type]


def test_a_category_has_its_lineage_leaf_first() -> None:
    assert CATALOGUE.lineage(TENANT, "roads.pothole") == ("roads.pothole", "roads")
    assert CATALOGUE.lineage(TENANT, "roads") == ("roads",)
    assert CATALOGUE.subtree(TENANT, "noise") == {"noise", "noise.karaoke", "noise.works"}


def test_the_tree_holds_every_category_once_in_its_order() -> None:
    assert [item.code for item in CATALOGUE.all(TENANT)] == [row.code for row in packaged_categories(TENANT)]
    assert CATALOGUE.tree(TENANT)[0].group.code == "roads"


def test_a_tenant_sees_only_its_own() -> None:
    assert CATALOGUE.find(OTHER, "roads.pothole") is None
    assert CATALOGUE.tree(OTHER) == ()
    with pytest.raises(UnknownCategory):
        CATALOGUE.category(OTHER, "roads.pothole")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("roads.pothol", "roads.pothole"),
        ("pothole", "roads.pothole"),
        ("o ga", "roads.pothole"),
        ("ổ gà", "roads.pothole"),
        ("Đèn đường", "lighting.street_lamp"),
        ("mat dien", "electricity.power_cut"),
        ("street_lamp", "lighting.street_lamp"),
        ("karaoke", "noise.karaoke"),
        ("don to cao", "denunciation"),
        ("Đoạn đường từ cầu An Lỗ, đèn đường không sáng", "lighting.street_lamp"),
    ],
)
def test_what_was_nearly_said_is_suggested_first(asked: str, meant: str) -> None:
    with pytest.raises(UnknownCategory) as refused:
        CATALOGUE.category(TENANT, asked)
    suggestions = refused.value.extensions["suggestions"]
    assert isinstance(suggestions, list)
    assert suggestions[0]["code"] == meant
    assert suggestions[0]["name"].vi in refused.value.detail.vi


def test_nonsense_is_refused_without_a_guess() -> None:
    for asked in ("xyzzyq", "", "   ", "{0}{name}", "§§§", "q" * 5000):
        with pytest.raises(UnknownCategory) as refused:
            CATALOGUE.category(TENANT, asked)
        assert refused.value.extensions["suggestions"] == []
        assert len(refused.value.detail.vi) < 300


def test_a_retired_category_is_known_but_takes_no_new_report() -> None:
    for changes in ({"active": False}, {"valid_to": date(2026, 11, 19)}, {"valid_from": date(2026, 11, 21)}):
        catalogue = with_change("roads.pothole", **changes)
        assert catalogue.category(TENANT, "roads.pothole").name.vi
        with pytest.raises(RetiredCategory):
            catalogue.open_category(TENANT, "roads.pothole", TODAY)


def test_the_last_day_belongs_to_a_category() -> None:
    catalogue = with_change("roads.pothole", valid_from=TODAY, valid_to=TODAY)
    assert catalogue.open_category(TENANT, "roads.pothole", TODAY).code == "roads.pothole"


def test_a_report_is_classified_in_one_call() -> None:
    found = service.classify(
        CATALOGUE, tenant=TENANT, code="roads.pothole", kind=None, answers={"danger": True}, on=TODAY
    )
    assert (found.kind, found.priority, found.target_working_days) == (Kind.FIELD_REPORT, Priority.URGENT, 1)
    assert found.lineage == ("roads.pothole", "roads")
    assert not found.diverted
    assert found.guidance is None


def test_a_diverted_report_carries_the_guidance_of_its_track() -> None:
    manhole = service.classify(
        CATALOGUE, tenant=TENANT, code="drainage.manhole_cover", kind=Kind.COMPLAINT, answers=None, on=TODAY
    )
    assert manhole.diverted
    assert manhole.guidance is not None
    assert "Luật Khiếu nại" in manhole.guidance.vi


def sorted_anew(catalogue: Catalogue, code: str, priority: Priority) -> service.Classified:
    """What an officer makes of a case that is a field report."""
    return service.reclassify(
        catalogue, tenant=TENANT, code=code, kind=Kind.FIELD_REPORT, priority=priority, answers=None
    )


def test_a_case_may_stay_in_its_retired_category() -> None:
    catalogue = with_change("roads.pothole", active=False)
    assert sorted_anew(catalogue, "roads.pothole", Priority.HIGH).priority is Priority.HIGH


def test_an_officer_chooses_the_priority_but_an_emergency_stays_urgent() -> None:
    assert sorted_anew(CATALOGUE, "roads.pothole", Priority.LOW).priority is Priority.LOW
    assert sorted_anew(CATALOGUE, "trees.fallen", Priority.LOW).priority is Priority.URGENT
