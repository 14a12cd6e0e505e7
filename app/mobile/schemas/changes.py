"""Wire shapes for apps, version 1: what is null is left out, so that a page is small."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.cases.schemas import UnitRef
from app.cases.terms import Books, CaseState, Resolution
from app.kit.ids import TenantId, UnitId
from app.kit.text import Lang
from app.mobile.terms import Change, ChangeKind, ChangePage, Removal
from app.papers.terms import PaperKind
from app.service_requests.terms import Outcome, RequestState
from app.timeline.domain import sentence
from app.timeline.terms import Entry

RESTORED_AT = (
    "Lần gần nhất dữ liệu được khôi phục từ bản sao lưu. Khác lần trước thì gửi lại những mục đã gửi còn giữ. When a "
    "backup was last restored: where it is not what it was, send again what is kept of what was accepted."
)


class ReportNowOut(BaseModel):
    """How a report of yours and its matter stand."""

    category: str
    excerpt: str = Field(description="Đầu lời bạn viết, đến 160 ký tự. The beginning of your words.")
    state: CaseState
    resolution: Resolution | None = None
    unit: UnitRef
    answer: str | None = None
    received_at: datetime
    due_at: datetime
    original_due_at: datetime
    stars: int | None = None
    merged_into: str | None = Field(None, description="Vụ việc đã gộp vào. The case it was joined with.")


class RequestNowOut(BaseModel):
    """How a service request of yours stands."""

    procedure: str
    state: RequestState
    outcome: Outcome | None = None
    unit: UnitRef
    submitted_at: datetime
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    original_due_at: datetime | None = None
    stars: int | None = None


class EntryNowOut(BaseModel):
    """A line of its history: what an office did, asked or answered, and what you replied."""

    at: datetime
    type: str
    sentence: str
    text: str | None = None
    unit: str | None = Field(None, description="Mã đơn vị. Code of the unit.")
    actor_kind: str | None = None
    letter: str | None = Field(None, description="Số thư đã gửi kèm. Number of the letter that went with it.")
    paper: str | None = Field(None, description="Số giấy kèm theo. Number of the paper that went with it.")


class PaperNowOut(BaseModel):
    """A paper that was issued to you."""

    number: str
    kind: PaperKind
    issued_at: datetime
    checksum: str
    url: str


class SupportedNowOut(BaseModel):
    """How a case that you support stands, as everyone reads it: personal data masked."""

    title: str
    category: str
    state: CaseState
    resolution: Resolution | None = None
    unit: UnitRef
    answer: str | None = None
    due_at: datetime
    original_due_at: datetime
    support_count: int
    last: EntryNowOut | None = Field(None, description="Dòng nhật trình mới nhất. The newest line of its history.")


class ChangeOut(BaseModel):
    """One thing as it stands now; `id` is its name on the device: put it there, or replace what is there.

    With `gone` of a report, service request or support take away everything that has its `about`, unless you keep an
    archive of what was withdrawn.
    """

    number: int = Field(description="Tăng dần trong tài khoản. Ascends within the account.")
    kind: ChangeKind
    id: UUID
    about: UUID = Field(description="Phản ánh hoặc hồ sơ. The report or service request it belongs to.")
    code: str | None = None
    changed_at: datetime
    gone: Removal | None = Field(None, description="Gỡ khỏi máy. To be taken off the device.")
    report: ReportNowOut | None = None
    service_request: RequestNowOut | None = None
    entry: EntryNowOut | None = None
    paper: PaperNowOut | None = None
    support: SupportedNowOut | None = None


class ChangesOut(BaseModel):
    """What changed since the cursor, each thing once, in order."""

    server_time: datetime = Field(description="Giờ của máy chủ. The server's time, to know one's own clock by.")
    items: list[ChangeOut]
    next_cursor: str = Field(description="Giữ lại cho lần sau, kể cả khi đã hết. Keep it, also when there is no more.")
    more: bool = Field(description="Còn nữa, hãy gọi tiếp ngay. There is more: ask again at once.")
    restored_at: datetime | None = Field(default=None, description=RESTORED_AT)


def changes_answer(
    page: ChangePage, books: Books, tenant_id: TenantId, lang: Lang, now: datetime, following: str
) -> dict[str, Any]:
    """The page as a ChangesOut, without what is null."""
    items = [_item(one, books, tenant_id, lang) for one in page.changes]
    told = {"server_time": now, "items": items, "next_cursor": following, "more": page.more}
    return _said({**told, "restored_at": page.restored_at})


def _item(change: Change, books: Books, tenant_id: TenantId, lang: Lang) -> dict[str, Any]:
    item: dict[str, Any] = {
        "number": change.number,
        "kind": change.kind.value,
        "id": str(change.id),
        "about": str(change.about),
        "code": change.code,
        "changed_at": change.changed_at,
        "gone": change.gone.value if change.gone else None,
    }
    if change.entry is not None:
        item["entry"] = _entry(change.entry, books, lang)
    if change.state is not None:
        item[change.kind.value] = _state(change, books, tenant_id, lang)
    return _said(item)


def _state(change: Change, books: Books, tenant_id: TenantId, lang: Lang) -> dict[str, Any]:
    state = dict(change.state or {})
    if change.kind is ChangeKind.SUPPORT:
        return _supported(state, lang)
    if change.kind is ChangeKind.PAPER:
        state["url"] = f"/api/v1/service-requests/{change.code}/papers/{state['number']}"
    else:
        unit = books.directory.unit(tenant_id, UnitId(state.pop("unit_id")))
        state["unit"] = {"code": unit.code, "name": unit.name, "tier": unit.tier.value}
    return _said(state)


def _supported(case: dict[str, Any], lang: Lang) -> dict[str, Any]:
    """A published case in short; instants as they are stored."""
    told = ("title", "state", "resolution", "answer", "due_at", "original_due_at")
    last = case["timeline"][-1] if case["timeline"] else None
    if last is not None:
        unit = last["unit"]["code"] if last["unit"] else None
        last = _said(
            {
                "at": last["at"],
                "type": last["type"],
                "sentence": last["sentence"][lang.value],
                "text": last["text"],
                "unit": unit,
            }
        )
    return _said(
        {
            **{name: case[name] for name in told},
            "category": case["category"]["code"],
            "unit": case["responsible_unit"],
            "support_count": case.get("support_count", 0),
            "last": last,
        }
    )


def _entry(entry: Entry, books: Books, lang: Lang) -> dict[str, Any]:
    unit = books.directory.unit(entry.tenant_id, entry.unit_id) if entry.unit_id else None
    return _said(
        {
            "at": entry.at,
            "type": entry.type,
            "sentence": sentence(entry.type, entry.data)(lang),
            "text": entry.text,
            "unit": unit.code if unit else None,
            "actor_kind": entry.actor_kind.value,
            "letter": entry.data.get("letter"),
            "paper": entry.data.get("paper"),
        }
    )


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is null."""
    return {name: value for name, value in values.items() if value is not None}
