"""Wire shapes of cases for staff, version 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, Field

from app.catalogue.terms import Kind, Priority
from app.kit.ids import TenantId, UnitId
from app.kit.problems import Problem
from app.kit.text import Lang
from app.timeline.domain import sentence
from app.timeline.terms import Entry
from app.web.fields import Code, LongText, PointIn, ShortText, TextOut, WireIn

from .models import Case
from .terms import Books, CaseState, PublicationState, ReferralReason, Resolution, Verb


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
            actor_kind=entry.actor_kind.value,
            case_version=entry.case_version,
        )


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
    verbs: list[Verb] = Field(description="Việc bạn có thể làm lúc này. What you may do now.")
    timeline: list[EntryOut]


def _unit(books: Books, tenant_id: TenantId, unit_id: UnitId) -> dict[str, str]:
    unit = books.directory.unit(tenant_id, unit_id)
    return {"code": unit.code, "name": unit.name, "tier": unit.tier.value}


def line(row: Mapping[str, Any], books: Books, tenant_id: TenantId, now: datetime) -> dict[str, Any]:
    """A row of `cases` as a CaseLineOut, ready for JSON without a second validation."""
    directory, catalogue = books.directory, books.catalogue
    category = catalogue.find(tenant_id, row["category_code"])
    smallest = row["area_commune"] or row["area_district"] or row["area_province"]
    chain = directory.chain(row["edition_id"], smallest)
    names = [area.name for area in (chain.commune, chain.district, chain.province) if area]
    is_open = row["state"] not in {"resolved", "closed"}
    return {
        "code": row["code"],
        "version": row["version"],
        "state": row["state"],
        "resolution": row["resolution"],
        "kind": row["kind"],
        "priority": row["priority"],
        "category": {
            "code": row["category_code"],
            "name": category.name._asdict() if category else {"vi": row["category_code"], "en": row["category_code"]},
        },
        "summary": row["summary"],
        "address": row["address"],
        "area": {
            "edition": row["edition_id"],
            "province": row["area_province"],
            "district": row["area_district"],
            "commune": row["area_commune"],
            "name": ", ".join(names),
        },
        "location": {"lat": row["lat"], "lon": row["lon"]} if row["lat"] is not None else None,
        "responsible_unit": _unit(books, tenant_id, row["unit_id"]),
        "assignee_id": row["assignee_id"],
        "opened_at": row["opened_at"],
        "updated_at": row["updated_at"],
        "due_at": row["due_at"],
        "original_due_at": row["original_due_at"],
        "overdue": is_open and row["due_at"] < now,
        "report_count": row["report_count"],
        "referral_count": row["referral_count"],
        "reopen_count": row["reopen_count"],
        "publication": row["publication"],
    }


class VerbOut(BaseModel):
    """What a verb left behind."""

    code: str
    version: int
    state: CaseState
    resolution: Resolution | None
    responsible_unit: UnitRef
    due_at: datetime
    publication: PublicationState


# -- what verbs take


class TriageIn(WireIn):
    """Anything given is set; a new category, kind or place routes the case again."""

    category: Code | None = None
    kind: Kind | None = None
    priority: Priority | None = None
    location: PointIn | None = None
    area_code: Code | None = None
    answers: dict[str, str | bool | int | float] | None = Field(None, max_length=30)
    comment: ShortText | None = None


class AssignIn(WireIn):
    """An officer of the responsible unit by user name."""

    officer: ShortText


class MoveIn(WireIn):
    """Why the case goes back."""

    reason: ReferralReason
    comment: LongText | None = None


class ReferIn(MoveIn):
    """Where the case goes and why."""

    unit: Code = Field(description="Mã đơn vị nhận. Code of the unit that gets it.", examples=["H23.288"])


class EscalateIn(WireIn):
    """Raised in urgency; with `move` handed to the unit above."""

    move: bool = False
    comment: LongText | None = None


class QuestionIn(WireIn):
    """What the reporters are asked."""

    question: LongText


_Given = Literal[
    Resolution.FIXED,
    Resolution.ANSWERED,
    Resolution.SCHEDULED,
    Resolution.NO_ACTION,
    Resolution.DECLINED,
    Resolution.NOT_COMPETENT,
]


class AnswerIn(WireIn):
    """What the reporters will read, and what came of it."""

    answer: LongText
    resolution: _Given


class CommentIn(WireIn):
    """Why, in words for colleagues (and for the reporter where it reopens)."""

    comment: LongText


class NoteIn(WireIn):
    """Words for colleagues; `for_unit_only` keeps them from units above."""

    text: LongText
    for_unit_only: bool = False


class MergeIn(WireIn):
    """Code of the case that goes on."""

    into: Code


class PublishIn(WireIn):
    """The officer's own wording instead of the masked text; may be left out."""

    public_text: LongText | None = None


