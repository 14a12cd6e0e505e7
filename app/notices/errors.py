"""Problems of notices."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, NewerPublished, NotFound, PublishedAtOnce
from app.kit.text import Text


class NoSuchDevice(NotFound):
    """The browser is not told of anything."""

    slug = "no-such-device"
    title = Text("Thiết bị này chưa đăng ký nhận thông báo", "This device takes no messages")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that nothing is left to do."""
        return Text("Không có gì để bỏ.", "There is nothing to remove.")


class NoSuchNotices(NotFound):
    """The address proves nothing."""

    slug = "no-such-notices"
    title = Text("Đường dẫn không đúng hoặc đã cũ", "This address is wrong or out of date")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where else to go."""
        return Text(
            "Hãy mở đường dẫn mới nhất trong thư, hoặc chọn cách nhận thông báo ở trang theo dõi.",
            "Open the newest address from a letter, or choose how you are told on your page.",
        )


class TooManyDevices(Conflict):
    """A citizen has as many browsers as may be told."""

    slug = "too-many-devices"
    title = Text("Đã có quá nhiều thiết bị nhận thông báo", "Too many devices take messages")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Mỗi người đăng ký tối đa 10 thiết bị; hãy bỏ bớt một thiết bị.",
            "At most 10 devices each; remove one first.",
        )


class InvalidDevice(Invalid):
    """The browser's push service has an address that no message may go to."""

    slug = "invalid-device"
    title = Text("Địa chỉ nhận thông báo chưa hợp lệ", "The address for push messages is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what it must be."""
        return Text("`endpoint` cần là địa chỉ https công khai.", "`endpoint` must be a public https address.")


class NoSuchOccasion(NotFound):
    """Nobody is told anything on an occasion of this name."""

    slug = "unknown-occasion"
    title = Text("Không có dịp báo tin này", "No such occasion")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text("Xem các dịp: GET /api/v1/staff/notice-wordings", "See: GET /api/v1/staff/notice-wordings")


class InvalidWording(Invalid):
    """Words that could not be filled in, or that leave out what must be said; `errors` point at each."""

    slug = "invalid-wording"
    title = Text("Lời báo tin chưa dùng được", "These words cannot be used")


class StaleWording(NewerPublished):
    """Somebody has published newer words than those this was made from."""

    slug = "stale-wording"


class WordingRace(PublishedAtOnce):
    """Two people published words at the same moment; nothing of the second one was written."""

    slug = "wording-race"
