"""Refusals that apps meet."""

from __future__ import annotations

from app.kit.problems import Conflict
from app.kit.text import Text


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