# -- bulk


class BulkTarget(WireIn):
    """One case and the version that was seen."""

    code: Code
    version: int = Field(ge=1, le=2_000_000_000)


class AcceptAll(WireIn):
    """Take them up."""

    verb: Literal["accept"]


class CloseAll(WireIn):
    """Close them."""

    verb: Literal["close"]


class ReferAll(ReferIn):
    """Refer them to one unit."""

    verb: Literal["refer"]


class AssignAll(AssignIn):
    """Give them to one officer."""

    verb: Literal["assign"]


class WithholdAll(CommentIn):
    """Withhold them."""

    verb: Literal["withhold"]


class PublishAll(WireIn):
    """Publish them, masked by rule."""

    verb: Literal["publish"]


class NoteAll(NoteIn):
    """One note on each."""

    verb: Literal["note"]


class ResolveAll(AnswerIn):
    """One answer for all, as after one repair that many reported."""

    verb: Literal["resolve"]


BulkAction = Annotated[
    AcceptAll | CloseAll | ReferAll | AssignAll | WithholdAll | PublishAll | NoteAll | ResolveAll,
    Field(discriminator="verb"),
]


class BulkIn(WireIn):
    """One verb over many cases, each in a transaction of its own."""

    cases: list[BulkTarget] = Field(min_length=1, max_length=100)
    action: BulkAction


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


# -- answers, built as plain values: what is stored is valid already and is not validated again


def verb_answer(case: Case, books: Books) -> dict[str, Any]:
    """A changed case as a VerbOut."""
    return {
        "code": case.code,
        "version": case.version,
        "state": case.state,
        "resolution": case.resolution,
        "responsible_unit": _unit(books, TenantId(case.tenant_id), UnitId(case.unit_id)),
        "due_at": case.due_at,
        "publication": case.publication,
    }


def case_answer(
    row: Mapping[str, Any],
    entries: Sequence[Entry],
    verbs: Sequence[Verb],
    books: Books,
    *,
    tenant_id: TenantId,
    now: datetime,
    lang: Lang,
) -> dict[str, Any]:
    """A row of `cases` with its history as a CaseOut."""
    same = (
        "confidence",
        "accepted_at",
        "first_response_at",
        "escalated_at",
        "resolved_at",
        "closed_at",
        "draft_answer",
        "draft_resolution",
        "answer",
        "public_text",
        "publication_policy",
    )
    return {
        **line(row, books, tenant_id, now),
        **{name: row[name] for name in same},
        "routing": orjson.loads(row["routing"]),
        "merged_into": row.get("merged_into"),
        "verbs": [verb.value for verb in verbs],
        "timeline": [EntryOut.of(entry, books, lang).model_dump() for entry in entries],
    }


def outcomes_answer(outcomes: Sequence[tuple[str, Case | None, Problem | None]], lang: Lang) -> dict[str, Any]:
    """Outcomes as a BulkOut."""
    items = [
        {
            "code": code,
            "done": case is not None,
            "version": case.version if case else None,
            "state": case.state if case else None,
            "problem": problem.slug if problem else None,
            "detail": problem.detail(lang) if problem else None,
        }
        for code, case, problem in outcomes
    ]
    done = sum(1 for _, case, _ in outcomes if case)
    return {"items": items, "done": done, "failed": len(items) - done}
