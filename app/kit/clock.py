"""The one source of the present moment. Nothing else may read the system's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the present instant; tests put their own in its place."""

    def now(self) -> datetime:
        """The present instant, aware, UTC, microseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC, microseconds."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place that may


class FixedClock:
    """A clock that stands until it is moved; for tests and for replays."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self.at


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Time zone by its IANA name. Raises: ZoneInfoNotFoundError."""
    return ZoneInfo(name)


def local_day(at: datetime, zone_name: str) -> date:
    """Calendar day of the instant `at` in the zone `zone_name`."""
    return at.astimezone(zone(zone_name)).date()


def rfc3339(at: datetime) -> str:
    """`at` in UTC as RFC 3339 text ending in `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def microseconds(at: datetime) -> int:
    """`at` as microseconds since 1970: exact, and a number that JSON carries whole until 2255."""
    return (at - EPOCH) // timedelta(microseconds=1)
