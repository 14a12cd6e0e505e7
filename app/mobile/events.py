"""Facts of this room, in the past tense."""

from __future__ import annotations

from enum import StrEnum


class ChangeEvent(StrEnum):
    """Names of the facts; stable, they are the `type` of outbox messages."""

    WENT_ON = "changes.went_on"  # only so many things of a case were looked at; its subject is the case
