"""Vocabulary of the timeline: audiences and entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from app.identity.terms import ActorKind
from app.kit.ids import CaseId, ReportId, RequestId, TenantId, UnitId
from app.kit.text import Text

SubjectId: TypeAlias = CaseId | RequestId
"""What has a history. Cases had one first: columns and wire names still say `case_id`."""


class Audience(StrEnum):
    """Who may read an entry."""

    PUBLIC = "public"  # anyone, once the case is published; the reporters and all staff in scope before that
    REPORTER = "reporter"  # the reporters of the case and all staff in scope
    STAFF = "staff"  # all staff in scope
    UNIT = "unit"  # members of the unit that wrote it, and nobody above or beside it

    @property
    def label(self) -> Text:
        """What people call these readers."""
        return _AUDIENCE_LABELS[self]


_AUDIENCE_LABELS = {
    Audience.PUBLIC: Text("Công khai", "Public"),
    Audience.REPORTER: Text("Người gửi", "Sender"),
    Audience.STAFF: Text("Nội bộ", "Internal"),
    Audience.UNIT: Text("Chỉ đơn vị viết", "Writing unit only"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history, as it was written."""

    tenant_id: TenantId
    case_id: SubjectId
    id: UUID
    at: datetime
    type: str
    audience: Audience
    case_version: int
    actor_kind: ActorKind
    actor_id: UUID | None
    unit_id: UnitId | None
    report_id: ReportId | None
    text: str | None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """Words of a report's sender in the history of its case, for the sender."""

    report_id: ReportId
    at: datetime
    type: str
    text: str
