"""Colours that can be read, and sites that may frame."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.kit.text import Text
from app.portals.domain import LEAST_CONTRAST, PAPER, WHITE, contrast, mistakes, nearest_readable
from app.portals.terms import BRAND, LINK, Wanted

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def wanted(brand: str = BRAND, link: str = LINK, framers: tuple[str, ...] = ()) -> Wanted:
    return Wanted(Text("Cổng", "Portal"), Text("Giới thiệu", "Introduction"), brand, link, framers)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54), ("#ff0000", "#ffffff", 4)],
)
def test_contrast_is_what_the_guidelines_have(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@given(colours, colours)
def test_contrast_lies_between_one_and_twenty_one(one: str, other: str) -> None:
    assert 1 <= contrast(one, other) <= 21.0001


@given(colours)
def test_the_colour_that_is_proposed_can_be_read(colour: str) -> None:
    assert contrast(nearest_readable(colour, PAPER), PAPER) >= LEAST_CONTRAST


def test_what_the_province_looks_like_can_be_read() -> None:
    assert mistakes(wanted()) == []
    assert contrast(BRAND, WHITE) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        (wanted(brand="#777777"), "/brand"),
        (wanted(brand="#ffff00"), "/brand"),
        (wanted(brand="red"), "/brand"),
        (wanted(link="#767676"), "/link"),  # enough on white, not on the ground of the pages
        (wanted(framers=("https://a.vn", "https://b.vn/path")), "/frame_ancestors/1"),
        (wanted(framers=("https://a.vn; script-src *",)), "/frame_ancestors/0"),
        (wanted(framers=("*",)), "/frame_ancestors/0"),
        (wanted(framers=("http://a.vn",)), "/frame_ancestors/0"),
        (wanted(framers=("https://",)), "/frame_ancestors/0"),
        (wanted(framers=tuple(f"https://s{number}.vn" for number in range(21))), "/frame_ancestors"),
    ],
)
def test_what_cannot_be_is_pointed_at(given: Wanted, pointer: str) -> None:
    assert [mistake["pointer"] for mistake in mistakes(given)] == [pointer]


@pytest.mark.parametrize("framer", ["https://haiduong.gov.vn", "https://*.gov.vn:8443", "http://localhost:3000"])
def test_sites_may_be_named(framer: str) -> None:
    assert mistakes(wanted(framers=(framer,))) == []
