"""What is counted of service requests for figures."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from .vocabulary import Channel

ONLINE_CHANNELS: Final = frozenset({Channel.APP, Channel.WEB})


class Counted(NamedTuple):
    """Service requests of one procedure's version that one unit decides."""

    procedure_code: str
    procedure_version: int
    unit_id: UUID
    tier: str
    due: int = 0  # the first appointment has passed
    apart: int = 0  # given up or withdrawn before it had; not in `due`
    on_time: int = 0  # of `due`: decided by the first appointment
    on_time_with_pauses: int = 0  # of `due`: by that date as states 5, 6 and 8 have moved it
    open_overdue: int = 0  # of `due`: not decided yet
    whole: int = 0  # of `due`: every step was done here, and what was granted is here as a file
    filed: int = 0
    filed_online: int = 0  # of `filed`
    not_accepted: int = 0  # of `filed`
    not_taken_up: int = 0  # of `filed`: still without an appointment
    supplements: int = 0  # asked for on what was filed
    supplemented: int = 0  # of `filed`: asked for more at least once
