"""Vocabulary of reports: what a person hands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.catalogue.terms import Answer, Kind
from app.identity.terms import ReporterIdentity
from app.kit.geo import Point
from app.kit.ids import CaseId, CitizenId, ReportId, UnitId
from app.kit.text import Lang, Text
from app.media.terms import Attached


class Channel(StrEnum):
    """The way a report came in."""

    WEB = "web"
    APP = "app"
    HOTLINE = "hotline"
    DIRECT = "direct"
    POST = "post"
    OPEN311 = "open311"

    @property
    def label(self) -> Text:
        """What people call the channel."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    Channel.WEB: Text("Trang web", "Web page"),
    Channel.APP: Text("Ứng dụng", "App"),
    Channel.HOTLINE: Text("Tổng đài", "Hotline"),
    Channel.DIRECT: Text("Trực tiếp", "In person"),
    Channel.POST: Text("Bưu chính", "Post"),
    Channel.OPEN311: Text("Hệ thống khác", "Another system"),
}


class CaptureDoubt(StrEnum):
    """Why an officer should not rely on when a report says it was written."""

    FUTURE = "future"
    LONG_AGO = "long_ago"


@dataclass(frozen=True, slots=True)
class NewReport:
    """What a person hands in, checked for shape but not yet for meaning."""

    category: str
    description: str
    kind: Kind | None = None
    point: Point | None = None
    accuracy_m: float | None = None
    area: str | None = None
    address: str | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    identity: ReporterIdentity = field(default_factory=ReporterIdentity)
    anonymous: bool = False  # whether the sender asked not to be named
    captured_at: datetime | None = None
    clock_skew_s: int | None = None  # by how much the device's clock was ahead when it sent, where that is known
    channel: Channel = Channel.APP
    lang: Lang = Lang.VI
    portal: UnitId | None = None  # the unit by whose portal it came
    media: tuple[str, ...] = ()
    passed_on: bool = False  # by another installation, which tells no answers to private questions


@dataclass(frozen=True, slots=True)
class ReportText:
    """What one person wrote, as officers read it. Who it was is not here and not in reach."""

    code: str
    category: str
    description: str
    point: Point | None
    accuracy_m: float | None
    area: str
    address: str | None
    answers: dict[str, Answer]
    channel: Channel
    portal: UnitId | None
    captured_at: datetime | None
    captured_doubt: CaptureDoubt | None
    clock_skew_s: int | None
    received_at: datetime
    stars: int | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A report, the case it opened, and the one it lives in now, since `joined_at` when that is another."""

    id: ReportId
    code: str
    opened_case_id: CaseId
    case_id: CaseId
    joined_at: datetime | None
    citizen_id: CitizenId | None


class FileOfCase(NamedTuple):
    """A file of one of a case's reports. `by_account`: somebody with an account has sent it."""

    report_id: ReportId
    code: str
    by_account: bool
    file: Attached


class Rated(NamedTuple):
    """Stars that senders gave to cases of one unit, received in one month."""

    unit_id: UUID
    month: date
    rated: int
    stars: int  # all of them together
