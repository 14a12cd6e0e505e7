"""What the public reads, how it is rebuilt, and how changes are told live."""

from __future__ import annotations

from .common_terms import CommonTerms
from .correcting import redact_case
from .figures import overview, tally
from .maps import MOST_OUTLINES, count_places, density, draw_tile
from .photos import (
    Stores,
    category_of,
    clean_photos,
    decide_photos,
    draft_photo,
    let_go_photos,
    list_photos,
    public_photo,
)
from .portals import (
    keep_days,
    note_lost,
    portal_cases,
    portal_changed_at,
    portal_changes,
    portal_codes,
    portal_codes_of,
    portal_dates,
    portal_day,
    portal_days,
    portal_news,
    portal_standing,
)
from .reading import (
    features,
    preview_of,
    public_bodies,
    public_body,
    public_cases,
    public_news,
    public_preview,
    public_window,
)
from .rebuilding import index_all_words, index_words, place, rebuild, rebuild_all
from .recounting import recount
from .senders import bodies_of_client
from .similar import count_waiting, duplicates_of, similar_cases, similar_to, similar_within
from .streaming import LiveFeed, LiveFeeds

__all__ = [
    "MOST_OUTLINES",
    "CommonTerms",
    "LiveFeed",
    "LiveFeeds",
    "Stores",
    "bodies_of_client",
    "category_of",
    "clean_photos",
    "count_places",
    "count_waiting",
    "decide_photos",
    "density",
    "draft_photo",
    "draw_tile",
    "duplicates_of",
    "features",
    "index_all_words",
    "index_words",
    "keep_days",
    "let_go_photos",
    "list_photos",
    "note_lost",
    "overview",
    "place",
    "portal_cases",
    "portal_changed_at",
    "portal_changes",
    "portal_codes",
    "portal_codes_of",
    "portal_dates",
    "portal_day",
    "portal_days",
    "portal_news",
    "portal_standing",
    "preview_of",
    "public_bodies",
    "public_body",
    "public_cases",
    "public_news",
    "public_photo",
    "public_preview",
    "public_window",
    "rebuild",
    "rebuild_all",
    "recount",
    "redact_case",
    "similar_cases",
    "similar_to",
    "similar_within",
    "tally",
]
