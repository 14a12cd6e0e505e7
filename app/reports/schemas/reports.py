"""Wire shapes of reports for their senders, version 1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import UUID7, BaseModel, ConfigDict, Field, StringConstraints

from app.cases.schemas import EntryOut, UnitRef
from app.cases.terms import Books, CaseState, PublicationState, Resolution
from app.catalogue.terms import Kind
from app.directory.snapshot import AreaChain
from app.identity.domain import checked_identity
from app.kit.clock import rfc3339
from app.kit.geo import Point
from app.kit.ids import TenantId, UnitId
from app.kit.text import Lang
from app.media.terms import MOST_OF_A_REPORT
from app.reports.domain import Submitted
from app.reports.terms import CaptureDoubt, Channel, NewReport, ReportText
from app.timeline.terms import Entry
from app.web.fields import Code, InstantIn, LongText, PointIn, ShortText, TextOut, WireIn

from .reporter import ReporterIn

UploadText = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class ReportIn(WireIn):
    """A report as a person hands it in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "category": "lighting.street_lamp",
                    "description": "Đèn đường trước số 12 phố Cẩm Thượng không sáng ba hôm nay.",
                    "location": {"lat": 20.9467, "lon": 106.3134, "accuracy_m": 15},
                },
                {
                    "category": "roads.pothole",
                    "description": "Ổ gà sâu trên đường huyện, trời mưa ngập nước rất nguy hiểm.",
                    "location": {"lat": 20.7889, "lon": 106.2310, "accuracy_m": 30},
                    "answers": {"road_class": "district"},
                    "reporter": {"name": "Nguyễn Văn A", "phone": "0912345678"},
                },
            ]
        }
    )

    id: UUID7 | None = Field(
        None,
        description="Id do máy đặt, kèm Device-Key: gửi lại bao nhiêu lần cũng chỉ là một phản ánh. An id that the "
        "device made, with its Device-Key: however often it is sent it is one report.",
    )
    category: Code = Field(description="Mã lĩnh vực, xem GET /categories. Category code.")
    description: LongText = Field(description="Nội dung, tối đa 4000 ký tự. What it is about.")
    kind: Kind | None = Field(None, description="Mặc định theo lĩnh vực. The category's own by default.")
    location: PointIn | None = Field(None, description="Vị trí. The pin.")
    area_code: Code | None = Field(
        None, description="Mã xã/phường khi không có vị trí, hoặc để chọn giữa các nơi giáp ranh."
    )
    address: ShortText | None = None
    answers: dict[str, str | bool | int | float] = Field(default_factory=dict, max_length=30)
    reporter: ReporterIn | None = None
    captured_at: InstantIn | None = Field(
        None,
        description="Lúc ghi nhận, theo đồng hồ của máy; hạn xử lý luôn tính từ lúc nhận. When it was written, by the "
        "device's clock; deadlines count from receipt.",
    )
    media: list[UploadText] = Field(
        default_factory=list,
        max_length=MOST_OF_A_REPORT,
        description="Tệp đã gửi xong: phần cuối địa chỉ ở /uploads. Finished uploads: the last part of each address.",
    )
    channel: Channel = Channel.APP

    def new_report(self, spoken: Lang, clock_skew_s: int | None = None) -> NewReport:
        """The report in our own terms; its sender is told of it in the language `spoken` if none was named.

        `clock_skew_s`: by how much the device's clock is known to be ahead.

        Raises: InvalidContact.
        """
        who = self.reporter or ReporterIn()
        return NewReport(
            category=self.category,
            description=self.description,
            kind=self.kind,
            point=Point(self.location.lat, self.location.lon) if self.location else None,
            accuracy_m=self.location.accuracy_m if self.location else None,
            area=self.area_code,
            address=self.address,
            answers=dict(self.answers),
            identity=checked_identity(who.name, who.phone, who.email, who.identity_number, who.home_address),
            anonymous=who.anonymous,
            captured_at=self.captured_at,
            clock_skew_s=clock_skew_s,
            channel=self.channel,
            media=tuple(self.media),
            lang=who.language or spoken,
        )


class AreaNameOut(BaseModel):
    """An area by code and name."""

    code: str
    name: str


