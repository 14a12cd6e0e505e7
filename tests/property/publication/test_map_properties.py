"""Squares, hexagons and the bytes of tiles, for any places and any changes."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from uuid import UUID

import h3
import mapbox_vector_tile
from hypothesis import given, strategies as st

from app.cases.terms import CaseState
from app.kit.geo import VIETNAM, Box
from app.publication.domain.counting import (
    cells_within,
    density_changes,
    map_changes,
    months_between,
    name_of,
    outline,
    periods_since,
)
from app.publication.domain.mercator import (
    DEPTHS,
    EXTENT,
    LAST_ZOOM,
    SPOT_DEPTH,
    Tile,
    cell_of,
    spot_of,
    unwoven,
    woven,
)
from app.publication.domain.vector_tiles import point_tile
from app.publication.terms import RESOLUTIONS, Counted

_side = st.integers(0, (1 << SPOT_DEPTH) - 1)
_lats, _lons = st.floats(8.0, 23.4).map(lambda d: round(d, 5)), st.floats(102.1, 117.8).map(lambda d: round(d, 5))


@st.composite
def _counted(draw: st.DrawFn) -> Counted:
    lat, lon = draw(_lats), draw(_lons)
    return Counted(
        spot_of(lat, lon),
        draw(st.sampled_from([state.value for state in CaseState])),
        draw(st.sampled_from(["roads.pothole", "waste.dumping"])),
        UUID(int=draw(st.integers(1_700_000_000_000, 1_790_000_000_000)) << 80),
        lat,
        lon,
        draw(st.sampled_from(["", "288"])),
        draw(st.sampled_from(["10507", "10510"])),
    )


@given(_side, _side)
def test_woven_numbers_come_apart_again(x: int, y: int) -> None:
    assert unwoven(woven(x, y)) == (x, y)


@given(_lats, _lons, st.integers(0, LAST_ZOOM))
def test_a_spot_lies_in_the_tile_that_the_formula_of_web_maps_names(lat: float, lon: float, zoom: int) -> None:
    column = (lon + 180) / 360 * 2**zoom
    row = (1 - math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat))) / math.pi) / 2 * 2**zoom
    x, y = unwoven(cell_of(spot_of(lat, lon), zoom))
    assert math.isclose(x + 0.5, column, abs_tol=0.5001)
    assert math.isclose(y + 0.5, row, abs_tol=0.5001)
    tile = Tile(zoom, x, y)
    assert tile.is_one
    first, beyond = tile.cells(SPOT_DEPTH)
    assert first <= spot_of(lat, lon) < beyond
    depth, keeper = tile.keeper
    assert depth in DEPTHS
    assert cell_of(spot_of(lat, lon), depth) == keeper
    assert tile.counted_depth in DEPTHS


@given(st.lists(st.tuples(st.none() | _counted(), st.none() | _counted()), max_size=12))
def test_what_is_added_is_what_is_there_afterwards_less_what_was(
    changes: list[tuple[Counted | None, Counted | None]],
) -> None:
    before, after = Counter[object](), Counter[object]()
    for was, now in changes:
        for found, one in ((before, was), (after, now)):
            if one is not None:
                found.update(
                    (depth, category, cell_of(one.spot, depth), one.state)
                    for depth in DEPTHS
                    for category in ("", one.category)
                )
    added = map_changes(changes)
    for (depth, category, cell), sums in added.items():
        for state, number in zip(CaseState, sums, strict=False):
            key = (depth, category, cell, state.value)
            assert before[key] + number == after[key]
    touched = {(*key, state.value) for key in added for state in CaseState}
    assert all(before[key] == after[key] for key in {*before, *after} - touched)


@given(_counted())
def test_what_stays_is_not_written_and_what_goes_takes_all_with_it(one: Counted) -> None:
    assert not map_changes([(one, one)])
    assert not density_changes([(one, one)], "Asia/Ho_Chi_Minh")
    assert not any(any(sums) for sums in map_changes([(None, one), (one, None)]).values())
    assert not density_changes([(None, one), (one, None)], "Asia/Ho_Chi_Minh")
    assert set(density_changes([(None, one)], "Asia/Ho_Chi_Minh").values()) == {1}


@given(_counted())
def test_hexagons_are_those_of_the_library_and_hold_the_place(one: Counted) -> None:
    for resolution, _, cell, district, commune in density_changes([(None, one)], "Asia/Ho_Chi_Minh"):
        assert name_of(cell) == h3.latlng_to_cell(one.lat, one.lon, resolution)
        assert (district, commune) == (one.district, one.commune)
        assert outline(cell)[0] == outline(cell)[-1]
        assert resolution in RESOLUTIONS


@given(st.sampled_from(RESOLUTIONS), _lats, _lons)
def test_cells_of_a_box_are_those_whose_centre_lies_in_it(resolution: int, lat: float, lon: float) -> None:
    box = Box(lat, lon, lat + 0.05, lon + 0.05)
    cells = cells_within(box, resolution, 20_000)
    assert cells is not None
    for cell in cells:
        centre = h3.cell_to_latlng(name_of(cell))
        assert box.south - 0.001 <= centre[0] <= box.north + 0.001
        assert box.west - 0.001 <= centre[1] <= box.east + 0.001
    assert cells_within(Box(8, 102, 23, 117), 9, 20_000) is None


def test_a_strip_is_measured_by_its_border_and_not_beyond_the_country() -> None:
    for resolution in RESOLUTIONS:
        assert cells_within(Box(-89, 100, 89, 100.00001), resolution, 20_000) == []  # of which none is ours
        assert cells_within(Box(20.9, -180, 20.90001, -90), resolution, 20_000) == []
    for strip in (Box(-89, 105, 89, 105.00001), Box(20.9, -180, 20.90001, 180)):
        assert cells_within(strip, 9, 20_000) is None
    widest, ours = Box(-90, -180, 90, 180), Box(*VIETNAM)
    assert cells_within(widest, 5, 20_000) == cells_within(ours, 5, 20_000)


_words = st.text(max_size=12)
_properties = st.dictionaries(_words, st.integers(0, 1 << 40) | _words, max_size=5)
_points = st.lists(
    st.tuples(st.integers(-EXTENT, 2 * EXTENT), st.integers(-EXTENT, 2 * EXTENT), _properties), min_size=1, max_size=20
)


@given(_points)
def test_another_program_reads_what_was_written(points: list[tuple[int, int, dict[str, int | str]]]) -> None:
    read = mapbox_vector_tile.decode(point_tile("cases", EXTENT, points), default_options={"y_coord_down": True})
    layer = read["cases"]
    assert (layer["version"], layer["extent"]) == (2, EXTENT)
    found = [(*one["geometry"]["coordinates"], one["properties"]) for one in layer["features"]]
    assert found == [(x, y, properties) for x, y, properties in points]


def test_a_tile_without_points_has_no_bytes() -> None:
    assert point_tile("cases", EXTENT, []) == b""


_days = st.dates(date(2020, 1, 1), date(2029, 12, 31))


@given(_days, _days)
def test_periods_hold_each_month_since_then_once(one: date, other: date) -> None:
    since, until = sorted((one, other))
    months = months_between(since, until)
    assert months == sorted(set(months))
    assert (months[0], months[-1]) == (since.year * 100 + since.month, until.year * 100 + until.month)
    held: list[int] = []
    for period in periods_since(since, until):
        held += [period] if period > 9999 else [period * 100 + month for month in range(1, 13)]
    assert len(held) == len(set(held))
    assert set(months) <= set(held)
    assert min(held) == months[0]
