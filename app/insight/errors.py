"""Refusals of the room."""

from __future__ import annotations

from typing import ClassVar

from app.kit.problems import Problem
from app.kit.text import Text

MOST_DAYS = 366


class PeriodTooLong(Problem):
    """The period ends before it begins, or is longer than a year."""

    status: ClassVar[int] = 422
    slug: ClassVar[str] = "period-too-long"
    title: ClassVar[Text] = Text("Khoảng thời gian không hợp lệ", "The period makes no sense")

    def __init__(self) -> None:
        """Say what is possible."""
        super().__init__(
            Text(
                f"Chọn từ ngày không sau đến ngày, nhiều nhất {MOST_DAYS} ngày.",
                f"Choose a first day that is not after the last, and {MOST_DAYS} days at most.",
            )
        )
