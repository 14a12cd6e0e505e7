"""Importing boundaries: checked whole, switched at once, the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from app.db.reference import read_versions
from app.db.work import Work
from app.directory.errors import BoundariesRefused, BoundaryFileUnreadable, UnknownEdition
from app.directory.models import AreaBoundary, BoundarySet
from app.directory.repository import DirectoryLoader
from app.directory.service import check_boundaries, import_boundaries, switch_boundaries
from app.directory.terms import Confidence, EditionId
from app.kit.geo import Point

OLDER = EditionId(1)
REAL = Path(__file__).parents[4] / "shared" / "data"
Corners = tuple[float, float, float, float]


def feature(code: object, box: Corners | Sequence[tuple[float, float]], **properties: object) -> dict[str, object]:
    """One area as a box of west, south, east, north, or as a ring of points."""
    if len(box) == 4 and not isinstance(box[0], tuple):
        west, south, east, north = box
        ring: object = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    else:
        ring = [*box, box[0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, **properties}, "geometry": geometry}


def collection(*features: dict[str, object]) -> bytes:
    return orjson.dumps({"type": "FeatureCollection", "features": features})


CAM_THUONG = feature("10507", (106.30, 20.94, 106.32, 20.96), valid_to="2025-06-30")
BINH_HAN = feature("10510", (106.32, 20.94, 106.34, 20.96), valid_to="2025-06-30")


async def located(work: Work, lat: float, lon: float) -> tuple[str, Confidence]:
    found = (await DirectoryLoader("haiduong")(work.session)).locate(OLDER, Point(lat, lon))
    return found.chain.area.code, found.confidence


async def sets(work: Work) -> list[bool]:
    found = await work.session.scalars(select(BoundarySet.active).order_by(BoundarySet.imported_at, BoundarySet.id))
    return list(found)


async def test_an_imported_boundary_decides_where_a_point_is(work: Work) -> None:
    before = (await read_versions(work.session))["directory"]
    report = await import_boundaries(work, collection(CAM_THUONG, BINH_HAN), name="two wards")
    assert (report.edition, dict(report.counts), report.replaced) == ("vn-63", {"commune": 2}, 0)
    assert await located(work, 20.941, 106.301) == ("10507", Confidence.EXACT)
    assert await located(work, 20.941, 106.339) == ("10510", Confidence.EXACT)
    assert (await located(work, 20.80, 106.30))[1] is Confidence.APPROXIMATE
    assert (await read_versions(work.session))["directory"] == before + 1


async def test_a_newer_file_replaces_only_the_areas_it_names(work: Work) -> None:
    await import_boundaries(work, collection(CAM_THUONG, BINH_HAN), name="first")
    work.now += timedelta(seconds=1)
    wider = feature("10507", (106.30, 20.94, 106.323, 20.96))
    report = await import_boundaries(work, collection(wider), name="second", edition_code="vn-63")
    assert report.replaced == 1
    assert report.overlap_km2 == pytest.approx(0.69, abs=0.03)  # the new Cẩm Thượng takes some of Bình Hàn
    assert await located(work, 20.95, 106.315) == ("10507", Confidence.EXACT)
    assert await located(work, 20.95, 106.3215) == ("10507", Confidence.BORDER)  # both claim it
    assert await located(work, 20.95, 106.339) == ("10510", Confidence.EXACT)
    assert await sets(work) == [True, True]


async def test_a_set_of_which_nothing_is_left_is_switched_off(work: Work) -> None:
    await import_boundaries(work, collection(CAM_THUONG), name="first")
    work.now += timedelta(seconds=1)
    await import_boundaries(work, collection(CAM_THUONG, BINH_HAN), name="second")
    assert await sets(work) == [False, True]


async def test_a_set_can_be_stored_switched_on_and_off(work: Work) -> None:
    await import_boundaries(work, collection(CAM_THUONG), name="later", activate=False)
    set_id = await work.session.scalar(select(BoundarySet.id))
    assert set_id is not None
    assert (await located(work, 20.941, 106.301))[1] is Confidence.APPROXIMATE
    assert await switch_boundaries(work, set_id, active=True) is True
    assert (await located(work, 20.941, 106.301))[1] is Confidence.EXACT
    assert await switch_boundaries(work, set_id, active=False) is True
    assert (await located(work, 20.941, 106.301))[1] is Confidence.APPROXIMATE


async def test_a_loader_reads_boundaries_again_only_when_the_sets_have_changed(work: Work) -> None:
    await import_boundaries(work, collection(CAM_THUONG), name="first")
    loader = DirectoryLoader("haiduong")
    first = (await loader(work.session)).map(OLDER).boundaries
    assert (await loader(work.session)).map(OLDER).boundaries is first
    await import_boundaries(work, collection(BINH_HAN), name="second")
    assert (await loader(work.session)).map(OLDER).boundaries is not first


BOW_TIE = [(106.30, 20.94), (106.32, 20.96), (106.32, 20.94), (106.30, 20.96)]


async def test_a_file_with_unknown_codes_or_bad_shapes_is_refused_with_the_list(work: Work) -> None:
    swapped = feature("10513", (20.94, 106.30, 20.96, 106.32))
    content = collection(
        CAM_THUONG, CAM_THUONG, feature("99999", (106, 20, 106.1, 20.1)), feature("10510", BOW_TIE), swapped
    )
    with pytest.raises(BoundariesRefused) as refusal:
        await import_boundaries(work, content, name="bad", edition_code="vn-63")
    said = refusal.value.extensions
    assert said["unknown_codes"] == ["99999"]
    assert said["repeated_codes"] == ["10507"]
    flaws = said["flaws"]
    assert isinstance(flaws, list)
    assert [flaw["code"] for flaw in flaws] == ["10510", "10513"]
    assert "Self-intersection" in flaws[0]["reason"].en
    assert "swapped latitude and longitude?" in flaws[1]["reason"].en
    said_in_full = refusal.value.detail.vi
    assert "10513 Phường" in said_in_full
    assert "vĩ độ và kinh độ bị đổi chỗ?" in said_in_full
    assert "99999: không có trên bản đồ" in said_in_full
    assert await work.session.scalar(select(func.count()).select_from(BoundarySet)) == 0
    assert await work.session.scalar(select(func.count()).select_from(AreaBoundary)) == 0


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"[]",
        b'{"type": "FeatureCollection", "features": []}',
        collection({"type": "Feature", "properties": {}, "geometry": None}),
        collection(feature(10507, (106, 20, 107, 21))),
        collection(feature("10507", (106, 20, 107, 21), valid_to="soon")),
        collection({**CAM_THUONG, "geometry": {"type": "Polygon"}}),
        collection(CAM_THUONG, feature("10510", (106, 20, 107, 21), valid_from="2025-07-01")),
        collection(feature("10507", (106, 20, 107, 21))),
    ],
)
async def test_an_unreadable_file_says_why(work: Work, content: bytes) -> None:
    with pytest.raises(BoundaryFileUnreadable):
        await import_boundaries(work, content, name="unreadable")


async def test_two_areas_that_claim_much_of_the_same_ground_are_refused_by_name(work: Work) -> None:
    wider = feature("10507", (106.30, 20.94, 106.33, 20.96))
    with pytest.raises(BoundariesRefused) as refusal:
        await import_boundaries(work, collection(wider, BINH_HAN), name="twice", edition_code="vn-63")
    assert "10507 Phường Cẩm Thượng: shares 2.3 km² with Phường Bình Hàn (10510)" in refusal.value.detail.en
    assert await work.session.scalar(select(func.count()).select_from(BoundarySet)) == 0


async def test_a_refusal_names_ten_of_many_and_counts_the_rest(work: Work) -> None:
    unknown = [feature(f"999{number:02}", (106, 20, 106.1, 20.1)) for number in range(12)]
    with pytest.raises(BoundariesRefused) as refusal:
        await import_boundaries(work, collection(CAM_THUONG, *unknown), name="many")
    assert "99909:" in refusal.value.detail.en
    assert "99910:" not in refusal.value.detail.en
    assert "… and 2 more" in refusal.value.detail.en


async def test_gaps_that_cannot_be_checked_and_boundaries_far_away_are_told_of(work: Work) -> None:
    report = await check_boundaries(work, collection(CAM_THUONG, feature("10510", (106.60, 20.5, 106.62, 20.52))))
    assert report.usable
    assert report.undrawn_parents == ["Thành phố Hải Dương"]
    assert [stray.code for stray in report.strays] == ["10510"]
    assert report.strays[0].km > 40


async def test_an_unknown_edition_is_refused(work: Work) -> None:
    with pytest.raises(UnknownEdition):
        await import_boundaries(work, collection(CAM_THUONG), name="x", edition_code="vn-99")


async def test_gaps_and_overhangs_against_the_parent_are_told(work: Work) -> None:
    lone = feature("318", (107.70, 20.12, 107.74, 20.14))
    province = feature("31", (107.70, 20.10, 107.74, 20.14))
    report = await check_boundaries(work, collection(lone, province), edition_code="vn-63")
    (fit,) = report.fits
    assert (fit.code, fit.outside_km2) == ("31", 0.0)
    assert fit.children_without_boundary == 14
    assert fit.gap_km2 == 0.0  # not told while children are undrawn


@pytest.mark.parametrize(
    ("name", "edition", "areas"),
    [
        ("approx_legacy_haiduong_communes.geojson", "vn-63", 207),
        ("boundaries_legacy_haiduong_haiphong_districts.geojson", "vn-63", 29),
        ("boundaries_2025_haiphong.geojson", "vn-34", 115),
    ],
)
async def test_real_files_fit_the_map(work: Work, name: str, edition: str, areas: int) -> None:
    file = REAL / name
    if not file.exists():
        return  # only where the real data lies beside the checkout
    report = await import_boundaries(work, file.read_bytes(), name=name)
    assert report.edition == edition
    assert sum(report.counts.values()) == areas
    assert report.overlap_km2 < 0.2
