"""Facts about support, in the past tense. None says who: its subject is the support, or the case that was counted."""

from __future__ import annotations

from enum import StrEnum


class SupportEvent(StrEnum):
    """Names of the facts; stable, they are the `type` of outbox messages."""

    GIVEN = "support.given"
    TAKEN_BACK = "support.taken_back"
    COUNTED = "support.counted"  # everyone is told another number of a case now
