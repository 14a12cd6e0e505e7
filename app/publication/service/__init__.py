"""What the public reads, how it is rebuilt, and how changes are told live."""

from __future__ import annotations

from .common_terms import CommonTerms
from .correcting import redact_case
from .reading import features, preview_of, public_body, public_cases, public_preview
from .rebuilding import index_all_words, index_words, rebuild, rebuild_all
from .streaming import LiveFeed, LiveFeeds

__all__ = [
    "CommonTerms",
    "LiveFeed",
    "LiveFeeds",
    "features",
    "index_all_words",
    "index_words",
    "preview_of",
    "public_body",
    "public_cases",
    "public_preview",
    "rebuild",
    "rebuild_all",
    "redact_case",
]
