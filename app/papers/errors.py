"""Refusals of the papers room."""

from __future__ import annotations

from app.kit.problems import NotFound
from app.kit.text import Text


class PaperNotFound(NotFound):
    """There is no such paper, or it was issued to somebody else."""

    slug = "paper-not-found"
    title = Text("Không tìm thấy giấy này", "There is no such paper")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to look at."""
        return Text(
            "Không có giấy mang số này trong hồ sơ của bạn. Hãy xem lại danh sách giấy của hồ sơ.",
            "Your service request has no paper of this number. Please look at the list of its papers.",
        )
