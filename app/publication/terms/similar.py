"""Vocabulary of likeness: what two reports have in common."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from app.kit.geo import Point
from app.kit.ids import UnitId


class Likeness(NamedTuple):
    """How likely two reports are one matter, from 0 to 1, and the words in which both say it."""

    score: float
    shared: tuple[str, ...]


class NearCase(NamedTuple):
    """An open public case near a place, or in a commune: its text in folded words, and its line as it is stored."""

    case_id: UUID
    category: str
    group: str
    point: Point | None
    words: str
    line: bytes


class SimilarCase(NamedTuple):
    """A public case that is probably what somebody is about to report, and why that is thought."""

    line: bytes
    metres: int | None  # None where one of both is known by its commune alone
    days: int
    likeness: Likeness


class OpenCase(NamedTuple):
    """An open case of an area as officers see it, public or not, with the beginning of what was reported."""

    case_id: UUID
    code: str
    category: str
    point: Point | None
    summary: str
    unit_id: UnitId


class LikelyDuplicate(NamedTuple):
    """An open case that is probably the same matter as another one, and why that is thought."""

    case: OpenCase
    metres: int | None
    days: int  # between both
    likeness: Likeness
