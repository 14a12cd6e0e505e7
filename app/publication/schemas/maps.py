"""Wire shapes of the density of public cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import orjson
from pydantic import BaseModel, Field

from app.publication.domain.counting import name_of, outline


class DensityOut(BaseModel):
    """Hexagons (H3) with public cases, and how many lie in each."""

    resolution: int = Field(examples=[7])
    since: str | None = Field(description="Tháng mở vụ việc sớm nhất. First month of opening.", examples=["2026-01"])
    cases: int = Field(description="Tổng số vụ việc. Number of cases in all cells together.", examples=[3])
    cells: dict[str, int] = Field(examples=[{"87415c941ffffff": 2, "87415c958ffffff": 1}])


class HexagonOut(BaseModel):
    """Outline of a cell, longitude first."""

    type: Literal["Polygon"]
    coordinates: list[list[tuple[float, float]]]


class CellOut(BaseModel):
    """A cell and its number of public cases."""

    cell: str = Field(examples=["87415c941ffffff"])
    cases: int = Field(examples=[2])


class DensityFeatureOut(BaseModel):
    """A hexagon as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: HexagonOut
    properties: CellOut


class DensityFeaturesOut(BaseModel):
    """The density as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[DensityFeatureOut]


def density_bytes(resolution: int, since: str | None, found: Sequence[tuple[int, int]]) -> bytes:
    """The cells as a DensityOut."""
    cells = {name_of(cell): cases for cell, cases in found}
    return orjson.dumps({"resolution": resolution, "since": since, "cases": sum(cells.values()), "cells": cells})


def density_features(found: Sequence[tuple[int, int]]) -> bytes:
    """The cells as a DensityFeaturesOut."""
    features = [
        {
            "type": "Feature",
            "id": name,
            "geometry": {"type": "Polygon", "coordinates": [outline(cell)]},
            "properties": {"cell": name, "cases": cases},
        }
        for cell, cases in found
        for name in (name_of(cell),)
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})