class AreaChainOut(BaseModel):
    """Where a report lies, in every tier its map has."""

    commune: AreaNameOut | None
    district: AreaNameOut | None
    province: AreaNameOut


class RoutingOut(BaseModel):
    """Why this unit is responsible."""

    rule: str
    rulebook_version: int
    reason: TextOut
    confidence: str
    neighbours: list[str] = Field(default_factory=list, description="Xã/phường giáp ranh có thể là nơi đúng.")


class RoutingDecisionOut(BaseModel):
    """The stored decision: which unit, by which rule of which rulebook, and which rules did not hold."""

    responsible_unit: UnitRef
    rule: str
    rulebook_version: int
    area_code: str
    edition: int
    confidence: str
    reason: TextOut
    considered: list[dict[str, str]]


class LinksOut(BaseModel):
    """Where to go on."""

    self: str
    timeline: str
    deadline: str
    routing: str


class SubmittedOut(BaseModel):
    """A report that was taken in; it is durable when you read this."""

    code: str
    state: CaseState
    tracking_secret: str | None = Field(
        None, description="Mã theo dõi; chỉ hiện lần này, hãy giữ lại. Shown once: keep it to follow the report."
    )
    responsible_unit: UnitRef
    area: AreaChainOut
    received_at: datetime
    due_at: datetime
    routing: RoutingOut
    guidance: TextOut | None = Field(None, description="Khi nội dung thuộc trình tự khác. When another law governs it.")
    links: LinksOut


class OwnReportOut(BaseModel):
    """A report as its sender sees it."""

    code: str
    state: CaseState
    resolution: Resolution | None
    kind: Kind
    category: str
    description: str
    area: AreaChainOut
    location: dict[str, float | None] | None
    address: str | None
    answers: dict[str, Any]
    responsible_unit: UnitRef
    received_at: datetime
    updated_at: datetime
    due_at: datetime
    original_due_at: datetime
    overdue: bool
    answer: str | None
    stars: int | None
    merged_into: str | None
    publication: PublicationState
    timeline: list[EntryOut]
    links: LinksOut


class TimelineLineOut(BaseModel):
    """One line of a report's history."""

    at: datetime
    type: str
    audience: str
    sentence: str
    text: str | None
    unit: UnitRef | None
    letter: str | None = Field(None, description="Số thư đã gửi kèm. Number of the letter that went with it.")


class TimelineOut(BaseModel):
    """A report's history, oldest first; it is short and comes whole, so `next_cursor` is null."""

    items: list[TimelineLineOut]
    next_cursor: str | None = None


class ReportTextOut(BaseModel):
    """What one person wrote, as officers read it."""

    code: str
    category: str
    description: str
    location: dict[str, float | None] | None
    area_code: str
    address: str | None
    answers: dict[str, Any]
    channel: Channel
    portal: str | None = Field(
        description="Cơ quan có cổng mà phản ánh được gửi qua. The unit by whose portal it came."
    )
    captured_at: datetime | None = Field(description="Theo đồng hồ của máy người gửi. By the sender's clock.")
    captured_doubt: CaptureDoubt | None = Field(
        description="Vì sao không nên tin giờ ấy. Why that time should not be relied on."
    )
    clock_skew_s: int | None = Field(
        description="Đồng hồ của máy nhanh bao nhiêu giây. By how many seconds the device's clock was ahead."
    )
    received_at: datetime
    stars: int | None


# -- answers as plain values


def links(code: str) -> dict[str, str]:
    """Where to go on with the report."""
    base = f"/api/v1/reports/{code}"
    return {
        "self": base,
        "timeline": f"{base}/timeline",
        "deadline": f"{base}/deadline",
        "routing": f"{base}/routing",
    }


def area_answer(chain: AreaChain) -> dict[str, Any]:
    """The chain of areas as an AreaChainOut."""
    named = {"commune": chain.commune, "district": chain.district, "province": chain.province}
    return {tier: {"code": area.code, "name": area.name} if area else None for tier, area in named.items()}


