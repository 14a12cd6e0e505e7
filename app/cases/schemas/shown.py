"""What officers are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.cases.terms import Books, CaseState, Preview, PublicationState, Resolution, Verb
from app.catalogue.terms import Kind, Priority
from app.deadlines.schemas import MilestoneOut
from app.kit.text import Lang, Text
from app.letters.schemas import LetterOut
from app.timeline.domain import sentence
from app.timeline.terms import Entry
from app.web.fields import TextOut


class UnitRef(BaseModel):
    """A unit by code and name."""

    code: str
    name: str
    tier: str


class CategoryRef(BaseModel):
    """A category by code and name."""

    code: str
    name: TextOut


class AreaRef(BaseModel):
    """Where a case lies, in the edition of the map it was filed under."""

    edition: int
    province: str
    district: str | None
    commune: str | None
    name: str = Field(description="Tên đầy đủ từ nhỏ đến lớn. Full name, smallest first.")


class CaseLineOut(BaseModel):
    """One line of a queue or list."""

    code: str
    version: int
    state: CaseState
    resolution: Resolution | None
    kind: Kind
    priority: Priority
    category: CategoryRef
    summary: str
    address: str | None
    area: AreaRef
    location: dict[str, float] | None
    responsible_unit: UnitRef
    assignee_id: UUID | None
    opened_at: datetime
    updated_at: datetime
    due_at: datetime
    original_due_at: datetime
    overdue: bool
    report_count: int
    referral_count: int
    reopen_count: int
    support_count: int = Field(0, description="Số người báo tôi cũng gặp, không ai thấy là ai. Never who they are.")
    publication: PublicationState


class CasePageOut(BaseModel):
    """A page of lines; `next_cursor` is null on the last one."""

    items: list[CaseLineOut]
    next_cursor: str | None


class EntryOut(BaseModel):
    """One line of a case's history."""

    at: datetime
    type: str
    audience: str
    sentence: str
    text: str | None
    unit: UnitRef | None
    letter: str | None = Field(None, description="Số thư đã gửi kèm. Number of the letter that went with it.")
    actor_kind: str
    case_version: int

    @classmethod
    def of(cls, entry: Entry, books: Books, lang: Lang) -> Self:
        """The entry as it is read in `lang`."""
        unit = books.directory.unit(entry.tenant_id, entry.unit_id) if entry.unit_id else None
        return cls(
            at=entry.at,
            type=entry.type,
            audience=entry.audience.value,
            sentence=sentence(entry.type, entry.data)(lang),
            text=entry.text,
            unit=UnitRef(code=unit.code, name=unit.name, tier=unit.tier.value) if unit else None,
            letter=entry.data.get("letter"),
            actor_kind=entry.actor_kind.value,
            case_version=entry.case_version,
        )


class StaffEntryOut(EntryOut):
    """One line of the history as officers read it."""

    acting: str | None = Field(description="Ai làm thay ai, nếu có. Who stood in for whom, if somebody did.")

    @classmethod
    def of(cls, entry: Entry, books: Books, lang: Lang) -> Self:
        """The entry as it is read in `lang`."""
        acting, shown = entry.data.get("acting"), EntryOut.of(entry, books, lang)
        return cls(**shown.model_dump(), acting=Text(**acting)(lang) if acting else None)


class CaseOut(CaseLineOut):
    """One case as its officers see it. Who reported it is not here and not in reach."""

    confidence: str
    routing: dict[str, Any]
    accepted_at: datetime | None
    first_response_at: datetime | None
    escalated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    draft_answer: str | None
    draft_resolution: Resolution | None
    answer: str | None
    public_text: str | None
    publication_policy: str
    merged_into: str | None
    milestones: list[MilestoneOut] = Field(description="Các mốc khác ngoài hạn trả lời. Clocks beside the answer's.")
    verbs: list[Verb] = Field(description="Việc bạn có thể làm lúc này. What you may do now.")
    timeline: list[StaffEntryOut]


class VerbOut(BaseModel):
    """What a verb left behind."""

    code: str
    version: int
    state: CaseState
    resolution: Resolution | None
    responsible_unit: UnitRef
    due_at: datetime
    publication: PublicationState


class MoveOut(BaseModel):
    """A case whose due date would move."""

    code: str
    due_at: datetime
    would_be: datetime


class PreviewOut(BaseModel):
    """What an edit of a calendar, or a target for running cases, would move."""

    looked: int = Field(description="Số vụ việc đã xem. Open cases looked at.")
    moved: int
    later: int
    earlier: int
    overdue: int = Field(description="Số vụ việc quá hạn ngay khi áp dụng. Cases that would be overdue at once.")
    complete: bool
    items: list[MoveOut]

    @classmethod
    def of(cls, found: Preview) -> Self:
        """The counts with the first moves."""
        return cls(
            looked=found.looked,
            moved=found.moved,
            later=found.later,
            earlier=found.earlier,
            overdue=found.overdue,
            complete=found.complete,
            items=[MoveOut(code=one.code, due_at=one.due_at, would_be=one.would_be) for one in found.shown],
        )


class ExtensionPreviewOut(BaseModel):
    """What an extension would do."""

    due_at: datetime
    letter: LetterOut = Field(description="Thư sẽ gửi cho người gửi. The letter its reporters would be sent.")


class BulkOutcome(BaseModel):
    """What became of one case; `problem` is the slug when it failed."""

    code: str
    done: bool
    version: int | None = None
    state: CaseState | None = None
    problem: str | None = None
    detail: str | None = None


class BulkOut(BaseModel):
    """Outcomes in the order of the request."""

    items: list[BulkOutcome]
    done: int
    failed: int
