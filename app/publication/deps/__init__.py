"""What endpoints about public cases ask FastAPI for."""

from __future__ import annotations

from .feeds import continued, feed_of, host_of
from .figures import FiguresQuery, figures_asked
from .lists import (
    Asked,
    CasesQuery,
    FeaturesQuery,
    TableQuery,
    asked,
    common_terms,
    cursor_of,
    key_after,
    next_cursor,
)
from .maps import DensityQuery, TileQuery, categories_of, density_asked, tile_held, tile_tag
from .shared import CurrentFeeds, CurrentPhotoStore, CurrentStores, LastEventId, Reader, read_by
from .similar import AboutToReport, SimilarQuery, about_to_report

__all__ = [
    "AboutToReport",
    "Asked",
    "CasesQuery",
    "CurrentFeeds",
    "CurrentPhotoStore",
    "CurrentStores",
    "DensityQuery",
    "FeaturesQuery",
    "FiguresQuery",
    "LastEventId",
    "Reader",
    "SimilarQuery",
    "TableQuery",
    "TileQuery",
    "about_to_report",
    "asked",
    "categories_of",
    "common_terms",
    "continued",
    "cursor_of",
    "density_asked",
    "feed_of",
    "figures_asked",
    "host_of",
    "key_after",
    "next_cursor",
    "read_by",
    "tile_held",
    "tile_tag",
]
