"""What can be wrong with a portal."""

from __future__ import annotations

from app.kit.problems import BadRequest, Invalid, NotFound, Outdated
from app.kit.text import Text


class StalePortal(Outdated):
    """The portal is no more as it was seen."""


class InvalidPortal(Invalid):
    """The portal cannot look like this; each mistake has a pointer."""

    slug = "invalid-portal"
    title = Text("Cổng chưa hợp lệ", "The portal is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Point to the mistakes."""
        return Text("Xem từng mục trong errors. Chưa có gì được ghi.", "See errors. Nothing was written.")


class UnreadableDays(BadRequest):
    """The days asked for are none, or too many."""

    slug = "unreadable-days"
    title = Text("Khoảng ngày không đọc được", "These days cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how it is asked."""
        return Text(
            "from và to là ngày dạng 2026-11-20, from không sau to, nhiều nhất 31 ngày.",
            "from and to are days such as 2026-11-20, from not after to, 31 days at most.",
        )


class NoPortalKey(NotFound):
    """Nobody may send for this portal."""

    slug = "no-portal-key"
    title = Text("Cổng chưa có khoá", "The portal has no key")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Chưa cấp khoá kênh vào cho cổng này.", "No channel key has been made for this portal.")


class NoCalendarAddress(NotFound):
    """There is no such address of due dates, or no longer."""

    slug = "no-calendar-address"
    title = Text("Không có địa chỉ lịch này", "There is no such calendar address")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Địa chỉ lịch đã bị thu hồi hoặc chưa được tạo. Hãy tạo địa chỉ mới trong trang cán bộ.",
            "This address was revoked, or never made. Make a new one on the officers' pages.",
        )
