"""Refusals that apps meet."""

from __future__ import annotations

from app.kit.problems import Conflict, Gone
from app.kit.text import Text


class CursorAhead(Gone):
    """The cursor stands after everything that ever changed here: a backup was restored since it was given."""

    slug = "cursor-ahead"
    title = Text("Cần đồng bộ lại từ đầu", "Load everything again")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how."""
        return Text(
            "Hệ thống vừa được khôi phục từ bản sao lưu. Hãy gọi lại không kèm cursor; điều chưa gửi thì vẫn giữ.",
            "A backup was restored. Ask again without a cursor, and keep what has not been sent yet.",
        )


class WaitsForAnother(Conflict):
    """It is about a report that this device has not handed in yet, or not successfully."""

    slug = "waits-for-another"
    title = Text("Còn chờ phản ánh được gửi", "It waits for its report")

    @classmethod
    def default_detail(cls) -> Text:
        """Say in which order."""
        return Text(
            "Phản ánh mà mục này nói đến chưa được ghi nhận. Hãy gửi phản ánh trước, rồi gửi lại mục này.",
            "The report that this is about has not been taken yet. Send the report first, then this again.",
        )
