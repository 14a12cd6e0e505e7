"""What can go wrong with deadlines."""

from __future__ import annotations

from app.kit.problems import Unavailable
from app.kit.text import Text


class CalendarExhausted(Unavailable):
    """The working calendar does not reach the day that is asked for."""

    slug = "calendar-exhausted"
    title = Text("Lịch làm việc chưa có cho khoảng thời gian này", "The working calendar does not reach that far")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who can mend it."""
        return Text(
            "Quản trị viên cần nạp lịch ngày nghỉ của những năm còn thiếu, rồi thao tác lại.",
            "An administrator has to load the days off of the missing years; then repeat this.",
        )
