"""Locating is total, deterministic, and agrees with an exact test of every boundary."""

from __future__ import annotations

import json
import math
import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings, strategies as st
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.directory.errors import BadPoint
from app.directory.snapshot import Area, AreaMap, Boundaries, Edition
from app.directory.snapshot.geometry import UNITS, rings_of
from app.directory.snapshot.grid import Grid
from app.directory.terms import AreaCode, Confidence, EditionId, Tier
from app.kit.geo import Box, Point

EDITION = Edition(EditionId(1), "test", "test", "test", None, None)
SQUARE = shapely.box(106.0, 20.5, 106.6, 21.0)
REAL = Path(__file__).parents[4] / "shared" / "data"
inside_square = st.tuples(st.floats(20.5, 21.0), st.floats(106.0, 106.6))


def rounded(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry on the grid of whole units, valid."""
    exact = shapely.transform(geometry, lambda points: np.round(points, 7))
    return MultiPolygon([exact]) if isinstance(exact, Polygon) else exact


def wkb(geometry: BaseGeometry) -> bytes:
    found: bytes = shapely.to_wkb(geometry, byte_order=1)
    return found


@cache
def communes() -> dict[AreaCode, BaseGeometry]:
    """Forty cells that fill the square, ten for each of four districts."""
    rng = random.Random(7)
    seeds = shapely.multipoints([(rng.uniform(106.0, 106.6), rng.uniform(20.5, 21.0)) for _ in range(40)])
    cells = shapely.voronoi_polygons(seeds, extend_to=SQUARE).geoms
    drawn = [rounded(cell.intersection(SQUARE)) for cell in cells]
    return {AreaCode(f"{10000 + number}"): cell for number, cell in enumerate(drawn)}


@cache
def districts() -> dict[AreaCode, BaseGeometry]:
    """The union of each ten."""
    cells = list(communes().values())
    return {AreaCode(f"20{n}"): rounded(shapely.union_all(cells[n * 10 : n * 10 + 10])) for n in range(4)}


def area(code: str, tier: Tier, parent: str | None, shape: BaseGeometry) -> Area:
    west, south, east, north = shape.bounds
    centre = shape.centroid
    return Area(
        EDITION.id,
        AreaCode(code),
        code,
        "Xã",
        tier,
        AreaCode(parent) if parent else None,
        Point(centre.y, centre.x),
        Box(south, west, north, east),
        code,
    )


def make_map(drawn: dict[AreaCode, BaseGeometry]) -> AreaMap:
    """The map of one province with these boundaries."""
    areas = [area("30", Tier.PROVINCE, None, SQUARE)]
    areas += [area(code, Tier.DISTRICT, "30", shape) for code, shape in districts().items()]
    areas += [
        area(code, Tier.COMMUNE, f"20{number // 10}", shape) for number, (code, shape) in enumerate(communes().items())
    ]
    shapes = {code: wkb(shape) for code, shape in drawn.items()}
    return AreaMap(EDITION, areas, boundaries=Boundaries(shapes) if shapes else None)


@cache
def maps() -> dict[str, AreaMap]:
    """The same province with all, some and no boundaries."""
    province = {AreaCode("30"): rounded(SQUARE)}
    return {
        "none": make_map({}),
        "province": make_map(province),
        "districts": make_map(districts()),
        "communes": make_map(communes()),
        "all": make_map(province | districts() | communes()),
        "half": make_map(province | districts() | dict(list(communes().items())[:15])),
        "holes": make_map(province | dict(list(communes().items())[::2])),
    }


NAMES = ["none", "province", "districts", "communes", "all", "half", "holes"]


@pytest.mark.parametrize("name", NAMES)
@given(lat=st.floats(), lon=st.floats(), accuracy=st.none() | st.floats())
def test_every_point_on_earth_and_beyond_has_an_answer_or_a_problem(
    name: str, lat: float, lon: float, accuracy: float | None
) -> None:
    try:
        located = maps()[name].locator.locate(Point(lat, lon), accuracy)
    except BadPoint:
        return
    assert located.chain.province.code == "30"


@pytest.mark.parametrize("name", NAMES)
@given(place=inside_square, accuracy=st.none() | st.floats(0, 30_000))
def test_a_point_in_the_province_always_has_a_commune_and_always_the_same(
    name: str, place: tuple[float, float], accuracy: float | None
) -> None:
    located = maps()[name].locator.locate(Point(*place), accuracy)
    assert located.chain.commune is not None
    assert located == maps()[name].locator.locate(Point(*place), accuracy)
    assert located.chain.commune not in [neighbour.area for neighbour in located.neighbours]


@pytest.mark.parametrize("name", ["communes", "all", "half"])
@given(place=inside_square)
def test_a_point_inside_a_loaded_boundary_gets_that_area(name: str, place: tuple[float, float]) -> None:
    lat, lon = round(place[0], 7), round(place[1], 7)
    point = shapely.Point(lon, lat)
    loaded = maps()[name].boundaries
    assert loaded is not None
    for code, shape in communes().items():
        if code in loaded.codes and shape.contains(point) and shape.boundary.distance(point) > 1e-9:
            located = maps()[name].locator.locate(Point(lat, lon))
            assert (located.chain.area.code, located.confidence) == (code, Confidence.EXACT)


@given(place=inside_square, accuracy=st.floats(1, 5000))
def test_a_circle_over_a_border_names_the_neighbour(place: tuple[float, float], accuracy: float) -> None:
    located = maps()["communes"].locator.locate(Point(*place), accuracy)
    x, y = round(place[1] * UNITS), round(place[0] * UNITS)
    metres = math.radians(1) * 6_371_008.8
    across = math.cos(math.radians(y / UNITS))
    point = shapely.Point(x / UNITS * across * metres, y / UNITS * metres)

    def flat(shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, lambda points: points * [across * metres, metres])

    own = flat(communes()[located.chain.area.code]).boundary.distance(point)
    if abs(own - accuracy) > 0.1 and own > 0.1:
        assert (located.confidence is Confidence.BORDER) == (own <= accuracy)
    for neighbour in located.neighbours[:3]:
        assert neighbour.distance_m == pytest.approx(flat(communes()[neighbour.area.code]).distance(point), abs=0.2)


@st.composite
def stars(draw: st.DrawFn) -> Polygon:
    """A star with up to thirty points around a centre, somewhere in the square, often concave."""
    centre = draw(inside_square)
    radii = draw(st.lists(st.floats(0.001, 0.2), min_size=3, max_size=30))
    turn = 2 * math.pi / len(radii)
    corners = [
        (centre[1] + radius * math.cos(turn * n), centre[0] + radius * math.sin(turn * n))
        for n, radius in enumerate(radii)
    ]
    return Polygon(corners)


@settings(max_examples=60)
@given(shapes=st.lists(stars(), min_size=1, max_size=6), seed=st.integers(0, 10_000))
def test_the_grid_agrees_with_an_exact_test_of_every_polygon(shapes: list[Polygon], seed: int) -> None:
    usable = [shape for shape in map(rounded, shapes) if shape.is_valid and shape.area > 0]
    if not usable:
        return
    grid = Grid([rings_of(wkb(shape)) for shape in usable])
    rng = random.Random(seed)
    for _ in range(60):
        x, y = rng.randrange(1_058_000_000, 1_068_000_000), rng.randrange(203_000_000, 212_000_000)
        point = shapely.Point(x / UNITS, y / UNITS)
        if all(shape.boundary.distance(point) > 1e-9 for shape in usable):
            assert list(grid.holding(x, y)) == [n for n, shape in enumerate(usable) if shape.contains(point)]


def test_a_point_on_a_shared_edge_is_in_exactly_one_of_the_two() -> None:
    left, right = shapely.box(106.0, 20.5, 106.1, 20.6), shapely.box(106.1, 20.5, 106.2, 20.6)
    grid = Grid([rings_of(wkb(rounded(shape))) for shape in (left, right)])
    for y in range(205_000_000, 206_000_000, 12_345):
        assert len(grid.holding(1_061_000_000, y)) == 1


def test_a_hole_is_not_inside() -> None:
    ring = shapely.box(106.0, 20.5, 106.3, 20.8).difference(shapely.box(106.1, 20.6, 106.2, 20.7))
    grid = Grid([rings_of(wkb(rounded(ring)))])
    assert list(grid.holding(1_060_500_000, 205_500_000)) == [0]
    assert list(grid.holding(1_061_500_000, 206_500_000)) == []


@pytest.mark.parametrize(
    "name",
    [
        "approx_legacy_haiduong_communes.geojson",
        "boundaries_2025_haiphong.geojson",
        "boundaries_legacy_provinces_coarse.geojson",
    ],
)
def test_the_grid_agrees_with_an_exact_test_on_real_boundaries(name: str) -> None:
    file = REAL / name
    if not file.exists():
        return  # only where the real data lies beside the checkout
    features = json.loads(file.read_bytes())["features"]
    shapes = [rounded(shapely.from_geojson(json.dumps(feature["geometry"]))) for feature in features]
    grid = Grid([rings_of(wkb(shape)) for shape in shapes])
    west, south, east, north = shapely.total_bounds(shapes)
    rng = random.Random(1)
    places = [(round(rng.uniform(west, east) * UNITS), round(rng.uniform(south, north) * UNITS)) for _ in range(3000)]
    points = shapely.points(np.array(places) / UNITS)
    expected: list[list[int]] = [[] for _ in places]
    for number, which in shapely.STRtree(shapes).query(points, predicate="within").T.tolist():
        expected[number].append(which)
    assert [list(grid.holding(x, y)) for x, y in places] == [sorted(found) for found in expected]
