"""All boundaries of one edition, one grid a tier."""

from __future__ import annotations

from collections.abc import Mapping

from app.directory.terms import AreaCode, Tier, tier_of

from .geometry import rings_of
from .grid import Grid

Layer = tuple[tuple[AreaCode, ...], Grid]
"""Codes in the order in which the grid numbers them, which is ascending."""


class Boundaries:
    """Which areas' boundaries hold a point; built once from WKB and kept while the active sets stay the same."""

    __slots__ = ("codes", "layers")

    def __init__(self, shapes: Mapping[AreaCode, bytes]) -> None:
        """`shapes` has the multipolygon of each area that has a boundary, by code."""
        self.codes = frozenset(shapes)
        layers: list[Layer] = []
        for tier in (Tier.COMMUNE, Tier.DISTRICT, Tier.PROVINCE):
            codes = tuple(sorted(code for code in shapes if tier_of(code) is tier))
            if codes:
                layers.append((codes, Grid(rings_of(shapes[code]) for code in codes)))
        self.layers = tuple(layers)
        """The deepest tier first; tiers without any boundary are left out."""
