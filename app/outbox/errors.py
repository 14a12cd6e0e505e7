"""What can be asked of the outbox in vain."""

from __future__ import annotations

from app.kit.problems import Gone, NotFound
from app.kit.text import Text


class EventsForgotten(Gone):
    """Public events after the position named are no longer all kept.

    `resume_from`: the oldest position to go on from.
    """

    slug = "events-forgotten"
    title = Text("Sự kiện cũ không còn được giữ", "Old events are no longer kept")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how to begin again."""
        return Text(
            "Một số sự kiện sau vị trí này đã được dọn. Hãy tải lại danh sách, rồi nghe tiếp mà không gửi vị trí cũ.",
            "Some events after this position have been removed. Load the list again, then go on without the old "
            "position.",
        )


class PositionAhead(Gone):
    """The position named was never given to a message: it is made up, or from before a backup was restored.

    `resume_from`: the newest position there is.
    """

    slug = "position-ahead"
    title = Text("Vị trí này chưa từng có", "There never was such a position")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how to begin again."""
        return Text(
            "Vị trí đã gửi nằm sau sự kiện mới nhất, có thể do hệ thống vừa được khôi phục từ bản sao lưu. Hãy tải lại "
            "danh sách, rồi nghe tiếp mà không gửi vị trí cũ.",
            "The position sent lies after the newest event, perhaps because a backup was restored. Load the list "
            "again, then go on without the old position.",
        )


class NotParked(NotFound):
    """No message that is set aside has this consumer and position, or it only waits behind another."""

    slug = "not-parked"
    title = Text("Không có thông điệp nào như vậy đang chờ", "No such message is set aside")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Không có thông điệp đứng đầu vụ việc nào ở vị trí này. Xem: lienthong outbox list",
            "No message at this position holds up its case. See: lienthong outbox list",
        )