def submitted_answer(submitted: Submitted) -> dict[str, Any]:
    """What the sender is told at once, as a SubmittedOut without its secret."""
    facts, decision, guidance = submitted.facts, submitted.decision, submitted.guidance
    return {
        "code": facts.code,
        "state": facts.state.value,
        "responsible_unit": {
            "code": decision.unit_code,
            "name": decision.unit_name.vi,
            "tier": decision.tier.value,
        },
        "area": area_answer(submitted.placed.chain),
        "received_at": rfc3339(submitted.received_at),
        "due_at": rfc3339(submitted.deadline.due_at),
        "routing": {
            "rule": decision.rule,
            "rulebook_version": decision.rulebook_version,
            "reason": decision.reason._asdict(),
            "confidence": decision.confidence.value,
            "neighbours": list(submitted.placed.neighbours),
        },
        "guidance": guidance._asdict() if guidance else None,
        "links": links(facts.code),
    }


def own_answer(
    row: Mapping[str, Any],
    entries: list[Entry],
    books: Books,
    *,
    tenant_id: TenantId,
    now: datetime,
    lang: Lang,
) -> dict[str, Any]:
    """The joined row of report and case as an OwnReportOut."""
    unit = books.directory.unit(tenant_id, UnitId(row["unit_id"]))
    smallest = row["area_commune"] or row["area_district"] or row["area_province"]
    is_open = row["state"] not in {"resolved", "closed"}
    point = {"lat": row["report_lat"], "lon": row["report_lon"], "accuracy_m": row["accuracy_m"]}
    return {
        "code": row["report_code"],
        "state": row["state"],
        "resolution": row["resolution"],
        "kind": row["kind"],
        "category": row["category_code"],
        "description": row["description"],
        "area": area_answer(books.directory.chain(row["edition_id"], smallest)),
        "location": point if row["report_lat"] is not None else None,
        "address": row["report_address"],
        "answers": orjson.loads(row["answers"]),
        "responsible_unit": {"code": unit.code, "name": unit.name, "tier": unit.tier.value},
        "received_at": row["received_at"],
        "updated_at": row["updated_at"],
        "due_at": row["due_at"],
        "original_due_at": row["original_due_at"],
        "overdue": is_open and row["due_at"] < now,
        "answer": row["answer"],
        "stars": row["stars"],
        "merged_into": row["code"] if row["code"] != row["report_code"] else None,
        "publication": row["publication"],
        "timeline": [EntryOut.of(entry, books, lang).model_dump() for entry in entries],
        "links": links(row["report_code"]),
    }


def routing_answer(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stored decision as a RoutingDecisionOut."""
    same = ("rule", "rulebook_version", "area_code", "edition", "confidence", "considered")
    return {
        "responsible_unit": {
            "code": stored["unit_code"],
            "name": stored["unit_name_vi"],
            "tier": stored["tier"],
        },
        **{name: stored[name] for name in same},
        "reason": {"vi": stored["reason_vi"], "en": stored["reason_en"]},
    }


def report_text_answer(report: ReportText, units: Mapping[UnitId, str]) -> dict[str, Any]:
    """A report as a ReportTextOut; `units`: codes by id."""
    point = report.point
    return {
        "code": report.code,
        "category": report.category,
        "description": report.description,
        "location": {"lat": point.lat, "lon": point.lon, "accuracy_m": report.accuracy_m} if point else None,
        "area_code": report.area,
        "address": report.address,
        "answers": report.answers,
        "channel": report.channel.value,
        "portal": units.get(report.portal) if report.portal else None,
        "captured_at": report.captured_at,
        "captured_doubt": report.captured_doubt,
        "clock_skew_s": report.clock_skew_s,
        "received_at": report.received_at,
        "stars": report.stars,
    }


def timeline_answer(entries: list[Entry], books: Books, lang: Lang) -> dict[str, Any]:
    """What the sender may read, as a TimelineOut."""
    kept = set(TimelineLineOut.model_fields)
    return {
        "items": [EntryOut.of(entry, books, lang).model_dump(include=kept) for entry in entries],
        "next_cursor": None,
    }


def public_timeline_answer(entries: list[dict[str, Any]], lang: Lang) -> dict[str, Any]:
    """The published history as a TimelineOut."""
    items = [{**entry, "audience": "public", "sentence": entry["sentence"][lang.value]} for entry in entries]
    return {"items": items, "next_cursor": None}
