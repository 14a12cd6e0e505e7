"""Wire shapes of an explained deadline, for the room that answers `GET /reports/{code}/deadline`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from app.kit.text import Text
from app.web.fields import TextOut

from .terms import Deadline, Explanation, Verdict


class DayOut(BaseModel):
    """One day between receipt and due date."""

    day: date
    verdict: Verdict
    reason: TextOut


class DeadlineOut(BaseModel):
    """When the answer is due, by which rule, and how every day on the way was counted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "due_at": "2026-01-05T23:59:59+07:00",
                    "original_due_at": "2026-01-05T23:59:59+07:00",
                    "overdue": False,
                    "received_at": "2025-12-31T16:28:00+07:00",
                    "working_days": 1,
                    "time_zone": "Asia/Ho_Chi_Minh",
                    "rule": {
                        "vi": "Không tính ngày tiếp nhận; chỉ tính ngày làm việc; hạn là hết ngày làm việc cuối cùng.",
                        "en": "The day of receipt is not counted; only working days are; due at the end of the last.",
                    },
                    "legal_basis": {"vi": "Bộ luật Dân sự 2015, điều 147 và 148", "en": "Civil Code 2015"},
                    "days": [
                        {
                            "day": "2026-01-02",
                            "verdict": "skipped",
                            "reason": {"vi": "Ngày nghỉ (thay cho ngày 10/01/2026)", "en": "Day off"},
                        }
                    ],
                }
            ]
        }
    )

    due_at: datetime = Field(description="Hạn trả lời hiện nay. When the answer is due now.")
    original_due_at: datetime = Field(description="Hạn ban đầu, không bao giờ đổi. The first due date, kept for ever.")
    overdue: bool
    received_at: datetime
    working_days: int = Field(description="Thời hạn tính bằng ngày làm việc. The target in working days.")
    time_zone: str
    rule: TextOut
    legal_basis: TextOut
    days: list[DayOut]

    @classmethod
    def of(cls, deadline: Deadline, explained: Explanation, *, received_at: datetime, overdue: bool) -> Self:
        """The answer for one report."""
        return cls(
            due_at=deadline.due_at,
            original_due_at=deadline.original_due_at,
            overdue=overdue,
            received_at=received_at,
            working_days=deadline.working_days,
            time_zone=explained.zone_name,
            rule=_both(explained.rule),
            legal_basis=_both(deadline.legal_basis),
            days=[DayOut(day=one.day, verdict=one.verdict, reason=_both(one.reason)) for one in explained.days],
        )


def _both(text: Text) -> TextOut:
    return TextOut(vi=text.vi, en=text.en)
