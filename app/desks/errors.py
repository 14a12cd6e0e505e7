"""What can be wrong with what officers lay out."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, NotFound, Outdated
from app.kit.text import Text


class NoSuchView(NotFound):
    """There is no such saved view, or it is somebody else's."""

    slug = "no-such-view"
    title = Text("Không có danh sách đã lưu này", "There is no such saved view")


class DeskFull(Conflict):
    """There are as many views or templates as anybody finds their way among."""

    slug = "desk-full"
    title = Text("Đã lưu đủ nhiều", "Too many are kept")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Mỗi cán bộ, mỗi cơ quan lưu nhiều nhất 30 danh sách; mỗi cơ quan 200 mẫu trả lời. Hãy bỏ bớt.",
            "An officer or a unit keeps 30 views at most, a unit 200 templates. Remove some first.",
        )


class NoSuchTemplate(NotFound):
    """There is no such template for the officer."""

    slug = "no-such-answer-template"
    title = Text("Không có mẫu trả lời này", "There is no such answer template")


class StaleTemplate(Outdated):
    """The template is no more as it was seen."""

    told = Text(
        "Mẫu đã có người sửa, phiên bản hiện tại là {current}. Hãy tải lại rồi sửa.",
        "Somebody has changed the template; its present version is {current}. Load it again.",
    )


class InvalidTemplate(Invalid):
    """The template asks for what no case has."""

    slug = "invalid-answer-template"
    title = Text("Mẫu trả lời chưa hợp lệ", "The answer template is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Point to the mistakes."""
        return Text("Xem từng mục trong errors. Chưa có gì được ghi.", "See errors. Nothing was written.")
