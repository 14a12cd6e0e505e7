"""Vocabulary of private streams: what a message says of a case, and through whose eyes it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.cases.events import EventType
from app.kit.ids import CaseId, ReportId, UnitId
from app.reports.terms import Watched
from app.timeline.terms import Audience


class Movement(StrEnum):
    """What a change of a case is for an officer's queue; also the name of the event."""

    ARRIVED = "case.arrived"  # it is in his units now, and was not before
    CHANGED = "case.changed"
    LEFT = "case.left"  # it is no longer in his units


REPORT_CHANGED = "report.changed"
"""The name of every event in a reporter's stream."""


@dataclass(frozen=True, slots=True)
class News:
    """What one message says of a case: nothing that anybody wrote."""

    position: int
    at: datetime
    type: EventType
    case_id: CaseId
    version: int
    code: str
    state: str
    due_at: str | None
    unit_id: UnitId
    unit: str | None  # its code; None when this process does not know it
    from_unit_id: UnitId | None  # the unit that held it before, when it has moved
    audience: Audience
    report_id: ReportId | None  # set when it concerns one reporter only


@dataclass(frozen=True, slots=True)
class OfficerEyes:
    """The units whose cases an officer may see; `whole`: all of the tenant's."""

    units: frozenset[UnitId]
    whole: bool


@dataclass(frozen=True, slots=True)
class ReporterEyes:
    """The reports of one sender, by their ids."""

    reports: Mapping[ReportId, Watched]
