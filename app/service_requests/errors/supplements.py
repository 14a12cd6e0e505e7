"""Refusals about what is asked for, and about what is supplied."""

from __future__ import annotations

from app.kit.problems import Invalid
from app.kit.text import Text


class NotOfProcedure(Invalid):
    """What an office asks for is neither a document of the procedure nor a question of its form."""

    slug = "not-of-procedure"
    title = Text("Thủ tục không có mục này", "The procedure asks for no such thing")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Hãy xem từng mục trong `errors`: mã không phải giấy tờ của thủ tục, cũng không phải mục của tờ khai.",
            "See each item of `errors`: its code is neither a document of the procedure nor a field of its form.",
        )


class NotAskedFor(Invalid):
    """A supplement answers questions of the form that nobody has asked to be answered anew."""

    slug = "answer-not-asked-for"
    title = Text("Mục này không được yêu cầu sửa", "Nobody asked for this answer")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what may be answered."""
        return Text(
            "Chỉ sửa được những mục của tờ khai có trong danh sách yêu cầu bổ sung (`missing`). Điều khác, xin ghi "
            "trong phần giải trình.",
            "Only fields of the form that are on the list of what is missing (`missing`) may be answered anew. Say "
            "anything else in your own words.",
        )
