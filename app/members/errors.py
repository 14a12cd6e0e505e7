"""Problems of administering members."""

from __future__ import annotations

from app.kit.problems import Unavailable
from app.kit.text import Text


class LinkNotSent(Unavailable):
    """The link could not be mailed; it is worth nothing."""

    slug = "link-not-sent"
    title = Text("Chưa gửi được thư mời", "The link could not be sent")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what else there is."""
        return Text(
            "Tài khoản đã có nhưng thư chưa đi: nơi này chưa gửi được thư, hoặc địa chỉ sai. Hãy gửi lại sau, hoặc lấy "
            "liên kết để trao tận tay.",
            "The account is there and the mail is not on its way: no mail can be sent from here, or the address is "
            "wrong. Try again later, or take a link to hand over.",
        )
