"""Wire shapes of reports for their senders, version 1."""

from __future__ import annotations

from .files import FileListOut, FileOut, files_answer
from .own import OwnReportPageOut
from .reporter import ReporterIn
from .reports import (
    AreaChainOut,
    AreaNameOut,
    LinksOut,
    OwnReportOut,
    ReportIn,
    ReportTextOut,
    RoutingDecisionOut,
    RoutingOut,
    SubmittedOut,
    TimelineLineOut,
    TimelineOut,
    area_answer,
    links,
    own_answer,
    public_timeline_answer,
    report_text_answer,
    routing_answer,
    submitted_answer,
    timeline_answer,
)
from .verbs import RatingIn, ReopeningIn, ReplyIn, StateOut, WithdrawalIn, state_answer

__all__ = [
    "AreaChainOut",
    "AreaNameOut",
    "FileListOut",
    "FileOut",
    "LinksOut",
    "OwnReportOut",
    "OwnReportPageOut",
    "RatingIn",
    "ReopeningIn",
    "ReplyIn",
    "ReportIn",
    "ReportTextOut",
    "ReporterIn",
    "RoutingDecisionOut",
    "RoutingOut",
    "StateOut",
    "SubmittedOut",
    "TimelineLineOut",
    "TimelineOut",
    "WithdrawalIn",
    "area_answer",
    "files_answer",
    "links",
    "own_answer",
    "public_timeline_answer",
    "report_text_answer",
    "routing_answer",
    "state_answer",
    "submitted_answer",
    "timeline_answer",
]
