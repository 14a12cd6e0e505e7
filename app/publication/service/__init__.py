"""What the public reads, how it is rebuilt, and how changes are told live."""

from __future__ import annotations

from .reading import as_public, features, public_body, public_cases
from .rebuilding import rebuild, rebuild_all
from .streaming import Listener, LiveFeed, LiveFeeds

__all__ = [
    "Listener",
    "LiveFeed",
    "LiveFeeds",
    "as_public",
    "features",
    "public_body",
    "public_cases",
    "rebuild",
    "rebuild_all",
]
