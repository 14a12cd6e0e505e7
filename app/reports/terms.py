"""Vocabulary of reports: what a person hands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.catalogue.terms import Answer, Kind
from app.identity.terms import ReporterIdentity
from app.kit.geo import Point


class Channel(StrEnum):
    """The way a report came in."""

    WEB = "web"
    APP = "app"
    HOTLINE = "hotline"
    DIRECT = "direct"
    POST = "post"
    OPEN311 = "open311"


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
    identity: ReporterIdentity | None = None
    captured_at: datetime | None = None
    channel: Channel = Channel.APP
