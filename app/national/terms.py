"""Vocabulary of the national portal: what it is told, what came of telling it, and where the two sides differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.kit.ids import RequestId, TenantId, UnitId
from app.kit.text import Text
from app.service_requests.events import EventType

CONSUMER: Final = "national"
COUNTED_ROWS: Final = 10_000

# What offices do among themselves, and what applicants say about it, is not the portal's.
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        EventType.SUBMITTED: "Hồ sơ đã được nộp",
        EventType.ACCEPTED: "Tiếp nhận hồ sơ, hẹn ngày trả kết quả",
        EventType.REFUSED: "Không tiếp nhận hồ sơ",
        EventType.STEP_COMPLETED: "Hoàn thành một bước, chuyển tiếp",
        EventType.CONSULTED: "Lấy ý kiến cơ quan liên quan",
        EventType.OPINION_GIVEN: "Cơ quan được hỏi đã cho ý kiến",
        EventType.SUPPLEMENT_ASKED: "Yêu cầu bổ sung hồ sơ",
        EventType.SUPPLIED: "Người nộp đã bổ sung hồ sơ",
        EventType.PAYMENT_ASKED: "Yêu cầu nộp phí, lệ phí",
        EventType.PAID: "Đã nộp phí, lệ phí",
        EventType.PAYMENT_TAKEN_BACK: "Rút yêu cầu nộp phí, lệ phí",
        EventType.EXTENDED: "Gia hạn, hẹn lại ngày trả kết quả",
        EventType.STOPPED: "Dừng xử lý hồ sơ",
        EventType.RESUMED: "Tiếp tục xử lý hồ sơ",
        EventType.ENDED: "Kết thúc hồ sơ, không giải quyết",
        EventType.WITHDRAWAL_ASKED: "Người nộp xin rút hồ sơ",
        EventType.WITHDRAWN: "Đồng ý cho rút hồ sơ",
        EventType.WITHDRAWAL_DECLINED: "Không đồng ý cho rút, xử lý tiếp",
        EventType.DECIDED: "Đã giải quyết, có kết quả",
        EventType.HANDED_OVER: "Đã trả kết quả",
    }
)
"""`NoiDungXuLy` of each fact that is pushed: never what a person wrote."""
TYPES: Final = frozenset(SAID)
STANDING: Final = "Trạng thái hiện tại của hồ sơ"
"""`NoiDungXuLy` of what an operator has sent again without a fact."""


class PushState(StrEnum):
    """Where one push stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Outcome(StrEnum):
    """What one attempt came to."""

    TAKEN = "taken"
    FOUND = "found"  # an earlier answer was lost: the portal was asked, and has it
    REFUSED = "refused"  # it answered that it will not have this record
    UNSURE = "unsure"  # nobody knows whether it was taken: it is asked before the record is sent again
    AWAY = "away"  # it was certainly not taken, and the record had no part in that
    UNREADY = "unready"  # this process cannot make the record


class Answer(NamedTuple):
    """What the portal said. `code`: its own error code or ours, never its words, which may quote the applicant."""

    outcome: Outcome
    code: str | None = None
    result: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Push:
    """One fact of a service request on its way: codes and dates, nobody's name."""

    request_id: RequestId
    version: int  # of the request after the fact; with its code the key that keeps the portal from taking it twice
    code: str
    type: str
    state_code: int  # 1 to 10
    due_at: datetime | None
    occurred_at: datetime
    unit_id: UnitId


@dataclass(frozen=True, slots=True)
class Claim:
    """A push that nobody else attempts until `locked_until`."""

    tenant_id: TenantId
    push: Push
    locked_until: datetime
    doubtful: bool  # an attempt before may have reached the portal


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt makes of its push; `doubtful`: the portal may have it."""

    state: PushState
    next_at: datetime | None
    first_failed_at: datetime | None
    doubtful: bool


class Difference(StrEnum):
    """How the two sides differ about one service request."""

    MISSING = "missing"  # the portal does not have it
    OTHER_STATE = "other_state"
    UNKNOWN_HERE = "unknown_here"  # the portal has it, and we do not

    @property
    def label(self) -> Text:
        """What people call it."""
        return _DIFFERENCE_LABELS[self]


_DIFFERENCE_LABELS = {
    Difference.MISSING: Text("Cổng quốc gia chưa có", "The national portal does not have it"),
    Difference.OTHER_STATE: Text("Cổng quốc gia ghi trạng thái khác", "The national portal has another state"),
    Difference.UNKNOWN_HERE: Text(
        "Cổng quốc gia có, tỉnh không có", "The national portal has it, the province does not"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, as of the last comparison; `found_at`: since when."""

    code: str
    difference: Difference
    ours: int | None
    theirs: int | None
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last comparison that came to its end."""

    compared_at: datetime
    listed: int  # service requests that the portal named
    under_way: int  # of ours that were changing meanwhile, and are looked at next time
    counts: Mapping[Difference, int] = field(default_factory=dict)


class Listed(NamedTuple):
    """A service request as the portal lists it."""

    code: str
    state_code: int


@dataclass(frozen=True, slots=True)
class PushBacklog:
    """What of a tenant's pushes is not done yet; counts end at `COUNTED_ROWS`."""

    tenant_id: TenantId
    waiting: int
    waiting_since: datetime | None
    dead: int
    failures: int  # attempts in a row that the portal did not answer
    rests_until: datetime | None
    differences: int
    compared_at: datetime | None


PushKey = tuple[UUID, int]
