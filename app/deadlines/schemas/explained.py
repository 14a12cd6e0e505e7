"""Wire shapes of an explained deadline, for the room that answers `GET /reports/{code}/deadline`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from app.deadlines.terms import (
    Deadline,
    Explanation,
    Extension,
    Milestone,
    Pause,
    PauseCause,
    Target,
    TargetKind,
    TimeUnit,
    Verdict,
)
from app.web.fields import TextOut


class DayOut(BaseModel):
    """One day between receipt and due date."""

    day: date
    verdict: Verdict
    reason: TextOut
    minutes: int | None = Field(
        None, description="Số phút được tính, nếu thời hạn theo giờ. Minutes counted, in hours."
    )
    legal_basis: str | None = Field(
        None, description="Căn cứ của ngày nghỉ, ngày làm bù. Why it is not as the week says."
    )


class TargetRef(BaseModel):
    """The target that holds: which version, and where it was read."""

    code: str = Field(examples=["urban"])
    version: int = Field(examples=[1])
    source: str
    extend_to: int | None = Field(None, description="Tổng thời hạn tối đa kể cả gia hạn. The whole time at most.")


class CalendarRef(BaseModel):
    """The calendar by which it was counted, and its version then."""

    code: str = Field(examples=["default"])
    version: int = Field(examples=[1])


class PauseOut(BaseModel):
    """Time that does not count; `until` is null while it lasts."""

    since: datetime
    until: datetime | None
    cause: PauseCause
    reason: TextOut

    @classmethod
    def of(cls, pause: Pause) -> Self:
        """The pause with its cause in words."""
        return cls(since=pause.since, until=pause.until, cause=pause.cause, reason=TextOut.of(pause.cause.label))


class ExtensionOut(BaseModel):
    """More time that was given; the reason is for the sender and for officers."""

    at: datetime
    added: int = Field(description="Số ngày làm việc, hoặc giây làm việc. Working days, or working seconds of hours.")
    reason: str | None

    @classmethod
    def of(cls, extension: Extension, *, told: bool) -> Self:
        """The extension, with its reason when it may be told."""
        return cls(at=extension.at, added=extension.added, reason=extension.reason if told else None)


class MilestoneOut(BaseModel):
    """Another target of the same matter."""

    kind: TargetKind
    name: TextOut
    amount: int
    unit: TimeUnit
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    missed: bool = Field(description="Xong sau hạn, hoặc chưa xong mà đã quá hạn. Met too late, or not met in time.")
    legal_basis: TextOut

    @classmethod
    def of(cls, milestone: Milestone, *, now: datetime) -> Self:
        """The milestone with its target in words."""
        target = milestone.target
        return cls(
            kind=target.kind,
            name=TextOut.of(target.kind.label),
            amount=target.amount,
            unit=target.unit,
            started_at=milestone.started_at,
            due_at=milestone.due_at,
            met_at=milestone.met_at,
            missed=milestone.missed(now),
            legal_basis=TextOut.of(target.legal_basis),
        )


class DeadlineOut(BaseModel):
    """When the answer is due, by which rule, and how every day on the way was counted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "clock": "resolution",
                    "due_at": "2026-01-05T23:59:59+07:00",
                    "original_due_at": "2026-01-05T23:59:59+07:00",
                    "overdue": False,
                    "received_at": "2025-12-31T16:28:00+07:00",
                    "started_at": "2025-12-31T16:28:00+07:00",
                    "working_days": 1,
                    "amount": 1,
                    "unit": "working_day",
                    "time_zone": "Asia/Ho_Chi_Minh",
                    "rule": {
                        "vi": "Không tính ngày tiếp nhận; chỉ tính ngày làm việc; hạn là hết ngày làm việc cuối cùng.",
                        "en": "The day of receipt is not counted; only working days are; due at the end of the last.",
                    },
                    "legal_basis": {"vi": "Quyết định 960/QĐ-UBND", "en": "Decision 960/QĐ-UBND"},
                    "counting_basis": {"vi": "Bộ luật Dân sự 2015, điều 147 và 148", "en": "Civil Code 2015"},
                    "target": {"code": "urgent", "version": 1, "source": "Quyết định 960/QĐ-UBND"},
                    "calendar": {"code": "default", "version": 1},
                    "days": [
                        {
                            "day": "2026-01-02",
                            "verdict": "skipped",
                            "reason": {"vi": "Ngày nghỉ (thay cho ngày 10/01/2026)", "en": "Day off"},
                            "legal_basis": "Công văn 12729/VPCP-KGVX ngày 25/12/2025",
                        }
                    ],
                    "pauses": [],
                    "extensions": [],
                    "milestones": [],
                }
            ]
        }
    )

    clock: TargetKind = Field(description="Mốc được giải thích. Which clock of the case this explains.")
    due_at: datetime = Field(description="Hạn trả lời hiện nay. When the answer is due now.")
    original_due_at: datetime = Field(description="Hạn ban đầu, không bao giờ đổi. The first due date, kept for ever.")
    overdue: bool
    received_at: datetime
    started_at: datetime = Field(description="Lúc bắt đầu tính; mở lại thì tính lại từ đầu. When the count began.")
    working_days: int = Field(description="Thời hạn tính bằng ngày làm việc. The target in working days.")
    amount: int = Field(description="Thời hạn, theo `unit`. The target in `unit`.")
    unit: TimeUnit
    time_zone: str
    rule: TextOut
    legal_basis: TextOut = Field(description="Căn cứ của thời hạn. Where the target comes from.")
    counting_basis: TextOut = Field(description="Căn cứ của cách đếm. The law of counting.")
    target: TargetRef | None = Field(None, description="null: thời hạn của lĩnh vực. null: the category's own time.")
    calendar: CalendarRef
    days: list[DayOut]
    pauses: list[PauseOut]
    extensions: list[ExtensionOut]
    milestones: list[MilestoneOut] = Field(description="Các mốc khác của vụ việc. Other targets of the same case.")

    @classmethod
    def of(
        cls,
        deadline: Deadline,
        explained: Explanation,
        *,
        target: Target | None,
        milestones: Sequence[Milestone],
        received_at: datetime,
        overdue: bool,
        told: bool,
        which: TargetKind,
        now: datetime,
    ) -> Self:
        """The answer for one report; `told`: whoever asks may read why it was extended."""
        clock = deadline.clock
        return cls(
            clock=which,
            due_at=deadline.due_at,
            original_due_at=deadline.original_due_at,
            overdue=overdue,
            received_at=received_at,
            started_at=clock.started_at,
            working_days=deadline.working_days,
            amount=clock.amount,
            unit=clock.unit,
            time_zone=explained.zone_name,
            rule=TextOut.of(explained.rule),
            legal_basis=TextOut.of(deadline.legal_basis),
            counting_basis=TextOut.of(explained.basis),
            target=_target(target),
            calendar=CalendarRef(code=clock.calendar, version=clock.calendar_version),
            days=[
                DayOut(
                    day=one.day,
                    verdict=one.verdict,
                    reason=TextOut.of(one.reason),
                    minutes=one.minutes,
                    legal_basis=one.legal_basis,
                )
                for one in explained.days
            ],
            pauses=[PauseOut.of(pause) for pause in clock.pauses],
            extensions=[ExtensionOut.of(extension, told=told) for extension in clock.extensions],
            milestones=[MilestoneOut.of(milestone, now=now) for milestone in milestones],
        )


def _target(target: Target | None) -> TargetRef | None:
    if target is None:
        return None
    return TargetRef(code=target.code, version=target.version, source=target.source, extend_to=target.extend_to)
