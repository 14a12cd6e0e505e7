"""What can go wrong with deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.kit.problems import Conflict, Invalid, NewerPublished, PublishedAtOnce, Unavailable
from app.kit.text import Text

from .terms import PauseCause, TimeUnit


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


class ClockPaused(Conflict):
    """The clock stands still already."""

    slug = "clock-paused"
    title = Text("Thời hạn đang tạm dừng", "The clock is paused")

    def __init__(self, cause: PauseCause) -> None:
        super().__init__(
            Text(
                "Thời hạn đang tạm dừng ({vi}); hãy cho chạy tiếp trước.",
                "The clock is paused ({en}); let it go on first.",
            ).fill(vi=cause.label.vi.lower(), en=cause.label.en.lower()),
            cause=cause.value,
        )


class ClockRuns(Conflict):
    """The clock runs already."""

    slug = "clock-runs"
    title = Text("Thời hạn đang chạy", "The clock is running")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that there is nothing to do."""
        return Text(
            "Thời hạn không bị tạm dừng, không cần cho chạy tiếp.", "The clock is not paused: nothing to resume."
        )


class ExtensionTooFar(Invalid):
    """The new date lies beyond the days whose holidays are known."""

    slug = "extension-too-far"
    title = Text("Ngày gia hạn quá xa", "The extension is too far away")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Lịch ngày nghỉ chưa có đến ngày đó nên chưa tính được hạn. Hãy chọn ngày sớm hơn.",
            "The holidays are not known until that day, so nothing can be counted. Choose an earlier day.",
        )


class ExtensionOnDayOff(Invalid):
    """Nobody works on the new date; `before` and `after` are the working days around it that would do."""

    slug = "extension-on-day-off"
    title = Text("Ngày gia hạn là ngày nghỉ", "The new date is a day off")

    def __init__(self, day: date, why: Text, *, before: date | None, after: date) -> None:
        near = [one for one in (before, after) if one is not None]
        super().__init__(
            Text(
                "{day_vi} không phải ngày làm việc ({why_vi}). Ngày làm việc gần nhất: {near_vi}.",
                "{day_en} is not a working day ({why_en}). The nearest working days: {near_en}.",
            ).fill(
                day_vi=f"{day:%d/%m/%Y}",
                day_en=day.isoformat(),
                why_vi=why.vi,
                why_en=why.en,
                near_vi=", ".join(f"{one:%d/%m/%Y}" for one in near),
                near_en=", ".join(one.isoformat() for one in near),
            ),
            before=before.isoformat() if before else None,
            after=after.isoformat(),
            errors=[{"pointer": "/due_on", "detail": self.title}],
        )


class ExtensionTooShort(Invalid):
    """The new date is not later than the due date."""

    slug = "extension-too-short"
    title = Text("Ngày gia hạn chưa muộn hơn hạn hiện nay", "The new date is not later than the due date")

    def __init__(self, due_on: date) -> None:
        super().__init__(
            Text("Hãy chọn ngày làm việc sau {vi}.", "Choose a working day after {en}.").fill(
                vi=f"{due_on:%d/%m/%Y}", en=due_on.isoformat()
            ),
            errors=[{"pointer": "/due_on", "detail": self.title}],
        )


class ExtensionTooLong(Invalid):
    """The whole time would be longer than its target allows."""

    slug = "extension-too-long"
    title = Text("Gia hạn quá mức cho phép", "The extension is longer than allowed")

    def __init__(self, limit: int, unit: TimeUnit) -> None:
        super().__init__(
            Text(
                "Kể cả gia hạn, tổng thời hạn không quá {limit} {vi}.",
                "With its extensions the whole time is at most {limit} {en}.",
            ).fill(limit=limit, vi=unit.label.vi, en=unit.label.en),
            limit=limit,
            errors=[{"pointer": "/due_on", "detail": self.title}],
        )


class InvalidEdit(Invalid):
    """A calendar or target that contradicts itself or names what does not exist; `errors` points at each place."""

    slug = "invalid-deadline-edit"
    title = Text("Lịch hoặc thời hạn chưa hợp lệ", "The calendar or target is not valid")

    def __init__(self, errors: Sequence[dict[str, object]]) -> None:
        super().__init__(
            Text(
                "Có mục chưa đúng; xem từng mục trong errors. Những gì đang dùng vẫn giữ nguyên.",
                "Something is not right; see errors. What is in use stays as it is.",
            ),
            errors=list(errors),
        )


class StaleEdit(NewerPublished):
    """Somebody has published a newer version than the one this edit was made from."""

    slug = "stale-deadline-edit"


class EditRace(PublishedAtOnce):
    """Two people published a calendar or target at the same moment; nothing of the second one was written."""

    slug = "deadline-edit-race"
