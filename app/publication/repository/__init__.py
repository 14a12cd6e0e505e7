"""Every statement of publication: one each for what the public reads, a handful for any number of cases rebuilt."""

from __future__ import annotations

from .reading import body_of, common_terms, page_of
from .rebuilding import PublicationRepository
from .similar import count_waiting, newest_open, open_near, open_within
from .storing import place, to_place, unplaced, written_array
from .streaming import events_after
from .windows import Mirrored, bodies_by_code, rows_in

__all__ = [
    "Mirrored",
    "PublicationRepository",
    "bodies_by_code",
    "body_of",
    "common_terms",
    "count_waiting",
    "events_after",
    "newest_open",
    "open_near",
    "open_within",
    "page_of",
    "place",
    "rows_in",
    "to_place",
    "unplaced",
    "written_array",
]
