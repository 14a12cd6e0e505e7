"""Vocabulary of federation: neighbours, the cases entrusted to or by them, and the parcels that tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.cases.events import ENTERING, EventType
from app.kit.ids import CaseId, ReportId, TenantId, UnitId
from app.kit.text import Text

CONSUMER: Final = "federation"
TOLD: Final = frozenset(
    {
        EventType.ACCEPTED,
        EventType.ESCALATED,
        EventType.EXTENDED,
        EventType.PAUSED,
        EventType.RESUMED,
        EventType.DUE_MOVED,
        EventType.REPORTER_ASKED,
        EventType.RESOLVED,
        EventType.CLOSED,
        EventType.DIVERTED,
        EventType.WITHDRAWN,
        EventType.MERGED,
        *(ENTERING - {EventType.OPENED}),
    }
)
"""Facts about a case from a neighbour that the neighbour is told of."""
END: Final = frozenset({EventType.RESOLVED, EventType.WITHDRAWN, EventType.MERGED, EventType.CLOSED})
"""Facts after which the giver wants no more of the holder."""
TYPES: Final = frozenset(
    one.value for one in ENTERING | TOLD | {EventType.REPORTER_REPLIED, EventType.NOTED, EventType.DRAFT_REJECTED}
)


class Side(StrEnum):
    """Which of the two installations this one is."""

    GIVER = "giver"
    HOLDER = "holder"


class ConsignmentState(StrEnum):
    """Where an entrusted case stands; both sides say the same once every parcel has arrived."""

    WAITING = "waiting"  # the giver's only: the neighbour has not said that it has it
    HELD = "held"
    ANSWERED = "answered"
    RETURNED = "returned"  # the holder says that it is not its to handle
    RECALLED = "recalled"  # the giver wants it back, or it ended there
    REFUSED = "refused"  # it could not be taken in

    @property
    def label(self) -> Text:
        """What people call it."""
        return _STATES[self]


_STATES = {
    ConsignmentState.WAITING: Text("Đang chuyển", "On its way"),
    ConsignmentState.HELD: Text("Bên nhận đang xử lý", "With the neighbour"),
    ConsignmentState.ANSWERED: Text("Bên nhận đã trả lời", "Answered"),
    ConsignmentState.RETURNED: Text("Bên nhận trả lại", "Returned"),
    ConsignmentState.RECALLED: Text("Bên chuyển rút lại", "Recalled"),
    ConsignmentState.REFUSED: Text("Bên nhận không tiếp nhận được", "Not taken in"),
}
OPEN: Final = frozenset({ConsignmentState.WAITING, ConsignmentState.HELD, ConsignmentState.ANSWERED})


class ParcelKind(StrEnum):
    """What one parcel tells."""

    CASE = "case"  # giver: here is one
    RECEIPT = "receipt"  # holder: we have it, under this code, or cannot take it
    STATUS = "status"  # holder: it stands so now
    WORDS = "words"  # giver: the sender's own words, or that it is not done
    RECALL = "recall"  # giver: stop


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator decides about a neighbour. `secret`: None leaves it as it was."""

    name: str
    unit_id: UnitId
    url: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another installation as it is kept here. Numbers of parcels begin at 1 and have no gaps."""

    tenant_id: TenantId
    id: UUID
    wanted: Wanted
    sealed_secret: bytes = field(repr=False)
    version: int
    active: bool
    created_at: datetime
    updated_at: datetime
    written: int  # the newest parcel written for it
    told: int  # up to which it has said that it has them
    told_mark: str | None  # of the last of them
    heard: int  # up to which its own are here
    heard_mark: str | None  # of the last of them
    failures: int
    retry_at: datetime | None
    last_success_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Consignment:
    """One case that one installation has entrusted to the other. `id` is the giver's, the same on both sides."""

    tenant_id: TenantId
    id: UUID
    neighbour_id: UUID
    side: Side
    case_id: CaseId | None
    case_code: str | None
    report_id: ReportId | None  # the holder's: as what it was taken in
    their_code: str | None
    state: ConsignmentState
    told_version: int  # the holder's: facts about its case up to this one need no telling
    created_at: datetime
    ended_at: datetime | None


class Parcel(NamedTuple):
    """One thing told, exactly once and in order."""

    number: int
    consignment: UUID
    kind: ParcelKind
    at: datetime
    body: Mapping[str, Any]
    previous: str | None = None  # the mark of the one before


class Reply(NamedTuple):
    """What a neighbour said to what it was sent; `body` is empty when it said nothing that can be used."""

    ok: bool
    code: str | None
    body: Mapping[str, Any]


class Line(NamedTuple):
    """A consignment as both sides are to know it. `answer`: SHA-256 of the holder's words, once it has answered."""

    consignment: UUID
    giver_code: str | None
    holder_code: str | None
    state: ConsignmentState
    answer: str | None = None


class Difference(NamedTuple):
    """What the two sides do not agree on; None where one does not know it at all."""

    consignment: UUID
    ours: Line | None
    theirs: Line | None


class Digests(NamedTuple):
    """What a neighbour says it holds: a digest for each day, lines of the days that were asked for, parcels written."""

    digests: Mapping[date, str]
    lines: Mapping[date, Sequence[Line]]
    written: int


class Reconciliation(NamedTuple):
    """What came of laying both sides side by side."""

    days: int
    agreed: int  # consignments
    differences: tuple[Difference, ...]
    waiting: int  # parcels of ours that they have not yet
    their_waiting: int
