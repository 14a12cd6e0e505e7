"""Facts of this room, in the past tense."""

from __future__ import annotations

from enum import StrEnum


class NoticeEvent(StrEnum):
    """Names of the facts; stable, they are the `type` of outbox messages."""

    WENT_ON = "notices.went_on"  # only so many supporters were told of a fact; its subject is the case
