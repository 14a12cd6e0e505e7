"""Words of what the portals of units show of publications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from app.kit.ids import UnitId

Seats: TypeAlias = Mapping[UUID, Sequence[UnitId]]
"""Of cases: the units whose portals show them."""


class Unplaced(NamedTuple):
    """A publication that is to be shown by the portals of its unit and of those above it."""

    case_id: UUID
    revision: int
    published: bool
    line: bytes
    unit_id: UnitId
    opened_at: datetime


class Told(NamedTuple):
    """A case as one unit's portal tells of it; without `body` and `line` it is shown there no longer."""

    case_id: UUID
    code: str
    revision: int
    sha256: str
    updated_at: datetime
    line: bytes | None
    body: bytes | None


class PortalDay(NamedTuple):
    """All cases of a portal that were opened on one day where the province is: how many, and one digest of them.

    Neither where there are many and they changed a moment ago.
    """

    day: date
    cases: int | None
    sha256: str | None


class Held(NamedTuple):
    """A case of a portal as the digest of its day counts it."""

    code: str
    revision: int
    sha256: str


class Standing(NamedTuple):
    """How many cases a portal shows, each counted up to MOST_COUNTED: open, overdue among those, and handled."""

    open: int
    overdue: int
    handled: int


MOST_COUNTED = 10_000
MOST_MAPPED = 5_000  # days of a province in its sitemap, and cases of a day in theirs
MOST_MADE = 2_000  # cases of a day whose digest is made while somebody waits for it
KEPT_DAYS = 40  # at most in a transaction of the worker's
