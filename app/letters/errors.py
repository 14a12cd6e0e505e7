"""Refusals of the letters room."""

from __future__ import annotations

from app.kit.problems import NotFound
from app.kit.text import Text


class LetterNotFound(NotFound):
    """There is no such letter, or it was written to somebody else."""

    slug = "letter-not-found"
    title = Text("Không tìm thấy thư", "There is no such letter")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where they are listed."""
        return Text(
            "Không có thư mang số này gửi cho phản ánh của bạn. Xem danh sách ở `/api/v1/reports/{code}/letters`.",
            "No letter of this number was written to you. They are listed at `/api/v1/reports/{code}/letters`.",
        )
