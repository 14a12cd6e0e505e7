"""Vocabulary of partners: systems of others that handle a unit's cases, and the errands they are sent on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.cases.events import ENTERING, EventType
from app.kit.ids import CaseId, TenantId, UnitId
from app.kit.text import Text

CONSUMER: Final = "partners"
END: Final = frozenset(
    {EventType.RESOLVED, EventType.WITHDRAWN, EventType.MERGED, EventType.CLOSED, EventType.DIVERTED}
)
SAY: Final = frozenset({EventType.REPORTER_REPLIED, EventType.REOPENED, EventType.DRAFT_REJECTED})
TYPES: Final = frozenset(one.value for one in ENTERING | END | SAY)


class Format(StrEnum):
    """What the partner speaks; the specification asks for XML and allows JSON."""

    JSON = "json"
    XML = "xml"


class ErrandState(StrEnum):
    """Where a case at a partner stands."""

    WAITING = "waiting"  # on its way
    WITH_THEM = "with_them"
    ANSWERED = "answered"  # the partner says that it is done
    CALLED_BACK = "called_back"  # it has left the unit, or has ended here
    REFUSED = "refused"  # the partner will not have it

    @property
    def label(self) -> Text:
        """What people call it."""
        return _STATES[self]


_STATES = {
    ErrandState.WAITING: Text("Đang chuyển", "On its way"),
    ErrandState.WITH_THEM: Text("Đối tác đang xử lý", "With the partner"),
    ErrandState.ANSWERED: Text("Đối tác báo đã xong", "The partner says it is done"),
    ErrandState.CALLED_BACK: Text("Đã kết thúc ở phía ta", "Over on our side"),
    ErrandState.REFUSED: Text("Đối tác không nhận", "The partner did not take it"),
}
OPEN: Final = frozenset({ErrandState.WAITING, ErrandState.WITH_THEM, ErrandState.ANSWERED})


class PostKind(StrEnum):
    """What a partner is told."""

    REQUEST = "request"
    REPLY = "reply"  # the sender's own words, masked
    REOPENED = "reopened"
    ENDED = "ended"


class PostState(StrEnum):
    """Where one post stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Outcome(StrEnum):
    """What one attempt came to."""

    TAKEN = "taken"
    FOUND = "found"  # an answer was lost: the partner was asked, and has it
    REFUSED = "refused"
    UNSURE = "unsure"  # nobody knows whether it was taken
    AWAY = "away"  # certainly not taken, and the case had no part in that
    UNREADY = "unready"  # there is nothing to send yet


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator decides about a partner. `services`: their service code by our category or group."""

    name: str
    unit_id: UnitId
    url: str
    jurisdiction_id: str | None
    format: Format
    services: Mapping[str, str]
    default_service: str | None
    sends_answers: bool
    repeats_safely: bool
    has_updates: bool
    api_key: str | None = field(default=None, repr=False)  # None: as it was


@dataclass(frozen=True, slots=True)
class Partner:
    """A system of others as it is kept; its key is opened for one request at a time."""

    tenant_id: TenantId
    id: UUID
    wanted: Wanted
    sealed_key: bytes | None = field(repr=False)
    version: int
    active: bool
    created_at: datetime
    updated_at: datetime
    followed_at: datetime | None
    last_success_at: datetime | None
    last_error: str | None
    failures: int
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Errand:
    """One case in the hands of a partner."""

    tenant_id: TenantId
    id: UUID
    partner_id: UUID
    case_id: CaseId
    case_code: str
    state: ErrandState
    their_id: str | None
    token: str | None
    status: str | None
    created_at: datetime
    sent_at: datetime | None
    heard_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A post that nobody else attempts until `locked_until`."""

    errand: Errand
    number: int  # the version of the case that it tells of
    kind: PostKind
    occurred_at: datetime
    attempts: int
    first_failed_at: datetime | None
    locked_until: datetime
    doubtful: bool  # an attempt before may have reached the partner


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt makes of its post."""

    state: PostState
    next_at: datetime | None
    first_failed_at: datetime | None
    doubtful: bool


class Answer(NamedTuple):
    """What a partner said to one request."""

    outcome: Outcome
    code: str | None = None
    items: tuple[Mapping[str, Any], ...] = ()


class Heard(NamedTuple):
    """One thing that a partner says about a request of ours. `key` is the same however often it is heard."""

    key: str
    their_id: str
    status: str  # open or closed, as the specification has it
    words: str
    at: datetime | None
    ends: bool  # whether it tells of the request's own status, and that it is closed


class Line(NamedTuple):
    """An errand with its oldest post that is not delivered, for administrators."""

    errand: Errand
    post_kind: PostKind | None
    post_number: int | None
    post_state: PostState | None
    attempts: int
    next_at: datetime | None
    last_outcome: Outcome | None
    last_code: str | None
