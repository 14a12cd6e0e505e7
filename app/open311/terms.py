"""Vocabulary of the door: formats, and the two states that other systems know."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.cases.terms import OPEN_STATES, CaseState

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
PREFIX: Final = "/open311/v2"


class Format(StrEnum):
    """How an answer is written, by the ending of its address."""

    JSON = "json"
    XML = "xml"

    @property
    def media_type(self) -> str:
        """The content type that the specification asks for."""
        return "application/json; charset=utf-8" if self is Format.JSON else "text/xml; charset=utf-8"


class Status(StrEnum):
    """What Open311 knows of a case's state."""

    OPEN = "open"
    CLOSED = "closed"

    @property
    def states(self) -> frozenset[CaseState]:
        """Our states that it stands for."""
        return OPEN_STATES if self is Status.OPEN else frozenset(set(CaseState) - OPEN_STATES)


def status_of(state: CaseState) -> Status:
    """What Open311 calls the state."""
    return Status.OPEN if state in OPEN_STATES else Status.CLOSED


_CLOSING: Final = frozenset({"case.resolved", "case.merged", "case.withdrawn", "case.closed", "case.diverted"})
_OPENING: Final = frozenset({"case.opened", "case.reopened", "case.unmerged"})


def status_after(type: str, before: Status) -> Status:  # noqa: A002 - the timeline's own word
    """What Open311 calls the state after an entry of this type, when it was `before` until then."""
    if type in _CLOSING:
        return Status.CLOSED
    return Status.OPEN if type in _OPENING else before
