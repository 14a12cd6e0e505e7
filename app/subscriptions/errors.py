"""What can go wrong with subscriptions."""

from __future__ import annotations

from datetime import datetime

from app.kit.clock import rfc3339
from app.kit.problems import Conflict, Gone, Invalid, NotFound, Outdated
from app.kit.text import Text


class SubscriptionNotFound(NotFound):
    """No subscription of the tenant has this id."""

    slug = "unknown-subscription"
    title = Text("Không có đăng ký nhận sự kiện này", "No such subscription")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Không có đăng ký nào có mã này trong tỉnh. Xem: GET /api/v1/staff/subscriptions",
            "No subscription of the province has this id. See: GET /api/v1/staff/subscriptions",
        )


class StaleSubscription(Outdated):
    """Another administrator has changed it since. `current_version` is the present one."""

    told = Text(
        "Đăng ký đã thay đổi sau khi bạn mở. Hãy tải lại, xem nội dung mới rồi thử lại.",
        "The subscription changed after you opened it. Reload it, look at what is new, then try again.",
    )


class DeliveryNotFound(NotFound):
    """The subscription has no delivery of this message."""

    slug = "unknown-delivery"
    title = Text("Không có lượt gửi này", "No such delivery")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Đăng ký này không có lượt gửi nào của sự kiện đó, hoặc nhật ký đã được dọn.",
            "The subscription has no delivery of this event, or the log has been tidied up.",
        )


class InvalidSubscription(Invalid):
    """A value that no subscription may have; `errors` point at each."""

    slug = "invalid-subscription"
    title = Text("Đăng ký nhận sự kiện chưa hợp lệ", "The subscription is not valid")


class UnknownEventType(Invalid):
    """Events are asked for by types that there are not."""

    slug = "unknown-event-type"
    title = Text("Không có loại sự kiện này", "No such type of event")


class SecretsOverlap(Conflict):
    """The secret before is good as long as promised, `previous_secret_until_at`; one more would end it early."""

    slug = "secrets-overlap"
    title = Text("Bí mật trước vẫn còn hiệu lực", "The secret before is still good")

    def __init__(self, until: datetime, /) -> None:
        super().__init__(
            Text(
                f"Lần đổi trước đã hẹn giữ bí mật cũ đến {rfc3339(until)}. Hãy đợi đến lúc đó rồi đổi. Nếu bí mật đã "
                "lộ, gửi `overlap_hours: 0`: mọi bí mật trước hết hiệu lực ngay.",
                f"The last rotation promised to keep the old secret until {rfc3339(until)}. Wait until then. If a "
                "secret has leaked, send `overlap_hours: 0`: it replaces all before at once.",
            ),
            previous_secret_until_at=rfc3339(until),
        )

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hãy đợi bí mật trước hết hạn, hoặc gửi `overlap_hours: 0` để thay ngay.",
            "Wait until the secret before has ended, or send `overlap_hours: 0` to replace it at once.",
        )


class TooManySubscriptions(Conflict):
    """The tenant has as many subscriptions as it may."""

    slug = "too-many-subscriptions"
    title = Text("Đã đủ số đăng ký nhận sự kiện", "There are enough subscriptions")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Tỉnh đã có số đăng ký tối đa. Hãy xoá đăng ký không còn dùng.",
            "The province has as many subscriptions as it may. Delete those nobody uses.",
        )


class ReplayUnderWay(Conflict):
    """A replay must end before the next begins."""

    slug = "replay-under-way"
    title = Text("Đang phát lại sự kiện", "A replay is under way")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Lần phát lại trước chưa xong; hãy đợi `replay` trở về null rồi thử lại.",
            "The replay before has not ended; wait until `replay` is null again.",
        )


class MessageForgotten(Gone):
    """There is nothing to send again."""

    slug = "message-forgotten"
    title = Text("Sự kiện không còn được giữ", "The event is no longer kept")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is left."""
        return Text(
            "Nội dung của sự kiện này đã được dọn, không gửi lại được. Hãy đọc tình trạng hiện tại qua API.",
            "What this event told has been removed and cannot be sent again. Read the present state from the API.",
        )
